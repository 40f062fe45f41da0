import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('an answer that is lost', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  const isCreate = (params: Record<string, unknown>) => JSON.stringify(params).includes('crm.item.add');
  const titled = (name: string) =>
    world.portal
      .records('deal')
      .list()
      .filter((deal) => deal.TITLE === name);

  for (const [title, action] of [
    ['after the portal created the deals', { kind: 'dropAfter' }],
    ['before the portal did anything', { kind: 'dropBefore' }],
    ["by a balancer's page", { kind: 'html', status: 502 }],
  ] as const) {
    it(`${title}: one deal per object in the end`, async () => {
      world.portal.faults.add({ method: 'batch', when: isCreate, times: 1, action });
      await world.sql(`insert into objects (tenant_id, name) select $1, $2 || n from generate_series(1, 5) n`, [
        tenant.id,
        `${action.kind} `,
      ]);
      await world.settled();
      for (const n of [1, 2, 3, 4, 5]) expect(titled(`${action.kind} ${n}`), `object ${n}`).to.have.length(1);
      const [mapped] = await world.sql(
        `select count(*)::int as count from bitrix24_sync_mappings m join objects o on o.id = m.local_id
        where o.name like $1 and m.local_type = 'object'`,
        [`${action.kind} %`],
      );
      expect(mapped).to.deep.equal({ count: 5 });
    });
  }

  it('and an edit that came meanwhile is not lost either', async () => {
    world.portal.faults.add({ method: 'batch', when: isCreate, times: 1, action: { kind: 'dropAfter' } });
    const { body } = await world.call(tenant.token, 'POST', '/api/objects', { name: 'Первое имя' });
    const id = body.data.id as number;
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Второе имя' });
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', id)).to.include({ TITLE: 'Второе имя' });
    expect(titled('Первое имя')).to.have.length(0);
    expect(titled('Второе имя')).to.have.length(1);
  });

  it('is remembered when the portal is disconnected meanwhile: a new connection finds the deal', async () => {
    world.portal.faults.add({ method: 'batch', when: isCreate, times: 1, action: { kind: 'dropAfter' } });
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Разрыв' });
    await eventually(() => titled('Разрыв').length === 1);
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/setup', { webhook_url: null });
    expect(await world.sql('select 1 as waits from sync_queue')).to.deep.equal([{ waits: 1 }]);
    await world.connect(tenant);
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
    await world.settled();
    expect(titled('Разрыв')).to.have.length(1);
    expect(await world.sql('select 1 from sync_queue')).to.deep.equal([]);
  });

  it('of an update is simply sent again', async () => {
    const { body } = await world.call(tenant.token, 'POST', '/api/objects', { name: 'Правка' });
    await world.settled();
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.update'),
      times: 1,
      action: { kind: 'dropAfter' },
    });
    await world.call(tenant.token, 'PUT', `/api/objects/${body.data.id}`, { name: 'Правка вторая' });
    await world.settled();
    expect(titled('Правка вторая')).to.have.length(1);
  });
});

describe('the answer to an update that is lost', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.sql(
      `insert into contracts (tenant_id, number, client_name) select $1, 'Д-' || n, 'Клиент ' || n from generate_series(1, 2) n`,
      [tenant.id],
    );
    await world.sql(`insert into objects (tenant_id, name, description, imei) values ($1, 'Камаз', 'новый', '7')`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(() => world.stop());

  it('what it wrote is known as ours, although our side changed again: nothing of it is taken for people’s', async () => {
    let isLost = false;
    world.portal.answered.subscribe(({ arrived }) => {
      isLost ||= !arrived;
    });
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.update'),
      times: 1,
      action: { kind: 'dropAfter' },
    });
    // The next look at the deal takes a while, so that our side has changed by then.
    world.portal.faults.add({
      method: 'batch',
      when: (params) => isLost && !JSON.stringify(params).includes('crm.item.update'),
      action: { kind: 'delay', ms: 500 },
    });
    await world.sql('update objects set contract_id = 1');
    await eventually(() => isLost);
    expect((await world.remoteOf(tenant, 'object', 1)).TITLE).to.equal('Камаз (договор Д-1)');
    await world.sql('update objects set contract_id = 2');
    await world.settled();
    const deal = await world.remoteOf(tenant, 'object', 1);
    expect(deal.TITLE).to.equal('Камаз (договор Д-2)');
    expect(deal.COMMENTS).to.match(/^новый\n\n——— Axenta: .* ———\nIMEI: 7\nДоговор: Д-2\nКлиент: Клиент 2$/);
    expect(await world.sql('select name, description from objects')).to.deep.equal([
      { name: 'Камаз', description: 'новый' },
    ]);
    expect(await world.sql('select 1 from bitrix24_sync_mappings where sent is not null')).to.deep.equal([]);
  });

  it('what it wrote over in a conflict stands there once, although both values are equal in the end', async () => {
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', { policies: { object: 'crm' } });
    const deal = await world.remoteOf(tenant, 'object', 1);
    let isLost = false;
    world.portal.faults.add({
      method: 'batch',
      when(params) {
        isLost ||= JSON.stringify(params).includes('crm.item.update');
        return JSON.stringify(params).includes('crm.item.update');
      },
      times: 1,
      action: { kind: 'dropAfter' },
    });
    world.portal.events.faults.lossRate = 1;
    world.portal.records('deal').update(Number(deal.ID), { TITLE: 'Камаз менеджера (договор Д-2)' });
    world.portal.events.faults.lossRate = 0;
    await world.call(tenant.token, 'PUT', '/api/objects/1', { name: 'Камаз диспетчера' });
    await eventually(() => isLost);
    await world.settled();
    expect((await world.remoteOf(tenant, 'object', 1)).TITLE).to.equal('Камаз диспетчера (договор Д-2)');
    const conflicts = `select field, local_value #>> '{}' as ours, bitrix24_value #>> '{}' as theirs, winner from sync_conflicts`;
    expect(await world.sql(conflicts)).to.deep.equal([
      {
        field: 'title',
        ours: 'Камаз диспетчера (договор Д-2)',
        theirs: 'Камаз менеджера (договор Д-2)',
        winner: 'crm',
      },
    ]);
  });
});
