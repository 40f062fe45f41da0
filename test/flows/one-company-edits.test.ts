import { expect } from 'chai';
import { type Clients, clientsOf } from '../support/clients.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const inn = '7701234567';

describe('an edit that concerns several contracts of one company', () => {
  let world: World;
  let tenant: Tenant;
  let clients: Clients;
  let ids: number[];
  let companyId: number;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    clients = clientsOf(world, tenant);
    ids = [];
    for (const number of ['1', '2', '3']) {
      const columns = {
        client_name: 'ООО Ромашка',
        client_email: 'info@romashka.example',
        client_phone: '+74951234567',
      };
      ids.push(await clients.add(number, { ...columns, client_inn: inn }));
    }
    await world.settled();
    companyId = await clients.companyOf(ids[0] ?? 0);
  });
  after(() => world.stop());
  beforeEach(async () => {
    await world.sql('delete from sync_conflicts');
    world.portal.journal.clear();
  });

  const all = (value: unknown) => ({ '1': value, '2': value, '3': value });
  const writes = () => world.portal.journal.calls({ write: true });
  const conflicts = () =>
    world.sql('select field, local_value, bitrix24_value, winner from sync_conflicts order by id');

  it('the company’s name, changed by a manager, is in every contract', async () => {
    world.portal.records('company').update(companyId, { TITLE: 'ООО «Ромашка и Ко»' });
    await world.settled();
    expect(await clients.values('client_name')).to.deep.equal(all('ООО «Ромашка и Ко»'));
    expect(writes()).to.deep.equal([]);
    expect(await conflicts()).to.deep.equal([]);
  });

  it('the client’s e-mail, changed in one contract, is in the company and in every other contract, by one write', async () => {
    await clients.edit(ids[1] ?? 0, { client_email: 'new@romashka.example' });
    await world.settled();
    expect(clients.reach(companyId, 'EMAIL')).to.deep.equal(['new@romashka.example']);
    expect(await clients.values('client_email')).to.deep.equal(all('new@romashka.example'));
    expect(writes()).to.have.length(1);
    expect(await conflicts()).to.deep.equal([]);
  });

  it('what one contract changes is in every other one although the portal tells of nothing', async () => {
    world.portal.events.faults.lossRate = 1;
    await clients.edit(ids[1] ?? 0, { client_email: 'quiet@romashka.example' });
    await world.settled();
    world.portal.events.faults.lossRate = 0;
    expect(await clients.values('client_email')).to.deep.equal(all('quiet@romashka.example'));
  });

  it('an event of the company looks at every contract: one that was left behind is not passed over', async () => {
    await world.sql(
      `with quiet as (select set_config('axenta.sync_origin', 'bitrix24', true) as set)
       update contracts set client_name = 'ООО Отстал' from quiet where number = '2' and set <> ''`,
    );
    world.portal.records('company').update(companyId, { ADDRESS: 'Москва' });
    await world.settled();
    expect(await clients.values('client_name')).to.deep.equal(all('ООО Отстал'));
    expect(clients.get(companyId).TITLE).to.equal('ООО Отстал');
  });

  it('a phone that one contract clears is cleared in all of them', async () => {
    await clients.edit(ids[2] ?? 0, { client_phone: null });
    await world.settled();
    expect(clients.reach(companyId, 'PHONE')).to.deep.equal([]);
    expect(await clients.values('client_phone')).to.deep.equal(all(null));
    await clients.edit(ids[0] ?? 0, { client_phone: '+74957654321' });
    await world.settled();
    expect(clients.reach(companyId, 'PHONE')).to.deep.equal(['+74957654321']);
    expect(await clients.values('client_phone')).to.deep.equal(all('+74957654321'));
  });

  it('a contract’s own number and dates change its lines in the list and nothing else', async () => {
    await clients.edit(ids[1] ?? 0, { title: 'Датчики', start_date: '2026-01-01' });
    await world.settled();
    expect(clients.linesOf(companyId)).to.deep.equal([
      'Договор: 1',
      'Договор: 2',
      'Название: Датчики',
      'Срок: 2026-01-01 — …',
      'Договор: 3',
      `ИНН: ${inn}`,
    ]);
    expect(writes()).to.have.length(1);
    expect(await clients.values('title')).to.deep.equal({ '1': null, '2': 'Датчики', '3': null });
  });

  it('text put below the marker is put right once, not once for each contract', async () => {
    const { COMMENTS } = clients.get(companyId);
    world.portal.records('company').update(companyId, { COMMENTS: `${COMMENTS}\nДоговор: чужой` });
    await world.settled();
    expect(clients.get(companyId).COMMENTS).to.equal(COMMENTS);
    expect(writes()).to.have.length(1);
  });

  it('a robot that rewrites the list is given way to after three times, however many contracts there are', async () => {
    const { COMMENTS } = clients.get(companyId);
    world.portal.store.robot = (kind, record) =>
      kind === 'company' && record.id === companyId && !String(record.fields.COMMENTS).includes('робот')
        ? { COMMENTS: `${record.fields.COMMENTS}\nДоговор: робот` }
        : undefined;
    world.portal.records('company').update(companyId, { COMMENTS: `${COMMENTS}\nДоговор: робот` });
    await world.settled(30_000);
    world.portal.store.robot = null;
    expect(writes().length).to.be.within(1, 4);
  }).timeout(40_000);

  it('different names entered in two contracts at once: the later one is everywhere, the other is kept as a conflict', async () => {
    await world.sql('begin');
    await world.sql(
      `update contracts set client_name = case number when '1' then 'ООО Раньше' else 'ООО Позже' end,
              updated_at = now() + case number when '1' then interval '-2 seconds' else interval '-1 second' end
        where number in ('1', '2')`,
    );
    await world.sql('commit');
    await world.settled();
    expect(clients.get(companyId).TITLE).to.equal('ООО Позже');
    expect(await clients.values('client_name')).to.deep.equal(all('ООО Позже'));
    expect(await conflicts()).to.deep.equal([
      { field: 'client_name', local_value: 'ООО Раньше', bitrix24_value: 'ООО Позже', winner: 'bitrix24' },
    ]);
  });

  it('a manager’s edit and a contract’s edit of the same field: the rule decides once, and all are equal', async () => {
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', { policies: { contract: 'crm' } });
    await world.stopApp();
    world.portal.records('company').update(companyId, { TITLE: 'ООО Из портала' });
    await world.sql(`update contracts set client_name = 'ООО Из CRM' where number = '3'`);
    await world.startApp();
    await world.sql(
      `insert into sync_queue (tenant_id, entity, side, record_id) values ($1, 'contract', 'bitrix24', $2) on conflict do nothing`,
      [tenant.id, companyId],
    );
    await world.settled();
    expect(clients.get(companyId).TITLE).to.equal('ООО Из CRM');
    expect(await clients.values('client_name')).to.deep.equal(all('ООО Из CRM'));
    expect(await conflicts()).to.deep.equal([
      { field: 'client_name', local_value: 'ООО Из CRM', bitrix24_value: 'ООО Из портала', winner: 'crm' },
    ]);
  });

  it('contracts that are first linked with different values: the rule decides, the losers are kept, all are equal', async () => {
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, client_email, client_inn, updated_at) values
         ($1, '7', 'ООО Седьмой', 'seven@mail.example', '7709999999', now() - interval '2 hours'),
         ($1, '8', 'ООО Восьмой', 'eight@mail.example', '7709999999', now() - interval '1 hour')`,
      [tenant.id],
    );
    await world.settled();
    const companies = clients.list().filter(({ ID }) => Number(ID) !== companyId);
    expect(companies).to.have.length(1);
    const { 7: seven, 8: eight } = await clients.values('client_name');
    const { 7: email7, 8: email8 } = await clients.values('client_email');
    expect([seven, eight]).to.deep.equal([companies[0]?.TITLE, companies[0]?.TITLE]);
    expect(clients.reach(Number(companies[0]?.ID), 'EMAIL')).to.deep.equal([email7]);
    expect(email8).to.equal(email7);
    const kept = await world.sql(
      `select field, array[local_value #>> '{}', bitrix24_value #>> '{}'] as values from sync_conflicts order by field`,
    );
    expect(kept.map(({ field }) => field)).to.deep.equal(['client_email', 'client_name']);
    expect(kept[1]?.values).to.have.members(['ООО Седьмой', 'ООО Восьмой']);
  });
});
