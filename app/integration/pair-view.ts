import type { Bitrix24Client, RemoteRecord } from '../bitrix24/client.ts';
import type { FieldPair, LocalRecord } from '../field-maps/types.ts';
import { AppError, type Language, notFound, type Text } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import { readLocal } from '../sync/load/local-rows.ts';
import { findMappings, type Mapping } from '../sync/load/mappings.ts';
import { readFieldMap } from '../sync/load/read-field-map.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import type { ConflictRow } from './conflict-list.ts';
import { type ErrorRow, errorColumns } from './error-list.ts';
import { presentError } from './error-texts.ts';
import { companiesNamedIn, nameCompanies, nameEditors } from './history-names.ts';
import { findMapping, type MappingRow } from './mapping-list.ts';
import { type HistoryLine, readPairHistory } from './pair-history.ts';

/** How much of a pair's history is shown. */
const shownLines = 20;

export interface PairField {
  key: string;
  owner: string;
  crm: { columns: readonly string[]; value: string | null; shadow: string | null };
  /** `name`: what the portal's list calls the value; null where it is no list's. */
  bitrix24: { fields: readonly string[]; value: string | null; name: string | null; shadow: string | null };
  /** Neither side has changed since the pair was last equal. */
  equal: boolean;
}

/** An open conflict of a pair. */
export type PairConflict = Pick<
  ConflictRow,
  'id' | 'field' | 'local_value' | 'bitrix24_value' | 'winner' | 'policy' | 'state' | 'created_at'
>;

export interface PairView {
  mapping: MappingRow;
  fields: PairField[];
  /** The CRM record is there and not deleted. */
  local_present: boolean;
  bitrix24_present: boolean;
  /** Why the portal could not be asked; then the Bitrix24 values are those of the last synchronisation. */
  bitrix24_error: { code: string; text: Text } | null;
  log: HistoryLine[];
  errors: ErrorRow[];
  conflicts: PairConflict[];
  /** By the portal's id: what people call the companies that `company` fields and the history speak of. */
  company_names: Record<string, string>;
}

export interface PairViewDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

interface RemoteSide {
  record: RemoteRecord | null;
  error: AppError | null;
}

/**
 * Shows one record pair side by side: both values and both shadows of every field, the last log lines, open errors and conflicts.
 * The Bitrix24 record is read live, once in three seconds for all who look, and not before `since`. Throws `not_found`.
 */
export async function viewPair(
  { db, clientFor }: PairViewDeps,
  tenantId: number,
  id: number,
  since: Date | null = null,
): Promise<PairView> {
  const row = await findMapping(db, tenantId, id);
  if (!row) throw notFound();
  const { local_type: entity, local_id: localId } = row;
  const [mappings, locals, remote, settings] = await Promise.all([
    findMappings(db, tenantId, entity, { local: [localId], remote: [] }),
    readLocal(db, { tenantId, entity }, [localId]),
    readRemote(clientFor, tenantId, { row, since }),
    readSettings({ db }, tenantId),
  ]);
  const [mapping] = mappings;
  if (!mapping) throw notFound();
  const local = locals.get(localId) ?? null;
  const fieldMap = await readFieldMap(db, { tenantId, entity }, settings);
  const fields = fieldMap.pairs.map((pair) => viewField(pair, mapping, local?.record ?? null, remote));
  const { log, ...open } = await readHistory(db, tenantId, row);
  const companies = companiesNamedIn(fields, log);
  return {
    mapping: row,
    fields,
    local_present: local !== null && !local.deleted,
    bitrix24_present: remote.record !== null,
    bitrix24_error: remote.error && { code: remote.error.code, text: remote.error.text },
    log: await nameEditors(remote.error ? null : () => clientFor(tenantId), log),
    company_names: await nameCompanies(db, tenantId, companies),
    ...open,
  };
}

/** The pair as callers see it, in the reader's language. */
export function presentPair<View extends PairView>(
  { bitrix24_error: error, errors, ...view }: View,
  language: Language,
) {
  return {
    ...view,
    errors: errors.map((row) => presentError(row, language)),
    bitrix24_error: error && { code: error.code, error: error.text[language] },
  };
}

async function readRemote(
  clientFor: PairViewDeps['clientFor'],
  tenantId: number,
  { row, since }: { row: MappingRow; since: Date | null },
): Promise<RemoteSide> {
  const from = since !== null && since > row.updated_at ? since : row.updated_at;
  try {
    const client = await clientFor(tenantId);
    return {
      record: await client.glance(row.local_type, Number(row.bitrix24_id), from),
      error: null,
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { record: null, error };
  }
}

function viewField(pair: FieldPair, mapping: Mapping, local: LocalRecord | null, remote: RemoteSide): PairField {
  const shadows = {
    local: mapping.shadows.local[pair.key] ?? null,
    remote: mapping.shadows.remote.values[pair.key] ?? null,
  };
  const localValue = local ? pair.readLocal(local) : null;
  const remoteValue = remote.error
    ? shadows.remote
    : remote.record && pair.readRemote(remote.record, mapping.shadows.remote);
  return {
    key: pair.key,
    owner: pair.owner,
    crm: { columns: pair.localFields, value: localValue, shadow: shadows.local },
    bitrix24: {
      ...{ fields: pair.remoteFields, value: remoteValue, shadow: shadows.remote },
      name: pair.nameOf?.(remoteValue) ?? null,
    },
    equal: localValue === shadows.local && remoteValue === shadows.remote,
  };
}

async function readHistory(db: Database, tenantId: number, row: MappingRow) {
  const bind = { tenantId, entity: row.local_type, localId: row.local_id };
  const [history, errors, conflicts] = await Promise.all([
    readPairHistory(db, tenantId, { entity: row.local_type, localId: row.local_id }, { page: 1, limit: shownLines }),
    queryRows<ErrorRow>(
      db,
      `select ${errorColumns} from integration_errors
        where tenant_id = $tenantId and local_type = $entity and status <> 'resolved'
          and (local_id = $localId or (local_id is null and external_id = $remoteId)) order by id desc`,
      { ...bind, remoteId: row.bitrix24_id },
    ),
    queryRows<PairConflict>(
      db,
      `select id, field, local_value, bitrix24_value, winner, policy, state, created_at from sync_conflicts
        where tenant_id = $tenantId and entity = $entity and local_id = $localId and state = 'open' order by id desc`,
      bind,
    ),
  ]);
  return { log: history.rows, errors, conflicts };
}
