import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';
import type { Run } from './runs.ts';

/** What a run would do with a record, in the order in which people are told. */
export const previewGroups = ['create', 'link', 'update', 'remove', 'ask', 'fail', 'exclude', 'skip', 'equal'] as const;
export type PreviewGroup = (typeof previewGroups)[number];

export interface PreviewField {
  key: string;
  /** Where it would be written; `conflict`: both sides have a value of their own. */
  to: 'bitrix24' | 'crm' | 'conflict';
  before: string | null;
  after: string | null;
  /** What the portal calls its field. */
  title: string | null;
}

export interface PreviewExample {
  local_id: number | null;
  bitrix24_id: number | null;
  name: string | null;
  fields: PreviewField[];
  reason: string | null;
}

export interface PreviewPart {
  count: number;
  /** How many of them would be written in the portal. */
  to_bitrix: number;
  /** Ten at most. */
  examples: PreviewExample[];
}

export interface Forecast {
  seconds: number;
  requests: number;
  bound: 'requests' | 'work' | 'execution_time';
  methods: { method: string; calls: number; seconds: number; share: number; measured: boolean }[];
}

export interface Preview {
  run: Run;
  totals: Record<PreviewGroup, number>;
  kinds: Partial<Record<Kind, Record<PreviewGroup, PreviewPart>>>;
  /** Null where the company has no portal any more. */
  forecast: Forecast | null;
  outdated: {
    reasons: ('settings' | 'records' | 'age' | 'started')[];
    changed_records: number;
    started_run_id: number | null;
  };
}

/** How the run of a preview is started. */
export interface PreviewStart {
  records: 'all' | number;
  when: 'now' | 'tonight';
  silent: boolean;
  /** Although settings were changed since. */
  outdated?: boolean;
}

const address = '/api/integration/bitrix24/preview';

export const readPreview = (api: Api, id: number, signal?: AbortSignal) =>
  api.get<Preview>(`${address}/${id}`, {}, signal);

export const startPreviewed = (api: Api, id: number, start: PreviewStart) =>
  api.post<Run>(`${address}/${id}/start`, start);
