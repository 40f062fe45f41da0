import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const api = '/api/integration/bitrix24';
/** Of the vendors; the number differs from portal to portal. */
const vendors = 12;

describe('records of a portal that never get a counterpart here', () => {
  let world: World;
  let tenant: Tenant;
  const ids: Record<'company' | 'contact' | 'deal', number[]> = { company: [], contact: [], deal: [] };

  const everything = async () => ({
    objects: await world.sql('select name from objects'),
    users: await world.sql('select name from users'),
    contracts: await world.sql('select number, client_name from contracts'),
    mappings: await world.sql('select local_type from bitrix24_sync_mappings'),
  });
  const nothing = { objects: [], users: [], contracts: [], mappings: [] };

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    const imports = { import_new: { object: true, user: true, contract: true } };
    expect((await world.call(tenant.token, 'PUT', `${api}/settings`, imports)).status).to.equal(200);
    const add = (kind: keyof typeof ids, fields: Record<string, unknown>) =>
      ids[kind].push(Number(world.portal.records(kind).create(fields).ID));
    add('company', { TITLE: 'ООО Наше юрлицо', IS_MY_COMPANY: 'Y' });
    add('company', { TITLE: 'ООО Поставщик', CATEGORY_ID: vendors });
    add('contact', { NAME: 'Пётр', EMAIL: [{ VALUE: 'petr@vendor.example' }], CATEGORY_ID: vendors });
    add('deal', { TITLE: 'Шаблон абонентской платы', IS_RECURRING: 'Y' });
    await world.settled();
  });
  after(() => world.stop());

  it('is shown by the portal like any other record', async () => {
    const url = `${world.portal.addWebhook().url}crm.item.list`;
    const { body } = await callHttps(url, world.portal.caPem, { json: { entityTypeId: 4 } });
    const shown = body.result.items.map((item: Record<string, unknown>) => [item.isMyCompany, item.categoryId]);
    expect(shown).to.deep.equal([
      ['Y', 0],
      ['N', vendors],
    ]);
  });

  it('is not imported by its event', async () => {
    expect(await everything()).to.deep.equal(nothing);
  });

  it('nor by a sweep', async () => {
    world.portal.records('deal').update(ids.deal[0] ?? 0, { TITLE: 'Шаблон, изменён' });
    await world.sql('delete from sync_watermarks');
    await world.runJob('sweep', tenant);
    await world.settled();
    expect(await everything()).to.deep.equal(nothing);
  });

  it('nor by a run, and its preview says the same', async () => {
    const run = { all: true, import_new: true, wait: true };
    const preview = await world.call(tenant.token, 'POST', `${api}/sync/from`, { ...run, dry_run: true });
    expect(preview.status).to.equal(200);
    await world.call(tenant.token, 'POST', `${api}/sync/from`, run);
    const runs = await world.sql('select created, skipped, failed from sync_runs order by id');
    expect(runs).to.deep.equal([
      { created: 0, skipped: 4, failed: 0 },
      { created: 0, skipped: 4, failed: 0 },
    ]);
    expect(await everything()).to.deep.equal(nothing);
  });

  it('nor by hand: a card says why', async () => {
    for (const kind of ['company', 'contact', 'deal'] as const) {
      for (const id of ids[kind]) {
        const answer = await world.call(tenant.token, 'POST', `${api}/cards/${kind}/${id}/create`);
        expect(answer.status).to.equal(409);
        expect(answer.body).to.include({ code: 'never_paired' });
      }
    }
    const made = await world.call(tenant.token, 'POST', '/api/contracts', {
      number: '1',
      client_name: 'ООО Наше юрлицо',
    });
    await world.settled();
    const link = `${api}/cards/company/${ids.company[0]}/link`;
    const linked = await world.call(tenant.token, 'POST', link, { local_id: made.body.data.id });
    expect(linked.body).to.include({ code: 'never_paired' });
  });

  it('is not taken for a new user’s contact, although the e-mail is the same', async () => {
    const body = { name: 'Пётр', email: 'petr@vendor.example' };
    const { body: made } = await world.call(tenant.token, 'POST', '/api/users', body);
    await world.settled();
    expect(Number((await world.remoteOf(tenant, 'user', made.data.id)).ID)).to.not.equal(ids.contact[0]);
    expect(world.portal.records('contact').get(ids.contact[0] ?? 0)).to.include({ ORIGIN_ID: null });
  });
});
