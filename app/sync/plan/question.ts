/** Which Bitrix24 record stands for a local one is not certain. */
export interface Question {
  code: 'copy_of_deleted' | 'other_database' | 'merge_unclear' | 'merged_into_linked';
  localId: number | null;
  /** The Bitrix24 record that is asked about. */
  record: { id: number; originId: string | null };
  /** The Bitrix24 record that was linked and is gone: the question is the local record's then. */
  lostId?: number;
  /** For `merge_unclear`: who may have taken it in. */
  candidates?: readonly number[];
  /** For `merged_into_linked`: the local record that the survivor stands for. */
  other?: number;
}
