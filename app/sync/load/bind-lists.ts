import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { RemoteValues } from '../../field-maps/types.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { LoadDeps } from './load-deps.ts';
import { readFieldMap } from './read-field-map.ts';

const choiceTypes = ['user', 'employee', 'crm_category'];

/** Names that nothing stands for are a reason to read the lists anew, once in so long. */
const restMs = 60_000;
const relearnedAt = new WeakMap<Bitrix24Client, number>();

/**
 * Sees to it that the lists which a tenant's own pairs take their values from were read, and gives the map the values that it is to know.
 * Maps without own pairs cost nothing; lists are asked for once an hour. A list that the portal refuses leaves its pairs resting. Throws
 * `Bitrix24Error` when the portal cannot be asked.
 */
export async function bindLists(deps: LoadDeps, context: SyncContext): Promise<void> {
  if ((context.settings.field_map[context.entity].custom ?? []).length === 0) return;
  await learn(deps, context, undefined);
}

/**
 * A value that the list has no name for, or a name that it has no value for, may be newer than the list: it is read again, once a minute at
 * the most. Costs nothing where all is known.
 */
export async function relearnLists(
  deps: LoadDeps,
  context: SyncContext,
  pairs: readonly Pick<LoadedPair, 'local' | 'remote'>[],
): Promise<void> {
  const byNames = context.fieldMap.pairs.filter(({ goesByNames }) => goesByNames);
  const isUnknown = pairs.some(
    ({ local, remote }) =>
      local !== null &&
      byNames.some((pair) => Object.keys(pair.gaps?.(local.record, remote ?? nothing) ?? {}).length > 0),
  );
  if (isUnknown) await learnAnew(deps, context);
}

/** Reads the lists of a kind now, unless that was done within the last minute; returns whether it was. Throws `Bitrix24Error`. */
export async function learnAnew(deps: LoadDeps, context: SyncContext): Promise<boolean> {
  const now = deps.clock.now();
  if (now.getTime() - (relearnedAt.get(context.client) ?? 0) < restMs) return false;
  relearnedAt.set(context.client, now.getTime());
  await context.client.refreshFields(context.entity, context.options);
  await learn(deps, context, now);
  return true;
}

const nothing: RemoteValues = { fields: {}, multifields: [] };

/** `since`: how old the lists may be; absent: as they are remembered. */
async function learn({ db }: LoadDeps, context: SyncContext, since: Date | undefined): Promise<void> {
  const { tenantId, entity, settings, client, options, paused } = context;
  const fields = await client.fields(entity, options);
  const types = (settings.field_map[entity].custom ?? []).map(({ bitrix24 }) => fields.get(bitrix24)?.type ?? '');
  const needsLists = types.includes('crm_status');
  if (types.some((type) => choiceTypes.includes(type)) || (needsLists && since)) {
    await unlessRefused(client.choices(options, since));
  } else if (needsLists) await unlessRefused(client.lists(options));
  const fieldMap = await readFieldMap(db, { tenantId, entity }, settings);
  // What waits for its field goes on waiting.
  context.fieldMap = { ...fieldMap, pairs: fieldMap.pairs.filter(({ key }) => !paused.has(key)) };
}

async function unlessRefused(reading: Promise<unknown>): Promise<void> {
  try {
    await reading;
  } catch (error) {
    if (!(error instanceof Bitrix24Error) || error.retryable) throw error;
  }
}
