import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';
import type { CompanyNames } from './records.ts';
import type { Run } from './runs.ts';

export const activityCauses = ['person', 'run', 'undo', 'sweep', 'portal', 'crm', 'sync'] as const;
export type ActivityCause = (typeof activityCauses)[number];

/** What was done to a record, or by a visitor of the pages. */
export interface ActivityLine {
  id: number;
  /** Ids are unique within each. */
  source: 'sync' | 'visitor';
  at: string;
  local_type: Kind | null;
  local_id: number | null;
  bitrix24_id: string | null;
  local_name: string | null;
  direction: string;
  operation: string;
  cause: ActivityCause;
  run_id: number | null;
  actor: string | null;
  actor_name: string | null;
  changes: { field: string; before: unknown; after: unknown }[];
  /** Names of the portal's companies, by their ids. */
  companies: CompanyNames;
  /** It may be taken back. */
  undoable: boolean;
}

export interface ActivityPage {
  items: ActivityLine[];
  next_cursor: string | null;
}

/** What the stream is narrowed by. */
export type ActivityQuery = Readonly<Record<string, string | number | undefined>>;

/** What becomes of records that were created. */
export const createdChoices = ['keep', 'unlink', 'delete'] as const;
export type CreatedChoice = (typeof createdChoices)[number];

/** What is taken back: a run, or one change. */
export type UndoTarget = { runId: number } | { logId: number };

/** One record that a dry run of an undo would take back. */
export interface UndoneRecord {
  entity: Kind;
  local_id: number;
  bitrix24_id: number | null;
  local_name: string | null;
  action: 'undo' | 'unlink' | 'delete';
  to_local?: { field: string; before: unknown; after: unknown }[];
}

/** What an undo leaves as it is, and why. */
export interface LeftLine {
  log_id: number;
  entity: Kind;
  local_id: number | null;
  local_name: string | null;
  field: string | null;
  reason: string;
  reason_text: string;
  side: 'crm' | 'bitrix24' | null;
  actor: string | null;
  actor_name: string | null;
}

const address = '/api/integration/bitrix24';

/** The whole stream, or what one run did. */
const linesAddress = (runId: number | null) =>
  runId === null ? `${address}/activity` : `${address}/runs/${runId}/changes`;

export async function readActivity(
  api: Api,
  runId: number | null,
  query: ActivityQuery,
  signal?: AbortSignal,
): Promise<ActivityPage> {
  type Told = { items: Omit<ActivityLine, 'companies'>[]; company_names: CompanyNames; next_cursor: string | null };
  const { items, company_names: companies, ...page } = await api.get<Told>(linesAddress(runId), query, signal);
  return { ...page, items: items.map((line) => ({ ...line, companies })) };
}

/** The same lines, all of them, as a file for a spreadsheet. */
export const activityFile = (api: Api, runId: number | null, query: ActivityQuery) =>
  api.file(linesAddress(runId), { ...query, format: 'csv' });

export function startUndo(api: Api, target: UndoTarget, created: CreatedChoice, isDry: boolean): Promise<Run> {
  const place = 'runId' in target ? `runs/${target.runId}` : `activity/${target.logId}`;
  return api.post<Run>(`${address}/${place}/undo`, { created, dry_run: isDry });
}

export function readLeft(api: Api, runId: number, page: number, signal: AbortSignal) {
  return api.get<{ items: LeftLine[]; pagination: { total: number; total_pages: number } }>(
    `${address}/runs/${runId}/left`,
    { page, limit: 20 },
    signal,
  );
}
