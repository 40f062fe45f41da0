import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';

/** A record of the portal that may be the same as one of ours, with what speaks for it and against it. */
export interface MatchCandidate {
  id: number;
  title: string | null;
  email: string | null;
  phone: string | null;
  inn: string | null;
  agrees: readonly string[];
  contradicts: readonly string[];
}

/** A record of ours that waits for a person. */
export interface OpenMatch {
  localId: number;
  reason: string;
  candidates: readonly MatchCandidate[];
}

export type MatchChoice = 'link' | 'create' | 'ignore';

/** A row as the table has it. */
export interface MatchRow {
  id: number;
  local_type: Entity;
  local_id: number;
  reason: string;
  candidates: MatchCandidate[];
  since: Date;
  state: 'open' | 'decided';
  decision: MatchChoice | null;
  bitrix24_id: string | null;
  decided_by: string | null;
  decided_at: Date | null;
}

export const matchColumns = `id::float8 as id, local_type, local_id, reason, candidates, since, state, decision, bitrix24_id,
  decided_by, decided_at`;

/** Records of one kind of one tenant. */
interface Kind {
  tenantId: number;
  entity: Entity;
}

/** Lists records for a person to decide about; what is listed already gets the candidates of now. Repeat-safe. */
export async function saveMatches(
  db: Database,
  { tenantId, entity }: Kind,
  matches: readonly OpenMatch[],
  transaction: Transaction,
): Promise<void> {
  if (matches.length === 0) return;
  const rows = matches.map(({ candidates, ...match }) => ({
    ...match,
    candidates,
    ids: candidates.map(({ id }) => id),
  }));
  await queryRows(
    db,
    `insert into sync_matches as m (tenant_id, local_type, local_id, reason, candidates, candidate_ids)
     select $tenantId, $entity, "localId", reason, candidates,
            array(select value::bigint from jsonb_array_elements_text(ids) as value)
       from jsonb_to_recordset($rows::jsonb) as r ("localId" integer, reason text, candidates jsonb, ids jsonb)
      order by "localId"
     on conflict (tenant_id, local_type, local_id) where ended_at is null do update
        set reason = excluded.reason, candidates = excluded.candidates, candidate_ids = excluded.candidate_ids,
            updated_at = now()
      where m.state = 'open'`,
    { tenantId, entity, rows: JSON.stringify(rows) },
    transaction,
  );
}

/** Ends what is open about records that need no decision (any more), and what is obeyed about those that are linked now. Repeat-safe. */
export async function endMatches(
  db: Database,
  { tenantId, entity }: Kind,
  { settled, linked }: { settled: readonly number[]; linked: readonly number[] },
  transaction: Transaction,
): Promise<void> {
  if (settled.length === 0 && linked.length === 0) return;
  await queryRows(
    db,
    `update sync_matches set ended_at = now(), state = 'decided', updated_at = now()
      where tenant_id = $tenantId and local_type = $entity and ended_at is null
        and ((state = 'open' and local_id = any($settled)) or local_id = any($linked))`,
    { tenantId, entity, settled, linked },
    transaction,
  );
}

/** Forgets what is open and what is obeyed: the tenant's portal is another one now. Repeat-safe. */
export async function endAllMatches(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await queryRows(
    db,
    `update sync_matches set ended_at = now(), state = 'decided', updated_at = now()
      where tenant_id = $tenantId and ended_at is null`,
    { tenantId },
    transaction,
  );
}

/** Writes a person's decision. A link is over with it: the mapping says the rest. */
export async function decideMatchRow(
  db: Database,
  tenantId: number,
  decided: { id: number; choice: MatchChoice; remoteId: number | null; actor: string },
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `update sync_matches set state = 'decided', decision = $choice::text, bitrix24_id = $remoteId::text,
            decided_by = left($actor::text, 255), decided_at = now(), updated_at = now(),
            ended_at = case $choice::text when 'link' then now() end
      where tenant_id = $tenantId and id = $id`,
    { tenantId, ...decided, remoteId: decided.remoteId === null ? null : String(decided.remoteId) },
    transaction,
  );
}

/** How many records wait for a person. */
export async function countWaitingMatches(db: Database, tenantId: number): Promise<number> {
  const [row] = await queryRows<{ waiting: number }>(
    db,
    `select count(*)::integer as waiting from sync_matches where tenant_id = $tenantId and state = 'open'`,
    { tenantId },
  );
  return row?.waiting ?? 0;
}
