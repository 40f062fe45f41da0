import { originator } from '../../lib/records.ts';
import type { SyncDeps } from '../deps.ts';
import { findMappings } from '../load/mappings.ts';
import type { SyncContext } from '../pair.ts';
import { type Planned, planPair } from '../plan/plan-pair.ts';
import { reasonNotToPair } from '../plan/portals-own.ts';

type Query = { type: 'EMAIL' | 'PHONE'; value: string };

/** The method that finds contacts by what they can be reached by. */
export const matchMethod = 'crm.duplicate.findbycomm';

/** Whether a plan makes a contact that people may have made already. */
export function needsMatching(context: SyncContext, planned: Planned): boolean {
  return (
    planned.pair.entity === 'user' && planned.plan.action === 'create_remote' && queriesOf(context, planned).length > 0
  );
}

/**
 * Before users become contacts, looks for contacts that people made already: by e-mail first, then by phone. One that is found, stands
 * for no other user and was not made by us is linked instead of doubled; the plan is made anew for it. Throws `Bitrix24Error`.
 */
export async function matchContacts(
  deps: Pick<SyncDeps, 'db'>,
  context: SyncContext,
  creates: readonly Planned[],
): Promise<readonly Planned[]> {
  const { client, options } = context;
  const asked = creates.flatMap((create) => queriesOf(context, create).map((query) => ({ planned: create, query })));
  if (asked.length === 0) return creates;
  const answers = await client.findContacts(
    asked.map(({ query }) => query),
    options,
  );
  const taken = await mappedContacts(deps, context.tenantId, answers.flat());
  const chosen = new Map<Planned, number>();
  for (const [index, { planned: create }] of asked.entries()) {
    if (chosen.has(create)) continue;
    const free = (answers[index] ?? []).filter((id) => !taken.has(id)).sort((a, b) => a - b);
    const [id] = free;
    if (id === undefined) continue;
    taken.add(id);
    chosen.set(create, id);
  }
  if (chosen.size === 0) return creates;
  const records = await client.read('user', [...chosen.values()], options);
  return creates.map((item) => {
    const remote = records.get(chosen.get(item) ?? 0);
    // The index of duplicates may lag behind: a record that is ours already belongs to another user.
    if (!remote || remote.originatorId === originator || reasonNotToPair('user', remote)) return item;
    return planPair(context, { ...item.pair, remote, remoteId: remote.id });
  });
}

// Anything else that people write into these fields would find every contact with as little of an address.
const recognisable = { email: /^\S+@\S+\.\S+$/, phone: /^\+\d{7,}$/ };

function queriesOf({ fieldMap }: SyncContext, { pair }: Planned): Query[] {
  const types = { email: 'EMAIL', phone: 'PHONE' } as const;
  return (Object.keys(types) as (keyof typeof types)[]).flatMap((key) => {
    const field = fieldMap.pairs.find((candidate) => candidate.key === key);
    const value = pair.local && field?.encode(pair.local.record);
    return value && recognisable[key].test(value) ? [{ type: types[key], value }] : [];
  });
}

async function mappedContacts(
  { db }: Pick<SyncDeps, 'db'>,
  tenantId: number,
  ids: readonly number[],
): Promise<Set<number>> {
  const mappings = await findMappings(db, tenantId, 'user', { local: [], remote: ids });
  return new Set(mappings.map((mapping) => mapping.remoteId));
}
