import { eventually } from '../support/eventually.ts';
import type { SoakWorld } from './soak-world.ts';

/** A write that hangs is given up after 65 s; what it was about comes after that. */
const restMs = 240_000;
/** What a person is asked about after people merged records stays open until he has decided; so does a date of a deal that the portal never clears. */
export const forPeople = `(operation in ('ask_person', 'check_duplicates')
  or code = 'value_not_accepted' and message ~ 'begin_date|close_date')`;
const integration = '/api/integration/bitrix24';

/** What an administrator did on the way. */
export const byHand = { retried: 0, decided: 0, reopened: 0 };

/**
 * Everything that waits is due, and nothing is left to be done or decided: errors are retried, held deletions are confirmed or taken
 * back, and no fault is open. Throws with what is left when that takes too long.
 */
export async function comeToRest(world: SoakWorld, decision: HeldDecision): Promise<void> {
  await eventually(
    async () => {
      for (const portal of world.portals) await portal.events.settled();
      await skipWaits(world);
      const reopened = await reopenApps(world);
      await lookAtFields(world);
      const retried = await retryErrors(world);
      const decided = await decideHeld(world, decision);
      byHand.retried += retried;
      byHand.decided += decided;
      byHand.reopened += reopened;
      const left = { reopened, retried, decided, ...(await listWaiting(world)) };
      if (Object.values(left).some((some) => (Array.isArray(some) ? some.length > 0 : some > 0))) {
        throw new Error(`Still to do: ${JSON.stringify(left)}`);
      }
    },
    { timeoutMs: restMs, everyMs: 500 },
  );
}

/**
 * What limits, faults and outages make wait is due now. A create without an answer waits on for a while: the portal may be working on it.
 */
async function skipWaits({ sql }: SoakWorld): Promise<void> {
  await sql('update portal_limits set blocked_until = null, level = 0');
  await sql('update sync_faults set next_try_at = now() where ended_at is null and next_try_at > now()');
  await sql('update bitrix24_connections set paused_until = now() where paused_until > now()');
  await sql(
    `update sync_queue set due_at = now()
      where (create_sent_at is null or create_sent_at < now() - interval '5 seconds') and due_at > now()
        and (tenant_id, entity, side, record_id) in (
          select tenant_id, entity, side, record_id from sync_queue where due_at > now() order by 1, 2, 3, 4 for update skip locked)`,
  );
}

async function listWaiting({ sql }: SoakWorld) {
  return {
    queued: await sql('select entity, side, record_id, attempts, due_at, reason, waits_for from sync_queue limit 5'),
    faults: await sql('select tenant_id, scope, subject, code, attempts from sync_faults where ended_at is null'),
    connections: await sql(
      `select tenant_id, state, pause_reason from bitrix24_connections where state <> 'active' or paused_until > now()`,
    ),
    errors: await sql(
      `select id, operation, code from integration_errors where status <> 'resolved' and not ${forPeople} limit 5`,
    ),
  };
}

/** A process that was killed with new tokens in hand has ended their chain: opening the app in the portal begins another. */
async function reopenApps({ sql, tenants }: SoakWorld): Promise<number> {
  const ended = await sql<{ tenant_id: number }>(
    `select tenant_id from bitrix24_effective_connections where kind = 'installation' and state = 'suspended'`,
  );
  for (const { tenant_id: id } of ended) await tenants.find((tenant) => tenant.id === id)?.reopen();
  return ended.length;
}

/** An administrator who is told that a field is gone, and has made it again, lets the app read the fields now. */
async function lookAtFields(world: SoakWorld): Promise<void> {
  const waiting = await world.sql<{ id: number }>(
    `select distinct tenant_id as id from sync_faults where ended_at is null and subject like 'object:field:%'`,
  );
  for (const tenant of world.tenants.filter(({ id }) => waiting.some((one) => one.id === id))) {
    await world.call(tenant, 'DELETE', `${integration}/cache`);
    await world.call(tenant, 'GET', `${integration}/schema`);
  }
}

/** Every failed record is tried again, but those that a person is asked about: they would be asked again. Returns how many there were. */
async function retryErrors(world: SoakWorld): Promise<number> {
  const failed = await world.sql<{ id: number; tenant_id: number }>(
    `select id::int as id, tenant_id from integration_errors where status = 'failed' and not ${forPeople}`,
  );
  for (const { id, tenant_id: tenantId } of failed) {
    const tenant = world.tenants.find((candidate) => candidate.id === tenantId);
    // Another one may have ended it meanwhile.
    if (tenant) await world.call(tenant, 'POST', `/api/integration/errors/${id}/retry`).catch(passEnded);
  }
  return failed.length;
}

function passEnded(error: unknown): void {
  if (!(error instanceof Error) || !error.message.includes('already_resolved')) throw error;
}

export type HeldDecision = 'confirm' | 'restore';

/** Lets all held deletions happen, or takes them back; returns how many there were. */
export async function decideHeld(world: SoakWorld, decision: HeldDecision): Promise<number> {
  let decided = 0;
  for (const tenant of world.tenants) {
    const body = decision === 'restore' ? { recreate: true } : {};
    const { data } = await world.call(tenant, 'POST', `${integration}/held/${decision}`, body);
    decided += data.confirmed ?? data.restored;
  }
  return decided;
}

/** Starts a search, and waits until no company's job waits any more. */
export async function searchAll(world: SoakWorld, task: 'deletion_sweep' | 'offline'): Promise<void> {
  await world.wake(task);
  await eventually(
    async () => {
      const jobs = await world.sql(
        'select key, run_at, attempts, locked_at, last_error from graphile_worker.jobs where key like $1',
        [`${task}:%`],
      );
      if (jobs.length > 0) throw new Error(`Still searching: ${JSON.stringify(jobs)}`);
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
}

/** Looks for what changed in the portal, and waits until every kind was looked through. */
export async function sweepChanges(world: SoakWorld): Promise<void> {
  const [before] = await world.sql<{ now: Date }>('select now()');
  await world.sql('update bitrix24_connections set next_sweep_at = now()');
  await eventually(
    async () => {
      const [swept] = await world.sql<{ count: number }>(
        'select count(*)::int as count from sync_watermarks where seen_until >= $1',
        [before?.now],
      );
      return swept?.count === world.tenants.length * 3;
    },
    { timeoutMs: 60_000, everyMs: 500 },
  );
}
