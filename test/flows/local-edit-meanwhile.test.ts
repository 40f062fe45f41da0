import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('an object that is edited while its deal is brought over', () => {
  let world: World;
  let tenant: Tenant;
  let writer: pg.Client;
  let dealId: number;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', description: 'Старое' });
    await world.settled();
    dealId = Number((await world.remoteOf(tenant, 'object', 1)).ID);
    writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
  });
  after(async () => {
    await writer.end();
    await world.stop();
  });
  afterEach(() => world.portal.faults.clear());

  const object = async () => (await world.sql('select name, description from objects where id = 1'))[0];
  const editDeal = (fields: Record<string, unknown>) => world.portal.records('deal').update(dealId, fields);

  it('between the reading and the writing: neither edit is lost', async () => {
    world.portal.faults.add({ method: 'crm.item.list', times: 1, action: { kind: 'delay', ms: 400 } });
    world.portal.journal.clear();
    editDeal({ COMMENTS: 'Их описание' });
    await eventually(async () => (await world.sql('select 1 from sync_queue')).length > 0);
    // The engine has read the deal and waits for the answer, or is about to.
    await world.sql(`update objects set name = 'Наше имя' where id = 1`);
    await world.settled();
    expect(await object()).to.deep.equal({ name: 'Наше имя', description: 'Их описание' });
    expect(world.portal.records('deal').get(dealId)).to.include({ TITLE: 'Наше имя', COMMENTS: 'Их описание' });
  });

  it('with its row locked by a long transaction: the engine waits with this record only, and overwrites nothing', async () => {
    await writer.query('begin');
    await writer.query(`update objects set name = 'Долгая правка' where id = 1`);
    editDeal({ COMMENTS: 'Пока строка занята' });
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Соседний' });
    await eventually(() =>
      world.portal
        .records('deal')
        .list()
        .some((deal) => deal.TITLE === 'Соседний'),
    );
    expect(await object()).to.deep.equal({ name: 'Наше имя', description: 'Их описание' });
    await writer.query('commit');
    await world.settled();
    expect(await object()).to.deep.equal({ name: 'Долгая правка', description: 'Пока строка занята' });
    expect(world.portal.records('deal').get(dealId)).to.include({
      TITLE: 'Долгая правка',
      COMMENTS: 'Пока строка занята',
    });
  });

  it('by a transaction that is rolled back: nothing of it reaches the portal', async () => {
    await writer.query('begin');
    await writer.query(`update objects set name = 'Не случилось' where id = 1`);
    editDeal({ TITLE: 'Их имя' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await writer.query('rollback');
    await world.settled();
    expect(await object()).to.include({ name: 'Их имя' });
    expect(world.portal.records('deal').get(dealId)).to.include({ TITLE: 'Их имя' });
  });

  it('again while its update is under way: the later edit follows', async () => {
    world.portal.faults.add({ method: 'crm.item.update', times: 1, action: { kind: 'delay', ms: 300 } });
    await world.sql(`update objects set name = 'Первая' where id = 1`);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await world.sql(`update objects set name = 'Вторая' where id = 1`);
    await world.settled();
    expect(world.portal.records('deal').get(dealId)).to.include({ TITLE: 'Вторая' });
    expect(await world.sql('select 1 from sync_conflicts')).to.deep.equal([]);
  });

  it('in the field that is about to be taken over: it becomes a conflict, not an overwritten edit', async () => {
    await world.stopApp();
    await world.sql(`update objects set name = 'Третья' where id = 1`);
    editDeal({ COMMENTS: 'Их новое описание' });
    world.portal.faults.add({ method: 'crm.item.update', times: 1, action: { kind: 'delay', ms: 600 } });
    await world.startApp();
    world.portal.journal.clear();
    await eventually(() => world.portal.journal.calls({ method: 'crm.item.list' }).length > 0);
    // Both sides have been read; the update of the deal is under way.
    await new Promise((resolve) => setTimeout(resolve, 250));
    await world.sql(`update objects set description = 'Наше новое описание' where id = 1`);
    await world.settled();
    const [conflict] = await world.sql('select local_value, bitrix24_value from sync_conflicts');
    expect(conflict).to.deep.equal({ local_value: 'Наше новое описание', bitrix24_value: 'Их новое описание' });
  });

  it('anew, beside a field of its own pair that both sides had filled in before: both values stay and a person is told', async () => {
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
    await world.sql(`update objects set serial_number = 'Наш номер' where id = 1`);
    editDeal({ UF_CRM_SERIAL: 'Их номер' });
    await world.settled();
    await world.stopApp();
    const custom = [{ local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both', direction: 'both' }];
    await world.sql(`update companies set settings = coalesce(settings, '{}') || $1::jsonb`, [
      JSON.stringify({ field_map: { object: { custom } } }),
    ]);
    await world.sql(`update objects set name = 'Четвёртая' where id = 1`);
    editDeal({ COMMENTS: 'Их третье описание' });
    world.portal.faults.add({ method: 'crm.item.update', times: 1, action: { kind: 'delay', ms: 600 } });
    await world.startApp();
    world.portal.journal.clear();
    await eventually(() => world.portal.journal.calls({ method: 'crm.item.list' }).length > 0);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await world.sql(`update objects set type = 'Тягач' where id = 1`);
    await world.settled();
    expect(await world.sql('select serial_number from objects')).to.deep.include({ serial_number: 'Наш номер' });
    expect(world.portal.records('deal').get(dealId)).to.include({ UF_CRM_SERIAL: 'Их номер', TITLE: 'Четвёртая' });
    const conflicts = await world.sql(
      `select local_value, bitrix24_value, winner, state from sync_conflicts where field like 'serial_number%'`,
    );
    expect(conflicts).to.deep.equal([
      { local_value: 'Наш номер', bitrix24_value: 'Их номер', winner: 'none', state: 'open' },
    ]);
  });
});
