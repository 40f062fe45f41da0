import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedPortal } from '../portal/portal.ts';
import type { StallAction } from '../portal/stalls.ts';
import { eventually } from '../support/eventually.ts';
import { startNeighbour } from '../support/second-portal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';
import { median, percentile } from './counting.ts';
import { insertObjects } from './fleet.ts';
import { startAppInOwnProcess, startAppInParts, startPortalInOwnProcess } from './own-process.ts';
import { type Finding, percent, shown } from './report.ts';

const quietTenants = 60;
const hanging = 4;
const loaded = 3000;
const edits = 3;
const repeats = 3;
/** The first requests of the hanging portals run into their time limits. */
const pauseMs = 10_000;

const options = {
  apps: true,
  config: { syncConcurrency: 12 },
  // A portal of today: it takes its time for each call, and the measure waits for it.
  portal: { latency: 'fast', switches: { rateLimited: false, operating: 'off', virtualSeconds: false } },
  bucket: { size: 1e6, drain: 1e6 },
} as const;

/** How the app is started: as `ROLE=all`, and as `web`, `urgent` and `bulk`. */
const starts = { 'one process': startAppInOwnProcess, 'a worker in two parts': startAppInParts };

/**
 * How long edits of sixty companies take, alone and beside portals that hang, one that drips and one in its first load. The app and the
 * portal of the first load have processes of their own, so that what is measured is how the app shares itself out. What the machine itself
 * cannot share is told apart: the same first load by another app with a database of its own.
 */
export async function measureFairness(): Promise<Finding> {
  const lines: Finding['lines'] = [];
  for (const [name, startApp] of Object.entries(starts)) lines.push(...linesOf(name, await measureStart(startApp)));
  return {
    title: `Edits of ${quietTenants} companies beside ${hanging} portals that hang, one that drips, one in its first load`,
    how: `${repeats} times alone and beside them in turn, ${edits} edits of each company; the middle of the ${repeats}; from the row's change to the deal's; app and the loading portal in processes of their own`,
    lines,
  };
}

async function measureStart(start: typeof startAppInOwnProcess): Promise<Run[]> {
  const world = await startWorld({ ...options, startApp: start });
  const { certificateFolder } = world.oauth;
  // One authority of certificates for all portals.
  const other = await startWorld({
    ...{ ...options, apps: false, startApp: startAppInOwnProcess },
    portal: { ...options.portal, certificateFolder },
  });
  const troubled: SimulatedPortal[] = [];
  const startBusy = (letter: string) =>
    startPortalInOwnProcess({
      certificateFolder,
      memberId: letter.repeat(32),
      latency: 'fast',
      // Three loads in ten minutes would use up what a portal grants.
      switches: { rateLimited: false, operating: 'off', virtualSeconds: false, workers: 8 },
    });
  const [busy, otherBusy] = [await startBusy('b'), await startBusy('c')];
  try {
    const quiet: Tenant[] = [];
    for (let n = 0; n < quietTenants; n++) quiet.push(await connected(world, `Тихая ${n}`));
    for (let n = 0; n <= hanging; n++) troubled.push(await startNeighbour(world, `troubled ${n}`));
    const trouble = await makeTrouble(world, troubled, busy.webhookUrl);
    const elsewhere = await makeTrouble(other, [], otherBusy.webhookUrl);
    await editTimes(world, quiet);
    const besides = async (load: Trouble) => {
      await load.begin();
      await sleep(pauseMs);
      const times = await editTimes(world, quiet);
      await load.end();
      return times;
    };
    const runs: Run[] = [];
    for (let n = 0; n < repeats; n++) {
      const alone = await editTimes(world, quiet);
      const machine = await besides(elsewhere);
      const beside = await besides(trouble);
      runs.push({ alone, machine, beside });
    }
    return runs;
  } finally {
    for (const portal of troubled) portal.faults.clear();
    await world.stop();
    await other.stop();
    await busy.stop();
    await otherBusy.stop();
    for (const portal of troubled) await portal.stop();
  }
}

