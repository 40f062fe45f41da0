import { startWorld } from '../support/world.ts';
import { percentile } from './counting.ts';
import { type Finding, shown } from './report.ts';

const pairs = 10_000;
const repeats = 40;

/** How long the page of an operator waits for a list of a tenant with many linked records, beside another tenant as large. */
export async function measureListLatency(): Promise<Finding> {
  const world = await startWorld({ config: { role: 'web' } });
  try {
    const tenants = [await world.addTenant(), await world.addTenant()];
    const [tenant] = tenants;
    for (const { id } of tenants) {
      await world.sql(
        `with made as (
           insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, $2::int) n returning id)
         insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, last_sync_at)
         select $1, 'object', id, 'deal', id::text, now() from made`,
        [id, pairs],
      );
      await world.sql(
        `insert into integration_errors (tenant_id, operation, kind, code, message, local_type, local_id, status, retryable)
         select $1, 'update_deal', 'validation', 'CAUSE_' || id % 20, 'Отказ', 'object', id, 'failed', false
           from objects where tenant_id = $1`,
        [id],
      );
    }
    await world.sql('analyze');
    const mappings = '/api/integration/bitrix24/mappings?limit=50';
    const errors = '/api/integration/errors';
    const records = '/api/integration/bitrix24/records?limit=50';
    const questions = {
      'first page': mappings,
      'last page': `${mappings}&page=200`,
      'part of a name': `${mappings}&q=${encodeURIComponent('амаз 99')}`,
      'kind and state': `${mappings}&local_type=object&state=linked`,
      'as many open errors by cause': `${errors}/groups`,
      'records of one cause': `${errors}?limit=50&code=CAUSE_7`,
      'records by name': `${records}&sort=name&order=asc`,
      'last page of the records': `${records}&page=200`,
      'records by state': `${records}&state=failing`,
      'records by a part of the name': `${records}&q=${encodeURIComponent('амаз 99')}`,
    };
    const lines = [];
    for (const [what, question] of Object.entries(questions)) {
      const times: number[] = [];
      for (let n = 0; n < repeats; n++) {
        const startedAt = performance.now();
        const { body } = await world.call(tenant?.token ?? null, 'GET', question);
        times.push(performance.now() - startedAt);
        const [rows] = Object.values(body.data).filter(Array.isArray);
        if (!rows?.length) throw new Error(`Nothing found: ${question}`);
      }
      lines.push({ what, value: `p50 ${shown(percentile(times, 0.5))} ms, p99 ${shown(percentile(times, 0.99))} ms` });
    }
    return {
      title: `A page of 50 of ${shown(pairs)} linked records`,
      how: `over HTTP, ${repeats} times each, one after the other`,
      lines,
    };
  } finally {
    await world.stop();
  }
}
