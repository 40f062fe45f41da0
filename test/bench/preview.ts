import { setTimeout as sleep } from 'node:timers/promises';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';
import { insertObjects, measureRun } from './fleet.ts';
import { type Finding, percent, shown } from './report.ts';

const large = 100_000;
const small = 3000;
const megabyte = 2 ** 20;

/** A preview of a large fleet: its time and memory. And of a small one: what it says of its run beside what that one took. */
export async function measurePreview(): Promise<Finding> {
  const memory = await measureMemory();
  const price = await measurePrice();
  return {
    title: `Previews of ${shown(large)} and of ${shown(small)} objects`,
    how: "the large one without the portal's limits, heap after each portion; the small one on a portal that works on 8 requests at once, with real limits",
    lines: [
      {
        what: `preview of ${shown(large)}`,
        value: `${shown(memory.seconds)} s, ${shown(large / memory.seconds)} records/s`,
      },
      { what: 'heap before, highest meanwhile', value: `${shown(memory.before)} MB, ${shown(memory.highest)} MB` },
      { what: `its run takes, by the preview of ${shown(small)}`, value: `${shown(price.told)} s` },
      { what: 'its run took', value: `${shown(price.took)} s` },
      { what: 'told, of what it took', value: percent(price.told / price.took) },
    ],
  };
}

async function measureMemory() {
  const world = await startWorld(unlimited);
  try {
    const tenant = await connected(world, large);
    const startedAt = performance.now();
    const before = process.memoryUsage().heapUsed;
    let highest = before;
    let isOver = false;
    const watch = async () => {
      for (; !isOver; await sleep(100)) highest = Math.max(highest, process.memoryUsage().heapUsed);
    };
    const watching = watch();
    const { totals } = await preview(world, tenant);
    isOver = true;
    await watching;
    if (totals.create !== large) throw new Error(`Only ${totals.create} of ${large} were previewed`);
    const seconds = (performance.now() - startedAt) / 1000;
    return { seconds, before: before / megabyte, highest: highest / megabyte };
  } finally {
    await world.stop();
  }
}

async function measurePrice() {
  const world = await startWorld({ portal: { latency: 'fast', switches: { virtualSeconds: false, workers: 8 } } });
  try {
    const tenant = await connected(world, 50);
    // A portal whose calls were measured once.
    await measureRun(world, tenant);
    await insertObjects(world, tenant, small, 51);
    const { forecast } = await preview(world, tenant);
    const { seconds } = await measureRun(world, tenant);
    return { told: Number(forecast.seconds), took: seconds };
  } finally {
    await world.stop();
  }
}

/** A company whose objects nothing but runs carries. */
async function connected(world: World, count: number): Promise<Tenant> {
  const tenant = await world.addTenant();
  await world.connect(tenant);
  const settings = { automatic: { object: false } };
  await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
  await insertObjects(world, tenant, count);
  return tenant;
}

async function preview(world: World, { token }: Tenant) {
  const address = '/api/integration/bitrix24';
  const asked = { sync_objects: true, dry_run: true, wait: true };
  const { body } = await world.call(token, 'POST', `${address}/sync/to`, asked);
  return (await world.call(token, 'GET', `${address}/preview/${body.data.run.id}`)).body.data;
}
