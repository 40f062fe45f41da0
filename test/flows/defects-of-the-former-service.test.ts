import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('defects of the former service that must never come back', () => {
  let world: World;
  let tenant: Tenant;
  const deals = () => world.portal.records('deal');
  const titled = (title: string) =>
    deals()
      .list()
      .filter((deal) => deal.TITLE === title);

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  it('a mapping that cannot be saved never leads to a second deal', async () => {
    await world.sql(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'the disk is full'; end $$`,
    );
    await world.sql(
      'create trigger refuse before insert on bitrix24_sync_mappings for each row execute function refuse()',
    );
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Без связи')`, [tenant.id]);
    await eventually(() => titled('Без связи').length > 0);
    await eventually(
      async () => (await world.sql(`select 1 from integration_errors where status <> 'resolved'`)).length > 0,
    );
    await world.sql('drop trigger refuse on bitrix24_sync_mappings');
    await world.settled();
    expect(titled('Без связи')).to.have.length(1);
    const [mapping] = await world.sql('select bitrix24_id from bitrix24_sync_mappings');
    expect(mapping).to.deep.equal({ bitrix24_id: titled('Без связи')[0]?.ID });
  });

  it('mappings that cannot be read never lead to a second deal', async () => {
    await world.sql('alter table bitrix24_sync_mappings rename to hidden');
    await world.sql(`update objects set name = 'Связь не прочитана'`);
    await eventually(async () => {
      const [connection] = await world.sql('select pause_reason from bitrix24_connections');
      expect(connection).to.deep.equal({ pause_reason: 'internal_error' });
    });
    await world.sql('alter table hidden rename to bitrix24_sync_mappings');
    await world.settled();
    expect(
      deals()
        .list()
        .map((deal) => deal.TITLE),
    ).to.deep.equal(['Связь не прочитана']);
  });

  it('the second of two quick edits is never skipped because the first is under way', async () => {
    world.portal.faults.add({ method: 'crm.item.update', times: 1, action: { kind: 'delay', ms: 300 } });
    await world.sql(`update objects set name = 'Первая правка'`);
    await eventually(async () => (await world.sql('select 1 from sync_queue')).length > 0);
    await world.sql(`update objects set name = 'Вторая правка'`);
    await world.settled();
    expect(titled('Вторая правка')).to.have.length(1);
  });

  it("a manager's note in the comment is never overwritten, and no date in it makes a change of its own", async () => {
    await world.sql(`update objects set imei = '490154203237518'`);
    await world.sql(`insert into users (tenant_id, name) values ($1, 'Иван')`, [tenant.id]);
    await world.settled();
    const [deal] = deals().list();
    deals().update(Number(deal?.ID), { COMMENTS: `Звонить утром\n${deal?.COMMENTS}` });
    await world.settled();
    await world.sql(`update objects set type = 'truck'`);
    await world.settled();
    expect(String(deals().get(Number(deal?.ID)).COMMENTS)).to.match(/^Звонить утром[\s\S]*Тип: truck$/);
    world.portal.journal.clear();
    await world.sql(`update users set updated_at = updated_at + interval '3 days'`);
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
  });

  it('the second and third change of a deal reach the object as the first does', async () => {
    const [deal] = deals().list();
    for (const name of ['Раз', 'Два', 'Три']) {
      deals().update(Number(deal?.ID), { TITLE: name });
      await world.settled();
      expect(await world.sql('select name from objects')).to.deep.equal([{ name }]);
    }
  });

  it('an error row has a worker: what is due to be tried again is tried again', async () => {
    world.portal.faults.add({
      method: 'crm.item.update',
      times: 1,
      action: { kind: 'refuse', status: 500, error: 'INTERNAL_SERVER_ERROR', description: 'Internal error' },
    });
    await world.sql(`update objects set name = 'Со второго раза'`);
    await world.settled();
    expect(titled('Со второго раза')).to.have.length(1);
    const stats = await world.call(tenant.token, 'GET', '/api/integration/errors/stats');
    expect(stats.body.data).to.include({ pending_errors: 0, failed_errors: 0 });
  });

  it('what was queued is not lost when the app stops before it is done', async () => {
    await world.stopApp();
    await world.sql(`update objects set name = 'Пока приложение стояло'`);
    await world.startApp();
    await world.settled();
    expect(titled('Пока приложение стояло')).to.have.length(1);
  });

  it('a text with quotes, ampersands, hashes and plus signs arrives as it was written', async () => {
    const name = `Камаз "А" & 'Б' #1 + 100% ?=/\\ 🚚`;
    await world.sql('update objects set name = $1', [name]);
    await world.settled();
    expect(titled(name)).to.have.length(1);
  });

  it('no secret of the webhook stands in an error row or in the log', async () => {
    world.portal.faults.isDown = true;
    await world.sql(`update objects set name = 'Портал молчит'`);
    await eventually(async () => {
      const [connection] = await world.sql('select pause_failures from bitrix24_connections');
      expect(Number(connection?.pause_failures)).to.be.above(0);
    });
    world.portal.faults.clear();
    await world.settled();
    const secret = tenant.webhookUrl.split('/').filter(Boolean).at(-1) ?? '';
    const rows = JSON.stringify(await world.sql('select * from integration_errors'));
    expect(secret).to.have.length.above(8);
    expect(rows).to.not.include(secret);
    expect(world.lines.join('\n')).to.not.include(secret);
  });
});
