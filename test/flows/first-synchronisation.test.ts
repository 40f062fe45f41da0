import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('first synchronisation', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.sql(
      `insert into contracts (tenant_id, number, title, client_name, client_inn, client_email, client_phone, start_date, end_date)
       values ($1, '2024-17', 'Мониторинг', 'ООО «Ромашка»', '7701234567', 'info@romashka.example', '+7 495 123-45-67', '2024-03-01', '2025-03-01')`,
      [tenant.id],
    );
    await world.sql(
      `insert into objects (tenant_id, name, type, description, imei, contract_id)
       select $1, 'Камаз ' || n, 'truck', case when n = 1 then 'Датчик топлива' end, lpad(n::text, 15, '0'),
              case when n <= 2 then (select id from contracts) end
         from generate_series(1, 60) n`,
      [tenant.id],
    );
    await world.sql(
      `insert into users (tenant_id, name, email, phone, role)
       values ($1, 'Иван Петров', 'ivan@mail.example', '8 912 345-67-89', 'admin')`,
      [tenant.id],
    );
    await world.connect(tenant);
  });
  after(() => world.stop());

  it('queues nothing before it is asked for', async () => {
    expect(await world.sql('select * from sync_queue')).to.deep.equal([]);
  });

  it('creates a deal per object, a contact per user, a company per contract, and reports progress', async () => {
    const started = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', {
      all: true,
      direction: 'to_bitrix',
    });
    expect(started.status).to.equal(202);
    expect(started.body.message).to.equal('Синхронизация запущена');
    const run = await eventually(async () => {
      const { body } = await world.call(tenant.token, 'GET', `/api/integration/bitrix24/runs/${started.body.data.id}`);
      return body.data.state === 'finished' && body.data;
    });
    expect(run).to.include({ total: 62, done: 62, created: 62, failed: 0 });
    expect(world.portal.records('deal').list()).to.have.length(60);
    expect(world.portal.records('contact').list()).to.have.length(1);
    expect(world.portal.records('company').list()).to.have.length(1);
  });

  it('fills the deal as the field table says', async () => {
    const [company] = world.portal.records('company').list();
    const deal = await world.remoteOf(tenant, 'object', 1);
    expect(deal).to.include({
      TITLE: 'Камаз 1 (договор 2024-17)',
      COMPANY_ID: company?.ID,
      ORIGINATOR_ID: 'axenta',
    });
    expect(deal.ORIGIN_ID).to.match(new RegExp(`^[a-z]{8}:${tenant.id}:object:1$`));
    expect(String(deal.BEGINDATE)).to.match(/^2024-03-01/);
    expect(String(deal.CLOSEDATE)).to.match(/^2025-03-01/);
    expect(String(deal.COMMENTS)).to.match(
      /^Датчик топлива\n\n——— Axenta.*\nIMEI: 000000000000001\nТип: truck\nДоговор: 2024-17\nКлиент: ООО «Ромашка»$/s,
    );
  });

  it('fills the contact and the company', async () => {
    const contact = await world.remoteOf(tenant, 'user', 1);
    expect(contact).to.include({ NAME: 'Иван', LAST_NAME: 'Петров' });
    expect(contact.PHONE).to.have.nested.property('[0].VALUE', '+79123456789');
    expect(contact.EMAIL).to.have.nested.property('[0].VALUE', 'ivan@mail.example');
    expect(String(contact.COMMENTS)).to.include('Роль: admin');
    const company = await world.remoteOf(tenant, 'contract', 1);
    expect(company).to.include({ TITLE: 'ООО «Ромашка»' });
    expect(String(company.COMMENTS)).to.include('ИНН: 7701234567');
  });

  it('packs the work into few requests', () => {
    const batches = new Set(world.portal.journal.calls().flatMap((entry) => entry.batchId ?? []));
    expect(world.portal.journal.calls({ method: 'crm.item.add' })).to.have.length(62);
    expect(batches.size).to.be.below(15);
  });

  it('writes nothing when it is asked again', async () => {
    world.portal.journal.clear();
    const answer = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', {
      all: true,
      wait: true,
    });
    expect(answer.status).to.equal(200);
    expect(answer.body.data).to.deep.include({ objects_synced: 60, users_synced: 1, contracts_synced: 1, errors: [] });
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
  });

  it('logs each record in the words that people know', () => {
    const line = world.lines.find((text) => text.includes('Объект 1 успешно синхронизирован с Битрикс24 как сделка'));
    expect(line).to.match(/^\[BITRIX24\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d Объект 1 успешно/);
    expect(line).to.include(`tenant_id=${tenant.id}`);
  });
});
