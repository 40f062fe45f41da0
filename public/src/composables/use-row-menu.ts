import { computed } from 'vue';
import type { RecordAction } from '../api/records.ts';
import type { RowAction } from '../components/grid/columns.ts';
import { addressOfRecord } from '../grid/address.ts';
import { say } from '../i18n/translate.ts';
import { openedName, type RecordRow } from '../records/listed.ts';
import { recordListWords as words } from '../words/record-list.ts';
import { useRights } from './page-context.ts';
import { useCardLink } from './use-card-link.ts';
import { useCondition } from './use-condition.ts';
import { hrefOf } from './use-view.ts';

/** What can be done with one record of the list, as far as its state and the viewer's rights allow. */
export function useRowMenu(options: {
  start(action: RecordAction, rows: RecordRow[]): void;
  open(name: string): void;
  reload(): Promise<void>;
}): (row: RecordRow) => RowAction[] {
  const { isAdmin } = useRights();
  const { health } = useCondition();
  const card = useCardLink(
    computed(() => health.data.value?.connection?.portal),
    () => void options.reload(),
  );

  function changing(row: RecordRow): RowAction[] {
    if (!isAdmin || row.local_id === null) return [];
    const one = (action: RecordAction, more: Partial<RowAction> = {}) => ({
      label: say(words[action]),
      run: () => options.start(action, [row]),
      ...more,
    });
    const isLinked = row.link === 'linked';
    return [
      ...(row.paused ? [one('resume')] : [one('sync'), one('pause')]),
      ...(row.state === 'orphaned' ? [one('recreate')] : []),
      ...(isLinked ? [] : [{ label: say(words.relink), run: () => options.open(crmName(row)) }]),
      ...(row.mapping_id === null ? [] : [one('unlink', { isDangerous: true })]),
    ];
  }

  return (row) => {
    const { mapping_id: id, bitrix24_id: number } = row;
    const target = id !== null && number !== null && row.link === 'linked' ? { ...row, bitrix24_id: number } : null;
    const address = target && card.hrefOf(target);
    return [
      ...(target && card.canOpen.value
        ? [{ label: say(words.open), ...(address ? { href: address } : { run: () => void card.open(target) }) }]
        : []),
      ...(row.error ? [{ label: say(words.toErrors), href: ownHref('errors', row) }] : []),
      ...(row.conflicts > 0 ? [{ label: say(words.toConflicts), href: ownHref('conflicts', row) }] : []),
      ...changing(row),
    ];
  };
}

/** The list, narrowed to this record. */
function ownHref(list: 'errors' | 'conflicts', { local_type: kind, local_id: id }: RecordRow): string {
  return id === null ? hrefOf(list) : addressOfRecord(hrefOf(list), kind, id);
}

/** A record that is linked anew is opened as one without a pair. */
function crmName(row: RecordRow): string {
  return openedName({ ...row, mapping_id: null });
}
