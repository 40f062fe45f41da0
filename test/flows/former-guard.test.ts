import { expect } from 'chai';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase } from '../../app/models/database.ts';
import { down, up } from '../../migrations/2026112631-held-deletions.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a suspicion of the former guard against mass deletions', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(() => world.stop());

  it('is closed by the migration, and its records are looked at again: what is lost is held', async () => {
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      on_bitrix24_delete: { object: 'delete' },
    });
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, 8) n`, [
      tenant.id,
    ]);
    await world.settled();
    await world.stopApp();
    const [kept, ...lost] = world.portal.records('deal').list();
    for (const deal of lost) world.portal.records('deal').delete(Number(deal.ID));
    await world.sql(
      `insert into integration_errors (tenant_id, operation, local_type, kind, code, message, retryable, status, request)
       values ($1, 'check_deletions', 'object', 'validation', 'mass_deletion_suspected', '', false, 'failed', $2::jsonb)`,
      [tenant.id, JSON.stringify({ bitrix24_ids: [kept, ...lost].map((deal) => Number(deal?.ID)) })],
    );
    const db = connectDatabase(world.databaseUrl, makeLog({ level: 'fatal', format: 'json' }), 2);
    const run = async (sql: string) => void (await db.query(sql));
    await down({ context: { run } });
    await up({ context: { run } });
    await db.close();
    await world.startApp();
    await world.settled();
    expect(await world.sql(`select 1 from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
    const held = await world.sql(`select local_id from sync_held where state = 'held'`);
    expect(held).to.have.length(7);
    expect(await world.sql('select 1 from objects where deleted_at is null')).to.have.length(8);
  });
});
