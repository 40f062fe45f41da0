import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedPortal } from '../portal/portal.ts';
import { eventually } from '../support/eventually.ts';
import { startNeighbour } from '../support/second-portal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';
import { percentile } from './counting.ts';
import { insertObjects } from './fleet.ts';
import { type Finding, percent, shown } from './report.ts';

const quietTenants = 60;
const hanging = 4;
const rounds = 3;
const pauseMs = 10_000;

/** How long edits of sixty companies take, alone and beside portals that hang, one that drips and one in its first load. */
export async function measureFairness(): Promise<Finding> {
  const world = await startWorld({
    apps: true,
    portal: { switches: { rateLimited: false } },
    bucket: { size: 1e6, drain: 1e6 },
  });
  const others: SimulatedPortal[] = [];
  try {
    const tenants: Tenant[] = [];
    for (let n = 0; n < quietTenants; n++) tenants.push(await connected(world, world.portal, `Тихая ${n}`));
    await world.settled();
    const alone = await editTimes(world, tenants);
    for (let n = 0; n < hanging + 2; n++) others.push(await startNeighbour(world, `hostile ${n}`));
    await disturb(world, others);
    // The first requests of the hanging portals run into their time limits.
    await sleep(pauseMs);
    const beside = await editTimes(world, tenants);
    const p95 = [alone, beside].map((times) => percentile(times, 0.95)) as [number, number];
    return {
      title: `Edits of ${quietTenants} companies beside ${hanging} portals that hang, one that drips, one in its first load`,
      how: `${rounds} edits of each company; from the row's change to the deal's`,
      lines: [
        { what: 'alone', value: `p50 ${shown(percentile(alone, 0.5))} ms, p95 ${shown(p95[0])} ms` },
        { what: 'beside them', value: `p50 ${shown(percentile(beside, 0.5))} ms, p95 ${shown(p95[1])} ms` },
        { what: 'p95 beside them, of p95 alone', value: percent(p95[1] / p95[0]) },
      ],
    };
  } finally {
    for (const portal of others) portal.faults.clear();
    await world.stop();
    for (const portal of others) await portal.stop();
  }
}

async function connected(world: World, portal: SimulatedPortal, name: string): Promise<Tenant> {
  const tenant = await world.addTenant(name);
  const own = { ...tenant, webhookUrl: portal.addWebhook().url };
  await insertObjects(world, own, 1);
  await world.connect(own);
  await world.sql(`update objects set name = name where tenant_id = $1`, [own.id]);
  return own;
}

/** Four portals hang, one drips, the last one belongs to a company in its first load. */
async function disturb(world: World, portals: readonly SimulatedPortal[]): Promise<void> {
  const tenants: Tenant[] = [];
  for (const [index, portal] of portals.entries()) tenants.push(await connected(world, portal, `Беспокойная ${index}`));
  await world.settled(60_000);
  const loading = tenants.pop();
  for (const [index, tenant] of tenants.entries()) {
    const portal = portals[index];
    if (portal) portal.faults.stall = index < hanging ? { kind: 'hang' } : { kind: 'drip', everyMs: 2000 };
    await world.sql(`update objects set name = name || '!' where tenant_id = $1`, [tenant.id]);
  }
  Object.assign(portals.at(-1)?.switches ?? {}, { virtualSeconds: false, workers: 8 });
  if (loading) await insertObjects(world, loading, 3000, 2);
}

async function editTimes(world: World, tenants: readonly Tenant[]): Promise<number[]> {
  const times: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    // Spread over three seconds, as people's edits are.
    const edits = tenants.map(async (tenant, index) => {
      await sleep(index * 50);
      times.push(await editTime(world, tenant, `Правка ${round} ${Math.random()}`));
    });
    await Promise.all(edits);
  }
  return times;
}

async function editTime(world: World, tenant: Tenant, name: string): Promise<number> {
  const startedAt = performance.now();
  await world.sql(`update objects set name = $2 where tenant_id = $1`, [tenant.id, name]);
  const [object] = await world.sql<{ id: number }>('select id from objects where tenant_id = $1 limit 1', [tenant.id]);
  await eventually(async () => (await world.remoteOf(tenant, 'object', object?.id ?? 0))?.TITLE === name, {
    timeoutMs: 60_000,
    everyMs: 20,
  });
  return performance.now() - startedAt;
}
