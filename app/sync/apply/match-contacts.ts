import { originator } from '../../lib/records.ts';
import type { SyncDeps } from '../deps.ts';
import { findMappings } from '../load/mappings.ts';

import { type PlanContext, type Planned, planPair } from '../plan/plan-pair.ts';
import type { ApplyContext } from './commit-with-fallback.ts';

type Query = { type: 'EMAIL' | 'PHONE'; value: string };

/**
 * Before users become contacts, looks for contacts that people made already: by e-mail first, then by phone. One that is found, is
 * nobody else's pair and not made by us is linked instead of doubled; the plan is made anew for it.
 */
export async function matchContacts(
  deps: SyncDeps,
  context: ApplyContext,
  planned: readonly Planned[],
): Promise<readonly Planned[]> {
  const { client, options } = context;
  const creates = planned.filter(({ pair, plan }) => pair.entity === 'user' && plan.action === 'create_remote');
  const asked = creates.flatMap((create) => queriesOf(context, create).map((query) => ({ planned: create, query })));
  if (asked.length === 0) return planned;
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
  if (chosen.size === 0) return planned;
  const records = await client.read('user', [...chosen.values()], options);
  return planned.map((item) => {
    const remote = records.get(chosen.get(item) ?? 0);
    // The index of duplicates may lag behind: a record that is ours already belongs to another user.
    if (!remote || remote.originatorId === originator) return item;
    return planPair(context, { ...item.pair, remote, remoteId: remote.id });
  });
}

// Anything else that people write into these fields would find whoever has as little of an address.
const recognisable = { email: /^\S+@\S+\.\S+$/, phone: /^\+\d{7,}$/ };

function queriesOf({ fieldMap }: PlanContext, { pair }: Planned): Query[] {
  const types = { email: 'EMAIL', phone: 'PHONE' } as const;
  return (Object.keys(types) as (keyof typeof types)[]).flatMap((key) => {
    const field = fieldMap.pairs.find((candidate) => candidate.key === key);
    const value = pair.local && field?.encode(pair.local.record);
    return value && recognisable[key].test(value) ? [{ type: types[key], value }] : [];
  });
}

async function mappedContacts(deps: SyncDeps, tenantId: number, ids: readonly number[]): Promise<Set<number>> {
  const mappings = await findMappings(deps.db, tenantId, 'user', { local: [], remote: ids });
  return new Set(mappings.map((mapping) => mapping.remoteId));
}
