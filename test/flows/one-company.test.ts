import { expect } from 'chai';
import { type Clients, clientsOf } from '../support/clients.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const inn = '7701234567';

describe('contracts of one client and their company', () => {
  let world: World;
  let tenant: Tenant;
  let clients: Clients;
  let handler: { remove(): void };

  before(async () => {
    world = await startWorld(unlimited);
  });
  after(() => world.stop());
  beforeEach(async () => {
    for (const { ID } of world.portal.records('company').list()) world.portal.records('company').delete(Number(ID));
    await world.portal.events.settled();
    tenant = await world.addTenant();
    handler = await world.connectWithEvents(tenant);
    clients = clientsOf(world, tenant);
  });
  afterEach(async () => {
    handler.remove();
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/setup', { webhook_url: null });
  });

  const insertTogether = async () => {
    await world.sql(
      `insert into contracts (tenant_id, number, title, client_name, client_inn, client_kpp, start_date, end_date) values
         ($1, 'А-1', 'Мониторинг', 'ООО Ромашка', '7701234567', '770101001', '2024-01-01', '2026-12-31'),
         ($1, 'А-2', 'Датчики', 'ООО Ромашка', ' 7701234567 ', '770101001', '2025-02-01', null),
         ($1, 'А-3', null, 'ООО Ромашка', '7701234567', '770101001', null, null)`,
      [tenant.id],
    );
    await world.settled();
  };

  it('three contracts that are entered together get one company, which lists them; the INN and KPP stand there once', async () => {
    await insertTogether();
    expect(clients.list().map(({ TITLE }) => TITLE)).to.deep.equal(['ООО Ромашка']);
    const [company] = clients.list();
    expect(await clients.mappings()).to.deep.equal(
      ['А-1', 'А-2', 'А-3'].map((number) => `${number} ${company?.ID} linked`),
    );
    expect(clients.linesOf(Number(company?.ID))).to.deep.equal([
      'Договор: А-1',
      'Название: Мониторинг',
      'Срок: 2024-01-01 — 2026-12-31',
      'Договор: А-2',
      'Название: Датчики',
      'Срок: 2025-02-01 — …',
      'Договор: А-3',
      `ИНН: ${inn}`,
      'КПП: 770101001',
    ]);
  });

  it('a second look at them writes nothing, in the portal or here', async () => {
    await insertTogether();
    const before = await world.sql('select id, xmin::text from contracts order by id');
    world.portal.journal.clear();
    for (const direction of ['to', 'from']) {
      const run = { sync_contracts: true, wait: true };
      const { body } = await world.call(tenant.token, 'POST', `/api/integration/bitrix24/sync/${direction}`, run);
      expect(body.data.errors).to.deep.equal([]);
    }
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    expect(await world.sql('select id, xmin::text from contracts order by id')).to.deep.equal(before);
  });

  it('the preview tells what the run does: one company made, the others linked with it', async () => {
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', { automatic: { contract: false } });
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, client_inn)
       select $1, 'П-' || n, 'ООО Ромашка', '7701234567' from generate_series(1, 3) n`,
      [tenant.id],
    );
    const counts = async (dry_run: boolean) => {
      const run = { sync_contracts: true, wait: true, dry_run };
      await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', run);
      const { runs } = (await world.call(tenant.token, 'GET', '/api/integration/bitrix24/runs')).body.data;
      return [runs[0].created, runs[0].updated, runs[0].failed];
    };
    expect(await counts(true)).to.deep.equal([1, 2, 0]);
    expect(clients.list()).to.deep.equal([]);
    expect(await counts(false)).to.deep.equal([1, 2, 0]);
    expect(clients.list()).to.have.length(1);
  });

  it('a contract of a client that has a company joins it', async () => {
    const first = await clients.add('Б-1', { client_name: 'ООО Лютик', client_inn: inn });
    await world.settled();
    const second = await clients.add('Б-2', { client_inn: inn });
    await world.settled();
    expect(clients.list()).to.have.length(1);
    expect(await clients.companyOf(second)).to.equal(await clients.companyOf(first));
    expect(clients.linesOf(await clients.companyOf(first))).to.deep.equal([
      'Договор: Б-1',
      'Договор: Б-2',
      `ИНН: ${inn}`,
    ]);
    expect(await clients.values('client_name')).to.deep.equal({ 'Б-1': 'ООО Лютик', 'Б-2': 'ООО Лютик' });
  });

  it('another KPP is another client, and a contract without INN stands alone', async () => {
    await clients.add('В-1', { client_name: 'ООО Мак', client_inn: inn, client_kpp: '770101001' });
    await clients.add('В-2', { client_name: 'ООО Мак', client_inn: inn, client_kpp: '780201001' });
    await clients.add('В-3', { client_name: 'ООО Мак' });
    await clients.add('В-4', { client_name: 'ООО Мак', client_inn: ' ' });
    await world.settled();
    expect(clients.list()).to.have.length(4);
  });

  it('a company without a client’s name is called by the first contract’s number, which becomes no name', async () => {
    await clients.add('Г-1', { client_inn: inn });
    await world.settled();
    await clients.add('Г-2', { client_inn: inn });
    await world.settled();
    expect(clients.list().map(({ TITLE }) => TITLE)).to.deep.equal(['Договор Г-1']);
    expect(await clients.values('client_name')).to.deep.equal({ 'Г-1': null, 'Г-2': null });
  });

  it('a company made in the urgent lane and a bulk load that makes companies at the same moment never double one', async () => {
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, client_inn)
       select $1, 'Д-' || n, 'ООО № ' || n % 40, '77' || lpad((n % 40)::text, 8, '0') from generate_series(1, 200) n`,
      [tenant.id],
    );
    for (let n = 0; n < 40; n += 4) {
      await clients.add(`С-${n}`, { client_name: `ООО № ${n}`, client_inn: `77${String(n).padStart(8, '0')}` });
    }
    await world.settled(60_000);
    expect(clients.list()).to.have.length(40);
    const linked = await world.sql(`select 1 from bitrix24_sync_mappings where state = 'linked' and tenant_id = $1`, [
      tenant.id,
    ]);
    expect(linked).to.have.length(210);
  }).timeout(90_000);
});
