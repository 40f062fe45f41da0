import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('an edit in the portal between our reading and our writing', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'POST', '/api/users', { name: 'Анна Смирнова', email: 'anna@mail.example' });
    await world.settled();
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  /** A person saves the record the moment before our next update is carried out. */
  async function editJustBefore(
    fields: Record<string, unknown>,
    entity: 'user' | 'object' = 'user',
    method = 'crm.item.update',
    localId = 1,
  ): Promise<void> {
    const { ID: id } = await world.remoteOf(tenant, entity, localId);
    const kind = entity === 'user' ? 'contact' : 'deal';
    let isDone = false;
    world.portal.faults.add({
      method,
      when: ({ entityTypeId }) => {
        if (Number(entityTypeId) !== (entity === 'user' ? 3 : 2)) return false;
        if (!isDone) world.portal.records(kind).update(Number(id), fields);
        isDone = true;
        return false;
      },
      action: { kind: 'delay', ms: 0 },
    });
  }

  it('of the last name, while we send the first name: both arrive on both sides', async () => {
    await editJustBefore({ LAST_NAME: 'Петрова' });
    await world.call(tenant.token, 'PUT', '/api/users/1', { name: 'Мария Смирнова' });
    await world.settled();
    expect(await world.remoteOf(tenant, 'user', 1)).to.include({ NAME: 'Мария', LAST_NAME: 'Петрова' });
    expect(await world.sql('select name from users')).to.deep.equal([{ name: 'Мария Петрова' }]);
  });

  it('of the first name, while we send the last name', async () => {
    await editJustBefore({ NAME: 'Дарья' });
    await world.call(tenant.token, 'PUT', '/api/users/1', { name: 'Мария Иванова' });
    await world.settled();
    expect(await world.remoteOf(tenant, 'user', 1)).to.include({ NAME: 'Дарья', LAST_NAME: 'Иванова' });
    expect(await world.sql('select name from users')).to.deep.equal([{ name: 'Дарья Иванова' }]);
  });

  it('of another field is no business of ours, and is seen all the same', async () => {
    const { EMAIL } = (await world.remoteOf(tenant, 'user', 1)) as { EMAIL?: { ID: string }[] };
    await editJustBefore({ EMAIL: [{ ID: EMAIL?.[0]?.ID, VALUE: 'darya@mail.example' }] });
    await world.call(tenant.token, 'PUT', '/api/users/1', { name: 'Дарья Орлова' });
    await world.settled();
    expect(await world.sql('select name, email from users')).to.deep.equal([
      { name: 'Дарья Орлова', email: 'darya@mail.example' },
    ]);
  });

  it('of a whole name, while we send another one: the lost one stands in a conflict', async () => {
    await editJustBefore({ NAME: 'Рустам', SECOND_NAME: 'оглы', LAST_NAME: 'Петров' }, 'user', 'crm.item.get');
    await world.call(tenant.token, 'PUT', '/api/users/1', { name: 'Сергей Волков' });
    await world.settled();
    const conflicts = await world.sql(`select bitrix24_value from sync_conflicts where field = 'name'`);
    expect(JSON.stringify(conflicts)).to.include('Петров').and.include('Рустам').and.include('оглы');
    await world.sql('delete from sync_conflicts');
  });

  it('of a whole name, while we send another one and the contact’s first e-mail', async () => {
    const { body } = await world.call(tenant.token, 'POST', '/api/users', { name: 'Олег Титов' });
    const { id } = body.data;
    await world.settled();
    const edit = { NAME: 'Тимур', SECOND_NAME: 'оглы', LAST_NAME: 'Лосев' };
    await editJustBefore(edit, 'user', 'crm.item.get', id);
    await world.call(tenant.token, 'PATCH', `/api/users/${id}`, { name: 'Роман Жуков', email: 'roman@mail.example' });
    await world.settled();
    const conflicts = await world.sql(`select bitrix24_value from sync_conflicts where field = 'name'`);
    expect(JSON.stringify(conflicts)).to.include('Лосев').and.include('Тимур').and.include('оглы');
    await world.sql('delete from sync_conflicts');
  });

  it('of a note beside our part of a contact, while we send our part: the note stays', async () => {
    const { COMMENTS } = await world.remoteOf(tenant, 'user', 1);
    await editJustBefore({ COMMENTS: `звонить после 18\n\n${COMMENTS}` }, 'user', 'crm.item.get');
    await world.call(tenant.token, 'PUT', '/api/users/1', { role: 'admin' });
    await world.settled();
    const { COMMENTS: now } = await world.remoteOf(tenant, 'user', 1);
    expect(now).to.match(/^звонить после 18\n/);
    expect(now).to.match(/\nРоль: admin\n/);
  });

  it('that closes a deal whose contract is prolonged: it keeps the day of its closing, and gets the other one when it is opened', async () => {
    const dates = { start_date: '2026-01-01', end_date: '2030-01-31' };
    await world.call(tenant.token, 'POST', '/api/contracts', { number: 'Д-1', client_name: 'Ромашка', ...dates });
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', contract_id: 1 });
    await world.settled();
    // Before the look that our update begins with.
    await editJustBefore({ STAGE_ID: 'WON' }, 'object', 'crm.item.get');
    await world.call(tenant.token, 'PUT', '/api/contracts/1', { end_date: '2031-01-31' });
    await world.settled();
    const day = async () => String((await world.remoteOf(tenant, 'object', 1)).CLOSEDATE).slice(0, 10);
    const closedOn = await day();
    expect(closedOn).to.not.be.oneOf(['2030-01-31', '2031-01-31']);
    const { ID: id } = await world.remoteOf(tenant, 'object', 1);
    world.portal.records('deal').update(Number(id), { STAGE_ID: 'NEW' });
    await world.settled();
    expect(await day()).to.equal('2031-01-31');
  });

  /** Our next update takes a while, so that a row can change while it is on its way. */
  const slowDown = () =>
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.update'),
      times: 1,
      action: { kind: 'delay', ms: 300 },
    });

  it('of a deal’s text, while our row changes once more: the text is kept, and both changes arrive', async () => {
    await world.sql(`insert into objects (tenant_id, name, description, imei) values ($1, 'Волво', 'новая', '1')`, [
      tenant.id,
    ]);
    await world.settled();
    const { COMMENTS } = await world.remoteOf(tenant, 'object', 2);
    await editJustBefore(
      { COMMENTS: String(COMMENTS).replace('новая', 'звонить после 18') },
      'object',
      'crm.item.get',
      2,
    );
    slowDown();
    await world.sql(`update objects set imei = '2' where id = 2`);
    await eventually(() => world.portal.workers.inFlight > 0);
    await world.sql(`update objects set imei = '3' where id = 2`);
    await world.settled();
    expect(await world.sql('select description, imei from objects where id = 2')).to.deep.equal([
      { description: 'звонить после 18', imei: '3' },
    ]);
    const { COMMENTS: now } = await world.remoteOf(tenant, 'object', 2);
    expect(now).to.match(/^звонить после 18\n/);
    expect(now).to.match(/\nIMEI: 3$/);
    expect(await world.sql('select 1 from sync_conflicts')).to.deep.equal([]);
  });

  it('of a deal’s text that our side changes as well meanwhile: the lost one stands in a conflict', async () => {
    const { COMMENTS } = await world.remoteOf(tenant, 'object', 2);
    const typed = String(COMMENTS).replace('звонить после 18', 'звонить до 12');
    await editJustBefore({ COMMENTS: typed }, 'object', 'crm.item.get', 2);
    slowDown();
    await world.sql(`update objects set imei = '4' where id = 2`);
    await eventually(() => world.portal.workers.inFlight > 0);
    await world.sql(`update objects set description = 'в ремонте' where id = 2`);
    await world.settled();
    const conflicts = await world.sql(
      `select field, local_value #>> '{}' as ours, bitrix24_value #>> '{}' as theirs from sync_conflicts`,
    );
    expect(conflicts).to.deep.equal([{ field: 'description', ours: 'в ремонте', theirs: 'звонить до 12' }]);
    expect(await world.sql('select description from objects where id = 2')).to.deep.equal([
      { description: 'в ремонте' },
    ]);
  });

  it('of a deal whose new name goes in a request of its own, while the others go in a batch: the text is kept', async () => {
    const { ID: id, COMMENTS } = await world.remoteOf(tenant, 'object', 2);
    const stop = world.portal.answered.subscribe(({ method, params }) => {
      if (method !== 'batch' || !JSON.stringify(params).includes('crm.item.update')) return;
      world.portal
        .records('deal')
        .update(Number(id), { COMMENTS: String(COMMENTS).replace('в ремонте', 'из ремонта') });
      stop();
    });
    await world.sql(
      `update objects set imei = '5' || id, name = case id when 2 then 'Волво $result[k0]' else 'Камаз 2' end`,
    );
    await world.settled();
    expect((await world.remoteOf(tenant, 'object', 2)).TITLE).to.equal('Волво $result[k0]');
    expect(await world.sql('select description from objects where id = 2')).to.deep.equal([
      { description: 'из ремонта' },
    ]);
  });
});
