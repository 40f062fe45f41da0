import type { Bitrix24Client, PortalChoices, RemoteRecord } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { isDatabaseAway } from '../../lib/database-away.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { hasPlacementFault, refusedPath, settlePlacementFaults } from '../faults/placement-faults.ts';
import type { SyncContext } from '../pair.ts';
import { isPlaced } from '../plan/placement.ts';
import { placementCauses, placementRefused } from '../plan/placement-causes.ts';
import type { Create } from './commands.ts';
import type { Sent } from './send-commands.ts';

/** What was found wrong, or could not be explained, is looked at again so soon. */
const doubtMs = 60_000;

/** When the lists of a portal were last read because a new record was not where it had been put. */
const doubtedAt = new WeakMap<Bitrix24Client, number>();

/**
 * Reads what new records can be given, where the tenant chose something for them. A portal that does not tell stops nothing: then what was
 * chosen is believed. What it does not have any more is told as a fault, once. Throws what is not the portal's.
 */
export async function preparePlacing(deps: SyncDeps, context: SyncContext): Promise<void> {
  const { client, entity, options, settings, tenantId } = context;
  if (!isPlaced(settings.placement, entity)) return;
  const isDoubted = await hasPlacementFault(deps.db, tenantId, entity);
  const since = isDoubted ? new Date(deps.clock.now().getTime() - doubtMs) : undefined;
  const choices = await readChoices(context, since);
  context.placing = { choices, fields: await client.fields(entity, options) };
  if (choices) await settle(deps, context, choices);
}

async function readChoices({ client, options }: SyncContext, since?: Date): Promise<PortalChoices | null> {
  try {
    return await client.choices(options, since);
  } catch (error) {
    if (error instanceof Bitrix24Error) return null;
    throw error;
  }
}

/** `refused`: the portal's word on a place that its lists have; undefined: what was told of that stays. */
async function settle(
  { db }: SyncDeps,
  { entity, settings, tenantId }: SyncContext,
  choices: PortalChoices,
  refused?: Bitrix24Error | null,
): Promise<void> {
  const wrong = new Map(placementCauses(settings.placement, entity, choices));
  const isExplained = wrong.size > 0;
  await retryingTransaction(db, async (transaction) => {
    if (refused && !isExplained) wrong.set(refusedPath, placementRefused(entity, refused.reason));
    const keeps = refused === undefined ? [refusedPath] : [];
    await settlePlacementFaults(db, tenantId, { causes: { [entity]: wrong }, keeps }, transaction);
  });
}

/**
 * Looks at where new records really are: a place that the portal refused, or passed over without a word, may be gone since its lists were
 * read. Never fails the records.
 */
export async function judgePlaces(
  deps: SyncDeps,
  context: SyncContext,
  creates: readonly Create[],
  { outcomes, refusal }: Sent,
): Promise<void> {
  const placed = creates.flatMap((create, index) => {
    const outcome = outcomes[index];
    return create.unplaced !== null && outcome?.ok && outcome.record ? [{ create, record: outcome.record }] : [];
  });
  if (placed.length === 0) return;
  const isElsewhere = refusal !== null || placed.some(({ create, record }) => !isWhereSent(create, record));
  if (!isElsewhere && !(await hasPlacementFault(deps.db, context.tenantId, context.entity))) return;
  const now = deps.clock.now().getTime();
  // A robot that moves every new deal at once is no reason to read the lists with each of them.
  const isDoubted = isElsewhere && now - (doubtedAt.get(context.client) ?? 0) >= doubtMs;
  if (isDoubted) doubtedAt.set(context.client, now);
  try {
    const choices = await readChoices(context, isDoubted ? new Date(now) : undefined);
    if (choices) await settle(deps, context, choices, refusal);
  } catch (error) {
    // The records are there: what is told of their place comes with the next ones.
    if (isDatabaseAway(error)) return;
    throw error;
  }
}

function isWhereSent({ command }: Create, record: RemoteRecord): boolean {
  const { CATEGORY_ID, STAGE_ID } = command.changes.fields;
  const isSame = (name: string, sent: unknown) => sent === undefined || String(record.fields[name]) === String(sent);
  return isSame('CATEGORY_ID', CATEGORY_ID) && isSame('STAGE_ID', STAGE_ID);
}
