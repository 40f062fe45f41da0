import type { RemoteRecord } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { Entity } from '../../lib/records.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { readOrigin } from '../plan/origin-id.ts';
import { reasonNotToPair } from '../plan/portals-own.ts';
import type { Question } from '../plan/question.ts';
import { firstShadows } from '../plan/shadows.ts';
import { type Address, addressOf, type Survivor, survivorOf } from '../plan/survivor.ts';
import { companiesOfDeals } from './deal-companies.ts';
import type { LoadDeps } from './load-deps.ts';
import type { LocalRow } from './local-rows.ts';
import { findMappings, type Mapping } from './mappings.ts';

type Kind = Exclude<Entity, 'object'>;

/** A pair whose contact or company is gone, though its local record is there. */
interface Lost {
  pair: LoadedPair;
  localId: number;
  local: LocalRow;
  mapping: Mapping;
  address: Address;
}

/**
 * When people merge contacts or companies, the portal deletes all but one and tells nothing of it. A pair whose record is gone follows to
 * the survivor where it is certain who that is; where it is not, or the survivor stands for another local record, a person is asked.
 * Returns the pairs: one that asked for the survivor alone has become part of the pair that follows to it. Throws `Bitrix24Error`.
 */
export async function followMerged(
  deps: LoadDeps,
  context: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<LoadedPair[]> {
  const { entity } = context;
  if (entity === 'object') return [...pairs];
  const lost = pairs.flatMap((pair) => lostOf(entity, pair));
  if (lost.length === 0) return [...pairs];
  const found = await findSurvivors(deps, context, entity, lost);
  const taken = await linkedRecords(deps, context, found);
  const left = new Set(pairs);
  for (const { item, survivor } of found) {
    if (survivor.is === 'none') continue;
    const { pair, localId, mapping } = item;
    const question = questionOf(context, item, survivor, taken);
    if (question || survivor.is !== 'certain') {
      pair.question = question;
      continue;
    }
    taken.set(survivor.record.id, localId);
    moveTo(context, item, survivor.record);
    joinAlone(pair, mapping.remoteId, left);
  }
  return [...left];
}

function lostOf(entity: Kind, pair: LoadedPair): Lost[] {
  const { mapping, local, localId } = pair;
  if (!pair.remoteGone || !mapping || !local || local.deleted || localId === null) return [];
  // What is an orphan already was decided about, unless a person asks again.
  const isAskedAgain = mapping.state === 'orphaned' && pair.rows.some(({ reason }) => reason === 'retry');
  if (mapping.state !== 'linked' && !isAskedAgain) return [];
  return [{ pair, localId, local, mapping, address: addressOf(entity, mapping.shadows.remote) }];
}

async function findSurvivors(
  deps: LoadDeps,
  context: SyncContext,
  entity: Kind,
  lost: readonly Lost[],
): Promise<{ item: Lost; survivor: Survivor<RemoteRecord> }[]> {
  const { client, options, fieldMap } = context;
  const widowed = lost.map(({ localId, mapping }) => ({ contractId: localId, companyId: mapping.remoteId }));
  const companies =
    entity === 'contract'
      ? await unlessDenied(companiesOfDeals(deps, context, widowed), new Map<number, Set<number>>())
      : new Map<number, Set<number>>();
  const lostIds = new Set(lost.map(({ mapping }) => mapping.remoteId));
  const reach = {
    emails: lost.flatMap(({ address }) => address.email ?? []),
    phones: lost.flatMap(({ address }) => address.phone ?? []),
  };
  const isKnown = reach.emails.length + reach.phones.length > 0;
  const reachable = isKnown ? await unlessDenied(client.findReachable(entity, reach, options), []) : [];
  const ids = [...reachable, ...[...companies.values()].flatMap((shown) => [...shown])];
  const wanted = [...new Set(ids)].filter((id) => id > 0 && !lostIds.has(id));
  const records = [...(await client.read(entity, wanted, options)).values()];
  const candidates = records.filter((record) => !reasonNotToPair(entity, record));
  return lost.map((item) => {
    // The deals of every contract of the company that is gone tell of its survivor.
    const together = lost.filter(({ mapping }) => mapping.remoteId === item.mapping.remoteId);
    const shown = new Set(together.flatMap(({ localId }) => [...(companies.get(localId) ?? [])]));
    return { item, survivor: survivorOf(item.address, fieldMap, { companies: shown, candidates }) };
  });
}

/** Where a search is not allowed, it proves nothing. */
async function unlessDenied<Value>(search: Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await search;
  } catch (error) {
    if (error instanceof Bitrix24Error && error.code.toLowerCase() === 'access_denied') return otherwise;
    throw error;
  }
}

/** The local records that the survivors stand for already, by Bitrix24 id. */
async function linkedRecords(
  deps: LoadDeps,
  { tenantId, entity }: SyncContext,
  found: readonly { survivor: Survivor<RemoteRecord> }[],
): Promise<Map<number, number>> {
  const remote = found.flatMap(({ survivor }) => (survivor.is === 'certain' ? [survivor.record.id] : []));
  const mappings = await findMappings(deps.db, tenantId, entity, { local: [], remote });
  return new Map(mappings.map((mapping) => [mapping.remoteId, mapping.localId]));
}

function questionOf(
  context: SyncContext,
  { localId, local, mapping }: Lost,
  survivor: Exclude<Survivor<RemoteRecord>, { is: 'none' }>,
  taken: ReadonlyMap<number, number>,
): Question | null {
  const about = { localId, lostId: mapping.remoteId };
  if (survivor.is === 'unclear') {
    const [id = 0] = survivor.ids;
    return { ...about, code: 'merge_unclear', record: { id, originId: null }, candidates: survivor.ids };
  }
  const { record } = survivor;
  const origin = readOrigin(context, record);
  if (origin.whose === 'others' && origin.database !== null) return { ...about, code: 'other_database', record };
  const other = taken.get(record.id);
  // Contracts of one client, and those of the company that is gone, stand for one company.
  const { kin = [], contracts = [] } = local.standing ?? {};
  const together = [localId, ...kin, ...contracts.map(({ id }) => id)];
  return other === undefined || together.includes(other)
    ? null
    : { ...about, code: 'merged_into_linked', record, other };
}

/** Nothing of the lost record's shadows holds for the survivor: what both have and differs is a conflict, nothing is cleared. */
function moveTo({ fieldMap }: SyncContext, { pair, local, mapping }: Lost, record: RemoteRecord): void {
  const shadows = firstShadows(fieldMap, local.record, record);
  Object.assign(pair, { remote: record, remoteId: record.id, remoteGone: false });
  pair.mapping = { ...mapping, state: 'orphaned', shadows, fieldErrors: {} };
}

/** The survivor's own notice asks for the same pair now. */
function joinAlone(pair: LoadedPair, lostId: number, left: Set<LoadedPair>): void {
  for (const other of left) {
    const isSame = other !== pair && other.localId === null && [pair.remoteId, lostId].includes(other.remoteId);
    if (!isSame) continue;
    pair.rows.push(...other.rows);
    left.delete(other);
  }
}
