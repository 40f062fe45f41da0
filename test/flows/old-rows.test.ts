import { expect } from 'chai';
import { dropIdleLimits } from '../../app/bitrix24/limits/idle.ts';
import { dropOldActions } from '../../app/integration/visitor-actions.ts';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database, queryRows } from '../../app/models/database.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('rows that only their youth makes useful', () => {
  let world: World;
  let db: Database;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    db = connectDatabase(world.databaseUrl, makeLog({ level: 'fatal', format: 'json' }), 2);
  });
  after(async () => {
    await db.close();
    await world.stop();
  });

  it('what people did on the pages is told for a year, and dropped then', async () => {
    await world.sql(
      `insert into visitor_actions (tenant_id, subject, action, created_at)
       select $1, 'bitrix24:x:7', action, now() - age
         from (values ('old', interval '366 days'), ('young', interval '364 days'), ('now', interval '0')) v (action, age)`,
      [tenant.id],
    );
    for (let time = 0; time < 2; time += 1) await dropOldActions(db);
    const { body } = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/actions');
    expect(body.data.actions.map(({ action }: { action: string }) => action)).to.have.members(['young', 'now']);
  });

  it('limits of a portal that was not called for a month are forgotten, unless it asked to wait for longer', async () => {
    await world.connect(tenant);
    await world.sql(
      `insert into portal_limits (portal, lane, refreshed_at, blocked_until)
       select 'gone.example', lane, now() - age, now() + wait
         from (values ('requests', interval '31 days', null::interval),
                      ('method:crm.item.add', interval '31 days', interval '-1 hour'),
                      ('method:crm.item.get', interval '29 days', null),
                      ('method:crm.item.list', interval '31 days', interval '1 hour')) v (lane, age, wait)`,
    );
    const lanes = async (portal: string) =>
      (
        await world.sql<{ lane: string }>('select lane from portal_limits where portal = $1 order by lane', [portal])
      ).map(({ lane }) => lane);
    const used = await lanes(world.portal.host);
    expect(used).to.include('requests');
    for (let time = 0; time < 2; time += 1) await dropIdleLimits((sql, bind) => queryRows(db, sql, bind));
    expect(await lanes('gone.example')).to.deep.equal(['method:crm.item.get', 'method:crm.item.list']);
    expect(await lanes(world.portal.host)).to.deep.equal(used);
  });
});
