import type { RemoteRecord, Requisite } from '../../bitrix24/client.ts';
import { defaultPlace } from '../../field-maps/types.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { type Comparing, type Identity, remoteIdentity } from '../plan/identity.ts';
import type { Unmatched } from '../plan/match-many.ts';
import type { Matching } from '../plan/matching-settings.ts';
import { readOrigin } from '../plan/origin-id.ts';
import { reasonNotToPair } from '../plan/portals-own.ts';
import type { LoadDeps } from './load-deps.ts';
import { readLocal } from './local-rows.ts';
import { findMappings } from './mappings.ts';

/** A record of ours that has no pair, with the pair that it was loaded as. */
export interface Seeker extends Unmatched {
  pair: LoadedPair;
}

/**
 * Asks the portal for what the named method is needed for. Null: the method is closed or refused, and these pairs wait for it; then they
 * are left out.
 */
export type AskPortal = <Value>(
  needs: { method: string; pairs: readonly LoadedPair[] },
  work: () => Promise<Value>,
) => Promise<Value | null>;

/** What was found, and for whom could be asked. */
export interface Found {
  seekers: readonly Seeker[];
  candidates: Map<number, Identity>;
  records: Map<number, RemoteRecord>;
}

/**
 * Looks in the portal for records that may be the same as these: by e-mail and phone twenty values a command, by INN and by a field
 * fifty, fifty commands a request. What stands for another record, is the portal's own company, or was made by another program of ours is
 * left out. Throws `Bitrix24Error`.
 */
export async function findCandidates(
  deps: LoadDeps,
  context: SyncContext,
  { seekers, matching, ask }: { seekers: readonly Seeker[]; matching: Matching; ask: AskPortal },
): Promise<Found> {
  const search = new Search(context, seekers, ask);
  if (context.entity === 'object') await search.byField(matching);
  else {
    if (context.entity === 'contract') await search.byInn();
    await search.byReach(context.entity);
    await search.read();
    if (context.entity === 'contract') await search.readRequisites();
  }
  const records = await leaveOutTaken(deps, context, search.records);
  const identities = [...records].map(([id, record]): [number, Identity] => {
    const requisites = search.requisites.filter(({ companyId }) => companyId === id);
    return [id, remoteIdentity(context.entity, record, { requisites, ...comparingIn(context, matching) })];
  });
  return { seekers: search.seekers, candidates: new Map(identities), records };
}

/** What this tenant's records are compared by. */
export function comparingIn({ fieldMap }: SyncContext, { named }: Matching): Comparing {
  return { named, country: (fieldMap.place ?? defaultPlace).country };
}

/** One search for records of a kind: who is still asked for, and what was found so far. */
class Search {
  seekers: readonly Seeker[];
  records = new Map<number, RemoteRecord>();
  requisites: Requisite[] = [];
  readonly #ids = new Set<number>();
  readonly #context: SyncContext;
  readonly #ask: AskPortal;

  constructor(context: SyncContext, seekers: readonly Seeker[], ask: AskPortal) {
    this.#context = context;
    this.seekers = seekers;
    this.#ask = ask;
  }

  async byReach(entity: 'user' | 'contract'): Promise<void> {
    const { client, options } = this.#context;
    const asked = this.seekers.filter(({ identity }) => isReachable(entity, identity));
    const reach = {
      emails: asked.flatMap(({ identity }) => identity.emails),
      phones: asked.flatMap(({ identity }) => identity.phones),
    };
    const work = () => client.findReachable(entity, reach, options);
    const ids = await this.#askFor('crm.duplicate.findbycomm', asked, work);
    for (const id of ids ?? []) this.#ids.add(id);
  }

  async byInn(): Promise<void> {
    const { client, options } = this.#context;
    const asked = this.seekers.filter(({ identity }) => identity.requisites.length > 0);
    const values = asked.flatMap(({ identity }) => identity.requisites.map(({ inn }) => inn));
    const work = () => client.findRequisites({ field: 'RQ_INN', values }, options);
    const rows = await this.#askFor('crm.requisite.list', asked, work);
    for (const { companyId } of rows ?? []) this.#ids.add(companyId);
  }

  async byField({ named }: Matching): Promise<void> {
    const { client, entity, options } = this.#context;
    const asked = this.seekers.filter(({ identity }) => identity.value !== null);
    if (!named) return;
    const wanted = { field: named.field, values: asked.flatMap(({ identity }) => identity.value ?? []) };
    const records = await this.#askFor('crm.item.list', asked, () => client.findByField(entity, wanted, options));
    for (const record of records ?? []) this.records.set(record.id, record);
  }

  async read(): Promise<void> {
    const { client, entity, options } = this.#context;
    if (this.#ids.size > 0) this.records = await client.read(entity, [...this.#ids], options);
  }

  /** All that the found companies have: another INN contradicts. Only who has an INN himself has something to compare. */
  async readRequisites(): Promise<void> {
    const { client, options } = this.#context;
    const asked = this.seekers.filter(({ identity }) => identity.requisites.length > 0);
    if (this.records.size === 0) return;
    const values = [...this.records.keys()].map(String);
    const work = () => client.findRequisites({ field: 'ENTITY_ID', values }, options);
    this.requisites = (await this.#askFor('crm.requisite.list', asked, work)) ?? [];
  }

  async #askFor<Value>(method: string, asked: readonly Seeker[], work: () => Promise<Value>): Promise<Value | null> {
    if (asked.length === 0) return null;
    const answer = await this.#ask({ method, pairs: asked.map(({ pair }) => pair) }, work);
    if (answer === null) this.seekers = this.seekers.filter((seeker) => !asked.includes(seeker));
    return answer;
  }
}

/** A company is known by its name *and* an address: without a name there is nothing to ask for. */
function isReachable(entity: 'user' | 'contract', { emails, phones, name }: Identity): boolean {
  return emails.length + phones.length > 0 && (entity === 'user' || name.length > 0);
}

async function leaveOutTaken(
  deps: LoadDeps,
  context: SyncContext,
  records: ReadonlyMap<number, RemoteRecord>,
): Promise<Map<number, RemoteRecord>> {
  const { tenantId, entity } = context;
  const mappings = await findMappings(deps.db, tenantId, entity, { local: [], remote: [...records.keys()] });
  const marked = [...records.values()].flatMap((record) => madeFor(context, record) ?? []);
  const owners = await readLocal(deps.db, { tenantId, entity }, [...mappings.map(({ localId }) => localId), ...marked]);
  const isLiving = (localId: number) => owners.get(localId)?.deleted === false;
  const taken = new Set(
    mappings.filter(({ state, localId }) => state === 'linked' || isLiving(localId)).map(({ remoteId }) => remoteId),
  );
  const known = new Set(mappings.map(({ remoteId }) => remoteId));
  const isFree = (record: RemoteRecord) => {
    if (taken.has(record.id) || reasonNotToPair(entity, record)) return false;
    const origin = readOrigin(context, record);
    if (origin.whose !== 'ours') return origin.whose === 'none';
    // What we made for a record that is deleted now is free again. The former form may be another database's: a mapping has to vouch for it.
    return !isLiving(origin.localId) && (!origin.former || known.has(record.id));
  };
  return new Map([...records].filter(([, record]) => isFree(record)));
}

function madeFor(context: SyncContext, record: RemoteRecord): number | null {
  const origin = readOrigin(context, record);
  return origin.whose === 'ours' ? origin.localId : null;
}
