import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';
import { compareSchemas, isUndone, remadeFields, type Schema, type SchemaChange } from './compare.ts';

/** `fields:object`, `fields:user`, `fields:contract`, `lists`, or `choices`: people and funnels, which are never compared. */
export type SchemaPart = `fields:${string}` | 'lists' | 'choices';

export interface StoredChange extends SchemaChange {
  part: SchemaPart;
  /** When it was last read without the change. */
  seenAt: Date | null;
  noticedAt: Date;
}

export interface StoredSchema {
  part: SchemaPart;
  content: Schema;
  readAt: Date;
}

/** Longer ago than this a change is the normal state of the portal. */
const shownFor = `interval '30 days'`;

/**
 * Stores what was just read of a part and what changed since the last look; a change that is undone is forgotten. Looks of several
 * processes wait for each other. Repeat-safe. Returns the fields that were deleted and made again since then.
 */
export async function storeSchema(
  db: Database,
  tenantId: number,
  { part, content }: { part: SchemaPart; content: Schema },
  transaction: Transaction,
): Promise<string[]> {
  const bind = { tenantId, part };
  const [former] = await queryRows<{ content: Schema; readAt: Date }>(
    db,
    `select content, read_at as "readAt" from portal_schema where tenant_id = $tenantId and part = $part for update`,
    bind,
    transaction,
  );
  await queryRows(
    db,
    `insert into portal_schema (tenant_id, part, content) values ($tenantId, $part, $content::jsonb)
     on conflict (tenant_id, part) do update set content = excluded.content, read_at = now()`,
    { ...bind, content: JSON.stringify(content) },
    transaction,
  );
  const known = await listChanges(db, tenantId, transaction);
  const undone = known.filter((change) => change.part === part && isUndone(change, content));
  await forget(db, tenantId, undone, transaction);
  const changes = former ? compareSchemas(former.content, content) : [];
  await insertChanges(db, tenantId, { part, changes, seenAt: former?.readAt ?? null }, transaction);
  return former ? remadeFields(former.content, content) : [];
}

/** Remembers people and funnels as they were just read; a list that was not read stays as it was. Repeat-safe. */
export async function storeChoices(db: Database, tenantId: number, content: Schema): Promise<void> {
  await queryRows(
    db,
    `insert into portal_schema as s (tenant_id, part, content) values ($tenantId, 'choices', $content::jsonb)
     on conflict (tenant_id, part) do update set content = s.content || excluded.content, read_at = now()`,
    { tenantId, content: JSON.stringify(content) },
  );
}

async function insertChanges(
  db: Database,
  tenantId: number,
  { part, changes, seenAt }: { part: SchemaPart; changes: readonly SchemaChange[]; seenAt: Date | null },
  transaction: Transaction,
): Promise<void> {
  if (changes.length === 0) return;
  // What changed twice is told from its first state.
  await queryRows(
    db,
    `insert into portal_schema_changes (tenant_id, part, name, kind, option_id, title, before, after, seen_at)
     select $tenantId, $part, r.name, r.kind, r."optionId", r.title, r.before, r.after, $seenAt
       from jsonb_to_recordset($changes::jsonb) as r (name text, kind text, "optionId" text, title text, before text, after text)
     on conflict (tenant_id, part, name, kind, option_id) do update set after = excluded.after, noticed_at = now()`,
    { tenantId, part, seenAt, changes: JSON.stringify(changes) },
    transaction,
  );
}

async function forget(
  db: Database,
  tenantId: number,
  undone: readonly StoredChange[],
  transaction: Transaction,
): Promise<void> {
  const keys = undone.map(({ part, name, kind, optionId }) => ({ part, name, kind, optionId }));
  await queryRows(
    db,
    `delete from portal_schema_changes c where tenant_id = $tenantId and (noticed_at < now() - ${shownFor} or exists (
       select 1 from jsonb_to_recordset($keys::jsonb) as r (part text, name text, kind text, "optionId" text)
        where r.part = c.part and r.name = c.name and r.kind = c.kind and r."optionId" = c.option_id))`,
    { tenantId, keys: JSON.stringify(keys) },
    transaction,
  );
}

/** The changes that somebody may still have to act on, the latest first. */
export async function listChanges(db: Database, tenantId: number, transaction?: Transaction): Promise<StoredChange[]> {
  return queryRows(
    db,
    `select part, name, kind, option_id as "optionId", title, before, after, seen_at as "seenAt", noticed_at as "noticedAt"
       from portal_schema_changes where tenant_id = $tenantId and noticed_at >= now() - ${shownFor} order by id desc`,
    { tenantId },
    transaction,
  );
}

/** What was last read, all parts. */
export async function listSchema(db: Database, tenantId: number, transaction?: Transaction): Promise<StoredSchema[]> {
  return queryRows(
    db,
    `select part, content, read_at as "readAt" from portal_schema where tenant_id = $tenantId order by part`,
    { tenantId },
    transaction,
  );
}

/** Forgets what is known of a portal's fields and lists: another portal takes its place. Repeat-safe. */
export async function forgetSchema(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  for (const table of ['portal_schema', 'portal_schema_changes']) {
    await queryRows(db, `delete from ${table} where tenant_id = $tenantId`, { tenantId }, transaction);
  }
}
