import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('the tab in a card', () => {
  let world: World;
  let tenant: Tenant;
  let manager: string;
  let viewer: string;
  const cards = '/api/integration/bitrix24/cards';

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
    const token = (role: 'user' | 'viewer') =>
      mintToken(world.config.jwtSecret ?? '', { tenantId: tenant.id, role, subject: 'm' }, 1);
    [manager, viewer] = [token('user'), token('viewer')];
  });
  after(() => world.stop());

  const add = (type: 'deal' | 'contact' | 'company', fields: Record<string, unknown>) => {
    return { id: Number(world.portal.records(type).create(fields).ID) };
  };
  const addDeal = (title: string) => add('deal', { TITLE: title });
  const read = (path: string) => world.call(viewer, 'GET', `${cards}/${path}`);
  async function addUnsynchronised(name: string): Promise<number> {
    const settings = '/api/integration/bitrix24/settings';
    await world.call(tenant.token, 'PUT', settings, { automatic: { object: false } });
    return (await world.call(tenant.token, 'POST', '/api/objects', { name, imei: null })).body.data.id;
  }

  it('says that nothing stands behind a deal that people made', async () => {
    const { id } = addDeal('Сделка менеджера');
    const { body, status } = await read(`deal/${id}`);
    expect(status).to.equal(200);
    expect(body.data).to.deep.equal({ local_type: 'object', mapping: null, done: true, error: null, excluded: null });
  });

  it('offers records without a pair, found by name, and links one: both sides are equal then', async () => {
    const localId = await addUnsynchronised('Камаз 5490');
    await addUnsynchronised('Газель');
    const { id } = addDeal('Старый Камаз');
    const { body } = await read(`deal/${id}/candidates?q=камаз`);
    expect(body.data.items).to.deep.equal([{ id: localId, name: 'Камаз 5490', detail: null }]);

    const linked = await world.call(manager, 'POST', `${cards}/deal/${id}/link`, { local_id: localId });
    expect(linked.status, JSON.stringify(linked.body)).to.equal(200);
    expect(linked.body.data.mapping).to.include({ local_id: localId, bitrix24_id: String(id), state: 'linked' });
    const [object] = await world.sql<{ name: string }>('select name from objects where id = $1', [localId]);
    expect(world.portal.records('deal').get(id)?.TITLE).to.equal(object?.name);
    expect(world.portal.records('deal').get(id)).to.include({ ORIGINATOR_ID: 'axenta' });
    const left = await read(`deal/${id}/candidates?q=камаз`);
    expect(left.body.data.items).to.deep.equal([]);
  });

  it('refuses a record that has a pair already, on either side', async () => {
    const localId = await addUnsynchronised('Прицеп');
    const [first, second] = [addDeal('Один'), addDeal('Два')];
    expect(
      (await world.call(manager, 'POST', `${cards}/deal/${first.id}/link`, { local_id: localId })).status,
    ).to.equal(200);
    const again = await world.call(manager, 'POST', `${cards}/deal/${second.id}/link`, { local_id: localId });
    expect(again.status).to.equal(409);
    expect(again.body.code).to.equal('already_linked');
    expect(world.portal.records('deal').get(second.id)?.TITLE).to.equal('Два');
  });

  it('makes an object of a deal, a user of a contact and a contract of a company', async () => {
    const made = {
      deal: add('deal', { TITLE: 'Новый трактор' }).id,
      contact: add('contact', { NAME: 'Иван', LAST_NAME: 'Петров' }).id,
      company: add('company', { TITLE: 'ООО Поле' }).id,
    };
    const names = { deal: 'Новый трактор', contact: 'Иван Петров', company: `B24-${made.company} ООО Поле` };
    for (const type of ['deal', 'contact', 'company'] as const) {
      const answer = await world.call(manager, 'POST', `${cards}/${type}/${made[type]}/create`);
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
      expect(answer.body.data.mapping.local_name).to.equal(names[type]);
    }
  });

  it('says why no record can be made', async () => {
    const { id } = addDeal('Только туда');
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      directions: { object: 'to_bitrix' },
    });
    const answer = await world.call(manager, 'POST', `${cards}/deal/${id}/create`);
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {});
    expect(answer.status).to.equal(409);
    expect(answer.body.code).to.equal('creating_is_off');
  });

  it('synchronises now, by a manager; a viewer may only look, another company sees nothing', async () => {
    const { id } = addDeal('Кран');
    const { body } = await world.call(manager, 'POST', `${cards}/deal/${id}/create`);
    world.portal.records('deal').update(id, { TITLE: 'Автокран' });
    expect((await world.call(viewer, 'POST', `${cards}/deal/${id}/sync`)).status).to.equal(403);
    expect((await world.call(manager, 'POST', `${cards}/deal/${id}/sync`)).status).to.equal(200);
    const [object] = await world.sql('select name from objects where id = $1', [body.data.mapping.local_id]);
    expect(object).to.deep.equal({ name: 'Автокран' });
    const other = await world.addTenant('ООО Другая');
    const foreign = await world.call(other.token, 'GET', `${cards}/deal/${id}`);
    expect(foreign.body.data.mapping).to.equal(null);
    await world.connect(other);
    const localId = await addUnsynchronised('Не для чужих');
    const stolen = await world.call(other.token, 'POST', `${cards}/deal/${id}/link`, { local_id: localId });
    expect(stolen.status).to.equal(404);
  });
});
