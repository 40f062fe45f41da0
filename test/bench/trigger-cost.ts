import { startWorld, type World } from '../support/world.ts';
import { percentile } from './counting.ts';
import { type Finding, shown } from './report.ts';

const rows = 10_000;
const repeats = 9;
const states = ['triggers disabled', 'not connected', 'connected'] as const;
type State = (typeof states)[number];

/** What the queue triggers add to the statements of the CRM's other programs. */
export async function measureTriggerCost(): Promise<Finding> {
  // Nobody works on the queue: only the writer's own cost is measured.
  const world = await startWorld({ config: { role: 'web' } });
  try {
    const tenants = {
      'not connected': (await world.addTenant()).id,
      connected: await connected(world),
      'triggers disabled': await connected(world),
    };
    const times = new Map<string, number[]>();
    const keep = (name: string, ms: number) => times.set(name, [...(times.get(name) ?? []), ms]);
    for (let n = 0; n < repeats; n++) {
      for (const state of states) {
        const { insertMs, updateMs } = await measureOnce(world, state, tenants[state]);
        // The first round warms up.
        if (n > 0) keep(`INSERT ${state}`, insertMs);
        if (n > 0) keep(`UPDATE ${state}`, updateMs);
      }
    }
    const median = (name: string) => percentile(times.get(name) ?? [], 0.5);
    const lines = ['INSERT', 'UPDATE'].map((statement) => {
      const base = median(`${statement} triggers disabled`);
      const times = (state: State) => `${state} ${shown(median(`${statement} ${state}`) / base)}×`;
      return { what: statement, value: `${times('not connected')}, ${times('connected')} (1× = ${shown(base)} ms)` };
    });
    return {
      title: `Statements of ${shown(rows)} rows, against the same without our triggers`,
      how: `ratios of medians of ${repeats - 1}, taken in turns`,
      lines,
    };
  } finally {
    await world.stop();
  }
}

async function connected(world: World): Promise<number> {
  const tenant = await world.addTenant();
  await world.connect(tenant);
  return tenant.id;
}

async function measureOnce(world: World, state: State, tenantId: number) {
  await world.sql('truncate sync_queue, objects');
  const disabled = state === 'triggers disabled';
  if (disabled) await world.sql('alter table objects disable trigger user');
  const insertMs = await timed(() =>
    world.sql(
      `insert into objects (tenant_id, name, imei)
       select $1, 'Камаз ' || n, lpad(n::text, 15, '0') from generate_series(1, $2::int) n`,
      [tenantId, rows],
    ),
  );
  // An update that finds an empty queue costs the most.
  await world.sql('truncate sync_queue');
  const updateMs = await timed(() =>
    world.sql(`update objects set description = 'Датчик' where tenant_id = $1`, [tenantId]),
  );
  const [queued] = await world.sql<{ count: number }>('select count(*)::int as count from sync_queue');
  if (queued?.count !== (state === 'connected' ? rows : 0)) throw new Error(`${state}: ${queued?.count} rows queued`);
  if (disabled) await world.sql('alter table objects enable trigger user');
  return { insertMs, updateMs };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
