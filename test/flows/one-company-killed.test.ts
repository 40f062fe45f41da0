import { expect } from 'chai';
import { type Clients, clientsOf } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const inn = '7701234567';

describe('the company of a client whose create has no answer', () => {
  let world: World;
  let tenant: Tenant;
  let clients: Clients;

  beforeEach(async () => {
    world = await startWorld({ ...unlimited, timings: { uncertainWaitMs: 1000 } });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    clients = clientsOf(world, tenant);
  });
  afterEach(() => world.stop());

  function loseAnswer(): void {
    world.portal.events.faults.lossRate = 1;
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.add'),
      times: 1,
      action: { kind: 'dropAfter' },
    });
  }

  async function expectOneCompany(numbers: readonly string[]): Promise<void> {
    await world.settled(30_000);
    expect(clients.list()).to.have.length(1);
    const company = Number(clients.list()[0]?.ID);
    expect(await clients.mappings()).to.deep.equal(numbers.map((number) => `${number} ${company} linked`));
    expect(clients.linesOf(company)).to.deep.equal([...numbers.map((number) => `Договор: ${number}`), `ИНН: ${inn}`]);
  }

  it('is not made again for another contract that comes meanwhile', async () => {
    loseAnswer();
    await clients.add('1', { client_name: 'ООО Ромашка', client_inn: inn });
    await eventually(() => clients.list().length === 1);
    await clients.add('2', { client_name: 'ООО Ромашка', client_inn: inn });
    await expectOneCompany(['1', '2']);
  });

  it('nor while the portal is still at work on it', async () => {
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.add'),
      times: 1,
      action: { kind: 'answerLostWhileWorking', ms: 700 },
    });
    await clients.add('1', { client_name: 'ООО Ромашка', client_inn: inn });
    await eventually(
      async () => (await world.sql('select 1 from sync_queue where create_sent_at is not null')).length > 0,
    );
    await clients.add('2', { client_name: 'ООО Ромашка', client_inn: inn });
    await expectOneCompany(['1', '2']);
  });

  it('nor when the contract that it was made for is changed meanwhile', async () => {
    loseAnswer();
    const first = await clients.add('1', { client_name: 'ООО Ромашка', client_inn: inn });
    await eventually(() => clients.list().length === 1);
    await clients.edit(first, { title: 'Мониторинг' });
    await clients.add('2', { client_name: 'ООО Ромашка', client_inn: inn });
    await world.settled(30_000);
    expect(clients.list()).to.have.length(1);
    expect(clients.linesOf(Number(clients.list()[0]?.ID))).to.include.members(['Название: Мониторинг', 'Договор: 2']);
  });

  it('nor when its create was given up: the company is found by the other contract’s origin', async () => {
    loseAnswer();
    const first = await clients.add('1', { client_name: 'ООО Ромашка', client_inn: inn });
    await eventually(() => clients.list().length === 1);
    await world.sql('delete from sync_queue where record_id = $1', [first]);
    await clients.add('2', { client_name: 'ООО Ромашка', client_inn: inn });
    await world.settled(30_000);
    expect(clients.list()).to.have.length(1);
    await world.sql('update contracts set updated_at = now() where id = $1', [first]);
    await expectOneCompany(['1', '2']);
  });

  it('nor when the company is made again after it was deleted, by two contracts', async () => {
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      on_bitrix24_delete: { contract: 'recreate' },
    });
    for (const number of ['1', '2']) await clients.add(number, { client_name: 'ООО Ромашка', client_inn: inn });
    await world.settled();
    const former = Number(clients.list()[0]?.ID);
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.add'),
      times: 1,
      action: { kind: 'dropAfter' },
    });
    world.portal.records('company').delete(former);
    await expectOneCompany(['1', '2']);
  });
});

describe('workers that are killed while companies of clients are made', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ config: { role: 'web' }, ...unlimited });
    tenant = await world.addTenant();
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, client_inn)
       select $1, 'К-' || n, 'ООО № ' || n % 40, '77' || lpad((n % 40)::text, 8, '0') from generate_series(1, 120) n`,
      [tenant.id],
    );
    await world.connect(tenant);
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 150 } });
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { sync_contracts: true });
  });
  after(() => world.stop());

  it('leave one company for each client', async function () {
    this.timeout(180_000);
    const { list, mappings } = clientsOf(world, tenant);
    for (let kills = 0; kills < 3; kills++) {
      const made = list().length;
      const worker = await startWorkerProcess(world);
      await eventually(() => list().length > made || list().length === 40, { timeoutMs: 20_000 });
      await worker.kill();
      await world.sql(
        `update sync_queue set create_sent_at = create_sent_at - interval '61 seconds', due_at = least(due_at, now())
          where create_sent_at is not null`,
      );
    }
    world.portal.faults.clear();
    const last = await startWorkerProcess(world);
    await eventually(
      async () => (await mappings()).length === 120 && (await world.sql('select 1 from sync_queue')).length === 0,
      // A create whose mark was committed while its worker died has no answer for 60 s.
      { timeoutMs: 90_000 },
    );
    await last.kill();
    expect(list()).to.have.length(40);
    expect(new Set((await mappings()).map((line) => line.split(' ')[1]))).to.have.property('size', 40);
  });
});