/** Times of edits in ms: alone, beside the load of another app, beside the troubled companies. */
interface Run {
  alone: number[];
  machine: number[];
  beside: number[];
}

type Trouble = Awaited<ReturnType<typeof makeTrouble>>;

function linesOf(name: string, runs: readonly Run[]): Finding['lines'] {
  const at = (share: number, which: keyof Run) => median(runs.map((run) => percentile(run[which], share)));
  const line = (which: keyof Run) => `p50 ${shown(at(0.5, which))} ms, p95 ${shown(at(0.95, which))} ms`;
  const each = ({ alone, machine, beside }: Run) =>
    [alone, machine, beside].map((times) => shown(percentile(times, 0.95))).join(' → ');
  const lines = {
    alone: line('alone'),
    'beside the same first load by another app on the machine': line('machine'),
    'beside them': line('beside'),
    'p95 beside them, of p95 alone': percent(at(0.95, 'beside') / at(0.95, 'alone')),
    'p95 beside them, of p95 beside the other app': percent(at(0.95, 'beside') / at(0.95, 'machine')),
    'each p95': runs.map(each).join(', '),
  };
  return Object.entries(lines).map(([what, value]) => ({ what: `${name}: ${what}`, value }));
}

/** A company with one object and its deal; on the quiet portal unless it has another's webhook. */
async function connected(world: World, name: string, webhookUrl?: string): Promise<Tenant> {
  const tenant = await world.addTenant(name);
  const own = { ...tenant, ...(webhookUrl && { webhookUrl }) };
  await insertObjects(world, own, 1);
  await world.connect(own);
  await world.sql('update objects set name = name where tenant_id = $1', [own.id]);
  return own;
}

/** Companies whose portals hang, or drip for the last of them, and one that loads as often as the trouble begins. */
async function makeTrouble(world: World, portals: readonly SimulatedPortal[], busyWebhookUrl: string) {
  const tenants: Tenant[] = [];
  for (const [n, portal] of portals.entries())
    tenants.push(await connected(world, `Беспокойная ${n}`, portal.addWebhook().url));
  const loading = await connected(world, 'Первая загрузка', busyWebhookUrl);
  await world.settled(60_000);
  let from = 2;
  return {
    async begin(): Promise<void> {
      for (const [n, portal] of portals.entries()) {
        const stall: StallAction = n < hanging ? { kind: 'hang' } : { kind: 'drip', everyMs: 2000 };
        portal.faults.stall = stall;
      }
      const ids = tenants.map(({ id }) => id);
      await world.sql(`update objects set name = name || '!' where tenant_id = any($1)`, [ids]);
      await insertObjects(world, loading, loaded, from);
      from += loaded;
    },
    /** Until everything is as quiet as before. */
    async end(): Promise<void> {
      for (const portal of portals) portal.faults.clear();
      await eventually(
        async () => {
          await world.skipWaits();
          await world.settled(5000);
        },
        { timeoutMs: 120_000 },
      );
      await world.sql('update bitrix24_connections set slow_until = null');
    },
  };
}

async function editTimes(world: World, tenants: readonly Tenant[]): Promise<number[]> {
  const times: number[] = [];
  for (let round = 1; round <= edits; round++) {
    // Spread over three seconds, as people's edits are.
    const started = tenants.map(async (tenant, index) => {
      await sleep(index * 50);
      times.push(await editTime(world, tenant, `Правка ${round} ${Math.random()}`));
    });
    await Promise.all(started);
  }
  return times;
}

async function editTime(world: World, tenant: Tenant, name: string): Promise<number> {
  const [deal] = await world.sql<{ id: number }>(
    `select bitrix24_key::integer as id from bitrix24_sync_mappings where tenant_id = $1 and local_type = 'object'`,
    [tenant.id],
  );
  const deals = world.portal.records('deal');
  const startedAt = performance.now();
  await world.sql(`update objects set name = $2 where tenant_id = $1`, [tenant.id, name]);
  await eventually(() => deals.get(deal?.id ?? 0)?.TITLE === name, { timeoutMs: 60_000, everyMs: 2 });
  return performance.now() - startedAt;
}
