import { eventually } from '../support/eventually.ts';
import type { Tenant, World } from '../support/world.ts';

/** Objects as another program puts them into the CRM; the first has the number `from`. */
export async function insertObjects(world: World, tenant: Tenant, count: number, from = 1): Promise<void> {
  await world.sql(
    `insert into objects (tenant_id, name, type, description, imei)
     select $1, 'Камаз ' || n, 'truck', 'Датчик топлива ' || n, lpad(n::text, 15, '0') from generate_series($3::int, $3::int + $2::int - 1) n`,
    [tenant.id, count, from],
  );
}

export interface MeasuredRun {
  seconds: number;
  /** Requests that reached the portal. */
  requests: number;
  /** Calls that change something there. */
  writes: number;
  created: number;
}

/** One run to the portal, from the call that asks for it to its end. */
export async function measureRun(world: World, tenant: Tenant): Promise<MeasuredRun> {
  world.portal.journal.clear();
  const requestsBefore = world.portal.limits.counts.requests;
  const startedAt = performance.now();
  const body = { sync_objects: true, sync_users: false, sync_contracts: false };
  const started = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', body);
  const run = await eventually(
    async () => {
      const address = `/api/integration/bitrix24/runs/${started.body.data.id}`;
      const { data } = (await world.call(tenant.token, 'GET', address)).body;
      return data.state === 'finished' && data;
    },
    { timeoutMs: 120_000, everyMs: 50 },
  );
  if (run.failed > 0) throw new Error(`Records failed: ${JSON.stringify(run)}`);
  return {
    seconds: (performance.now() - startedAt) / 1000,
    requests: world.portal.limits.counts.requests - requestsBefore,
    writes: world.portal.journal.calls({ write: true }).length,
    created: run.created,
  };
}
