import type { Bitrix24Client, CallOptions, ListFilter, RemoteRecord } from '../bitrix24/client.ts';
import { Bitrix24Error } from '../bitrix24/errors.ts';
import type { Alternative } from '../bitrix24/list-search.ts';
import { canonicalLine } from '../field-maps/canonical.ts';
import { invalidRequest } from '../lib/errors.ts';
import { type Bitrix24Type, type Entity, entities, pairKinds } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { explainDenied } from '../sync/faults/denied-rights.ts';
import { countryOf } from '../sync/load/read-field-map.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import { reasonNotToPair } from '../sync/plan/portals-own.ts';
import { bitrix24Facts, listFilterOf, outsideOf } from '../sync/plan/scope.ts';
import type { KindScope } from '../sync/plan/scope-settings.ts';
import { leaveOutKnown } from './portal-only-known.ts';
import { type PortalRowNotes, readRowNotes } from './portal-only-notes.ts';
import { fitsGroups, groupsOf, readPortalSearch } from './portal-only-search.ts';

export interface PortalOnlyDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  /** How long the portal may take for one request; absent: a quarter of a minute. */
  patienceMs?: number | undefined;
}

export interface PortalOnlyQuery {
  local_type: Entity;
  q?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** A record of the portal that stands for none of the CRM. */
export interface PortalOnlyRecord extends PortalRowNotes {
  local_type: Entity;
  bitrix24_type: Bitrix24Type;
  bitrix24_id: string;
  name: string | null;
  /** E-mail and phone; of a deal nothing. */
  detail: string | null;
  created_at: Date | null;
  changed_at: Date;
}

export interface PortalOnlyPage {
  records: PortalOnlyRecord[];
  /** Where the list goes on; null: that was all. */
  next_cursor: string | null;
  /** Records of the portal that were looked at for this answer. */
  looked_at: number;
}

/** A person waits: a portal that takes longer than this has no time for lists now. */
const usualPatienceMs = 15_000;

/**
 * Records of the portal within the company's scope that stand for none of the CRM, in the order of their ids. One answer costs three
 * requests to the portal at the most, and two more where it is searched for an e-mail or phone: it may hold few rows, or none, and a
 * cursor all the same. Pages hold each record once, whatever comes and goes between them. Throws `Bitrix24Error`, `invalid_request` for
 * a foreign cursor, or what `clientFor` throws.
 */
export async function listPortalOnly(
  { db, clientFor, patienceMs = usualPatienceMs }: PortalOnlyDeps,
  tenantId: number,
  query: PortalOnlyQuery,
  signal: AbortSignal,
): Promise<PortalOnlyPage> {
  const { local_type: entity } = query;
  const afterId = readCursor(query);
  const settings = await readSettings({ db }, tenantId);
  const client = await clientFor(tenantId);
  const patience = { readMs: patienceMs, writeMs: patienceMs, onSlow: () => undefined };
  const options: CallOptions = { urgency: 'interactive', patience, signal };
  try {
    const asked =
      query.q === undefined ? null : readPortalSearch(query.q, settings.country ?? countryOf(client.portal));
    const reached = asked?.reach && entity !== 'object' ? await client.findReachable(entity, asked.reach, options) : [];
    const groups = asked && groupsOf(entity, asked, reached);
    if (asked && !groups) return { records: [], next_cursor: null, looked_at: 0 };
    const sought: Sought = {
      db,
      client,
      tenantId,
      entity,
      options,
      scope: settings.scope[entity],
      groups: groups ?? [],
    };
    const scan = await scanFree(sought, afterId, query.limit);
    const records = await readRecords(sought, scan.ids);
    const next = scan.isOver ? null : writeCursor(entity, scan.afterId);
    return { records, next_cursor: next, looked_at: scan.lookedAt };
  } catch (error) {
    throw error instanceof Bitrix24Error ? explainDenied({ scope: 'kind', subject: entity }, error) : error;
  }
}

/** What one answer looks for. */
interface Sought {
  db: Database;
  client: Bitrix24Client;
  tenantId: number;
  entity: Entity;
  options: CallOptions;
  scope: KindScope;
  groups: readonly (readonly Alternative[])[];
}

interface Scan {
  ids: number[];
  /** The id that the next answer begins behind. */
  afterId: number;
  isOver: boolean;
  lookedAt: number;
}

/** Ids of free records: from one page of fifty first, then from as many pages as one request holds, because most of a portal may be linked. */
async function scanFree(sought: Sought, from: number, limit: number): Promise<Scan> {
  const { db, client, tenantId, entity, options, scope, groups } = sought;
  const filter: ListFilter = { ...listFilterOf(scope.bitrix24), ...(groups.length > 0 && { oneOf: groups }) };
  const target = { tenantId, entity, portal: client.portal };
  const firstPage = async () => {
    const { pages } = await client.firstPages(entity, [{ filter, afterId: from }], options);
    return pages[0] ?? { records: [], last: true };
  };
  const scan: Scan = { ids: [], afterId: from, isOver: false, lookedAt: 0 };
  for (const read of [firstPage, () => client.list(entity, filter, scan.afterId, options)]) {
    const { records, last } = await read();
    const free = await leaveOutKnown(db, target, records);
    const taken = free.slice(0, limit - scan.ids.length);
    scan.ids.push(...taken.map(({ id }) => id));
    scan.lookedAt += records.length;
    const isCut = taken.length < free.length;
    scan.afterId = (isCut ? taken.at(-1) : records.at(-1))?.id ?? scan.afterId;
    scan.isOver = last && !isCut;
    if (scan.isOver || scan.ids.length >= limit) break;
  }
  // A list of a kind that may not be read is empty on some portals: its fields are refused on all.
  if (from === 0 && scan.lookedAt === 0) await client.refreshFields(entity, options);
  return scan;
}

/** The records themselves; those that are gone by now, that never get a pair, and that do not fit what was asked are left out. */
async function readRecords(sought: Sought, ids: readonly number[]): Promise<PortalOnlyRecord[]> {
  const { db, client, tenantId, entity, options, scope, groups } = sought;
  if (ids.length === 0) return [];
  const read = await client.read(entity, ids, options);
  const fits = (record: RemoteRecord) =>
    !reasonNotToPair(entity, record) &&
    !outsideOf(scope, { crm: null, bitrix24: bitrix24Facts(entity, record) }) &&
    fitsGroups(groups, record);
  const records = ids.flatMap((id) => read.get(id) ?? []).filter(fits);
  const shown = records.map(({ id }) => id);
  const notes = await readRowNotes(db, { tenantId, entity }, shown);
  return records.map((record) => ({
    local_type: entity,
    bitrix24_type: pairKinds[entity].bitrix24Type,
    bitrix24_id: String(record.id),
    ...describe(entity, record),
    created_at: record.createdAt,
    changed_at: record.modifiedAt,
    ...(notes.get(record.id) ?? { waiting: false, error: null }),
  }));
}

/** What people know a record by. Pure. */
function describe(entity: Entity, { fields, multifields }: RemoteRecord): Pick<PortalOnlyRecord, 'name' | 'detail'> {
  const isPerson = entity === 'user';
  const names = isPerson ? [fields.LAST_NAME, fields.NAME, fields.SECOND_NAME] : [fields.TITLE];
  const first = (type: string) => multifields.find(({ typeId }) => typeId === type)?.value ?? null;
  const detail = [first('EMAIL'), first('PHONE')].filter(Boolean).join(', ');
  return { name: canonicalLine(names.filter(Boolean).join(' ')), detail: detail || null };
}

/** A cursor as callers carry it from page to page. */
function writeCursor(entity: Entity, afterId: number): string {
  return Buffer.from(`${entity} ${afterId}`).toString('base64url');
}

/** The id that a page begins behind. Throws `invalid_request` for what is no cursor of a list of this kind. */
function readCursor({ local_type: entity, cursor }: PortalOnlyQuery): number {
  if (cursor === undefined) return 0;
  const [, kind, id] = /^(\w+) (\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (entities.find((one) => one === kind) !== entity)
    throw invalidRequest({
      ru: 'cursor: возьмите его из next_cursor прежнего ответа о записях этого же вида',
      en: 'cursor: take it from next_cursor of the answer before, for records of the same kind',
    });
  return Number(id);
}
