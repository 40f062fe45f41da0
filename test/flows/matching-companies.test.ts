import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { matchingOf } from '../support/matching.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('which company is the client, and which deal the object', () => {
  let world: World;
  let tenant: Tenant;
  let my: ReturnType<typeof matchingOf>;
  const companies = () => world.portal.records('company');
  const inn = '7701234567';

  beforeEach(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    my = matchingOf(world, tenant);
    await world.connectWithEvents(tenant);
  });
  afterEach(() => world.stop());

  it('a company with the client’s INN in its requisites is linked, whatever its name; nothing is doubled', async () => {
    const known = my.company('Ромашка (Москва)', { inn });
    my.company('Василёк', { inn: '5001234567' });
    const contract = await my.addContract({ number: 'Д-1', client_name: 'ООО «Ромашка»', client_inn: inn });
    expect(await my.pairOf('contract', contract)).to.equal(known);
    expect(companies().list()).to.have.length(2);
  });

  it('of two branches with one INN the one with the client’s KPP is linked', async () => {
    my.company('Ромашка, филиал', { inn, kpp: '780201001' });
    const head = my.company('Ромашка', { inn, kpp: '770101001' });
    const fields = { number: 'Д-1', client_name: 'Ромашка', client_inn: inn, client_kpp: '770101001' };
    expect(await my.pairOf('contract', await my.addContract(fields))).to.equal(head);
  });

  it('a branch with another KPP, or two companies with one INN, wait for a person', async () => {
    my.company('Ромашка, филиал', { inn, kpp: '780201001' });
    const fields = { number: 'Д-1', client_name: 'Ромашка', client_inn: inn, client_kpp: '770101001' };
    expect(await my.pairOf('contract', await my.addContract(fields))).to.equal(null);
    my.company('Копия', { inn: '5001234567' });
    my.company('Копия', { inn: '5001234567' });
    await my.addContract({ number: 'Д-2', client_name: 'Копия', client_inn: '5001234567' });
    const reasons = (await my.waiting()).map(({ reason }: { reason: string }) => reason);
    expect(reasons).to.deep.equal(['several', 'contradicts']);
    expect(companies().list()).to.have.length(3);
  });

  it('without an INN, name and e-mail or name and phone make the same company, in any legal form', async () => {
    const byEmail = my.company('Ромашка ООО', { email: 'office@romashka.example' });
    const byPhone = my.company('ЗАО "Василёк"', { phone: '+7 495 111-22-33' });
    const one = await my.addContract({
      number: '1',
      client_name: 'ООО «Ромашка»',
      client_email: 'office@romashka.example',
    });
    const two = await my.addContract({ number: '2', client_name: 'Василек', client_phone: '84951112233' });
    expect([await my.pairOf('contract', one), await my.pairOf('contract', two)]).to.deep.equal([byEmail, byPhone]);
  });

  it('the same name and e-mail with another INN contradicts: a person is asked', async () => {
    my.company('Ромашка', { email: 'office@romashka.example', inn: '5001234567' });
    const fields = { number: 'Д-1', client_name: 'Ромашка', client_inn: inn, client_email: 'office@romashka.example' };
    expect(await my.pairOf('contract', await my.addContract(fields))).to.equal(null);
    const [match] = await my.waiting();
    expect(match).to.include({ reason: 'contradicts', local_inn: inn });
    expect(match.candidates[0]).to.deep.include({ inn: '5001234567', agrees: ['email', 'name'], contradicts: ['inn'] });
  });

  it('an address alone makes no company the client', async () => {
    my.company('Бухгалтерия на дом', { email: 'office@mail.example' });
    await my.addContract({ number: 'Д-1', client_name: 'Ромашка', client_email: 'office@mail.example' });
    expect(companies().list()).to.have.length(2);
    expect(await my.waiting()).to.deep.equal([]);
  });

  it('where requisites may not be read, contracts with an INN wait for that alone, and it heals', async () => {
    const known = my.company('Ромашка', { inn });
    const undo = world.portal.rights.deny({ kind: 'contact', action: 'read' });
    await my.call('POST', '/api/contracts', { number: 'Д-1', client_name: 'Ромашка', client_inn: inn });
    const other = await my.call('POST', '/api/contracts', { number: 'Д-2', client_name: 'Без ИНН' });
    await eventually(async () => {
      const rows = await world.sql('select waits_for from sync_queue');
      expect(rows).to.deep.equal([{ waits_for: 'method:crm.requisite.list' }]);
    });
    expect(await my.pairOf('contract', other.body.data.id)).to.be.a('number');
    undo();
    await world.skipWaits();
    await world.settled();
    expect(companies().list()).to.have.length(2);
    expect(companies().get(known).ORIGINATOR_ID).to.equal('axenta');
  });

  it('hundreds of contracts and users are looked for in a few requests', async () => {
    await my.settings({ automatic: { user: false, contract: false } });
    const requests = (method: string) => world.portal.journal.calls({ method });
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, client_inn, client_email)
       select $1, 'Д-' || n, 'Клиент ' || n, (7700000000 + n)::text, 'c' || n || '@mail.example' from generate_series(1, 300) n`,
      [tenant.id],
    );
    await world.sql(
      `insert into users (tenant_id, name, email, phone)
       select $1, 'Имя Фамилия' || n, 'u' || n || '@mail.example', '+7916' || (1000000 + n) from generate_series(1, 300) n`,
      [tenant.id],
    );
    world.portal.journal.clear();
    const preview = await my.run({ sync_contracts: true, sync_users: true, dry_run: true });
    expect(preview).to.include({ created: 600, failed: 0 });
    expect(requests('crm.requisite.list')).to.have.length(6);
    expect(requests('crm.duplicate.findbycomm')).to.have.length(15 + 30);
  });

  describe('objects', () => {
    const deal = (fields: Record<string, unknown>) => Number(world.portal.records('deal').create(fields).ID);

    it('are known by their origin alone, until the tenant names a field', async () => {
      deal({ TITLE: 'КамАЗ 5490' });
      const object = await my.addObject({ name: 'КамАЗ 5490', imei: '356307042441013' });
      expect(await my.pairOf('object', object)).to.equal(2);
    });

    it('are linked to the deal whose field holds their IMEI', async () => {
      world.portal.store.catalogue.addUserField('deal', 'UF_CRM_IMEI', 'string', false);
      const known = deal({ TITLE: 'Фура', UF_CRM_IMEI: '356307042441013' });
      const { status, body } = await my.settings({ matching: { object: { field: 'UF_CRM_IMEI', column: 'imei' } } });
      expect(status, JSON.stringify(body)).to.equal(200);
      const object = await my.addObject({ name: 'КамАЗ 5490', imei: '356307042441013' });
      expect(await my.pairOf('object', object)).to.equal(known);
      await my.addObject({ name: 'Газель', imei: '356307042441021' });
      expect(world.portal.records('deal').list()).to.have.length(2);
    });

    it('are not known by a field that the portal lacks, nor contacts by a field: the settings say so', async () => {
      const matching = {
        object: { field: 'UF_CRM_NONE' },
        user: { keys: [{ key: 'inn', action: 'link' }], field: 'NAME' },
      };
      const { status, body } = await my.settings({ matching });
      expect(status).to.equal(400);
      const paths = body.details.map(({ path }: { path: string }) => path);
      expect(paths).to.have.members(['matching.object.field', 'matching.user.keys.0.key', 'matching.user.field']);
    });
  });

  it('a tenant that asks for every e-mail, or makes new ones of every phone, is obeyed', async () => {
    const keys = [
      { key: 'email', action: 'ask' },
      { key: 'phone', action: 'create' },
    ];
    await my.settings({ matching: { user: { keys } } });
    my.contact('Иван', 'Петров', { email: ['ivan@mail.example'] });
    my.contact('Анна', 'Белова', { phone: ['+79121112233'] });
    await my.addUser({ name: 'Иван Петров', email: 'ivan@mail.example' });
    await my.addUser({ name: 'Анна Белова', phone: '+79121112233' });
    expect((await my.waiting()).map(({ reason }: { reason: string }) => reason)).to.deep.equal(['uncertain']);
    expect(world.portal.records('contact').list()).to.have.length(3);
    await my.settings({});
    await world.settled();
    expect(await my.waiting()).to.deep.equal([]);
    expect(world.portal.records('contact').list()).to.have.length(3);
  });
});
