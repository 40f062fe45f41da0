import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { startPortal } from '../portal/portal.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const setup = '/api/integration/bitrix24/setup';
const mappings = '/api/integration/bitrix24/mappings';

describe('a pair that was unlinked', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  const titled = (title: string) =>
    world.portal
      .records('deal')
      .list()
      .filter(({ TITLE }) => TITLE === title);
  async function unlink(localType: string, localId: number): Promise<void> {
    const [row] = await world.sql('select id from bitrix24_sync_mappings where local_type = $1 and local_id = $2', [
      localType,
      localId,
    ]);
    const answer = await world.call(tenant.token, 'DELETE', `${mappings}/${row?.id}`);
    expect(answer.status).to.equal(200);
  }

  it('has no mapping any more, and is linked again by the next edit: one deal', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Развязан');
    await unlink('object', id);
    const list = await world.call(tenant.token, 'GET', mappings);
    expect(list.body.data.mappings).to.deep.equal([]);
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Развязан и изменён' });
    await world.settled();
    expect(Number((await world.remoteOf(tenant, 'object', id)).ID)).to.equal(dealId);
    expect(titled('Развязан и изменён')).to.have.length(1);
    expect(titled('Развязан')).to.have.length(0);
  });

  it('keeps what either side changed meanwhile: it is merged, not a conflict', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Слияние');
    await unlink('object', id);
    world.portal.events.faults.lossRate = 1;
    world.portal.records('deal').update(dealId, { TITLE: 'Слияние в портале' });
    world.portal.events.faults.lossRate = 0;
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { description: 'Описание из CRM' });
    await world.settled();
    expect(world.portal.records('deal').get(dealId)).to.include({
      TITLE: 'Слияние в портале',
      COMMENTS: 'Описание из CRM',
    });
    expect(await world.sql('select name from objects where id = $1', [id])).to.deep.equal([
      { name: 'Слияние в портале' },
    ]);
    expect(await world.sql('select 1 from sync_conflicts where local_id = $1', [id])).to.deep.equal([]);
  });

  it('is not linked with a record that was linked with another one by hand', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Прежний хозяин');
    await unlink('object', id);
    await world.sql(`update bitrix24_connections set paused_until = now() + interval '1 hour'`);
    const other = await world.call(tenant.token, 'POST', '/api/objects', { name: 'Новый хозяин' });
    await world.sql('delete from sync_queue');
    await world.sql('update bitrix24_connections set paused_until = null');
    const linked = await world.call(tenant.token, 'POST', `/api/integration/bitrix24/cards/deal/${dealId}/link`, {
      local_id: other.body.data.id,
    });
    expect(linked.status).to.equal(200);
    // Its origin names the new one now, also while that is unlinked in its turn.
    await unlink('object', other.body.data.id);
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { description: 'Своя сделка' });
    await world.settled();
    await world.call(tenant.token, 'PUT', `/api/objects/${other.body.data.id}`, { description: 'Снова вместе' });
    await world.settled();
    expect(Number((await world.remoteOf(tenant, 'object', other.body.data.id)).ID)).to.equal(dealId);
    expect(Number((await world.remoteOf(tenant, 'object', id)).ID)).to.not.equal(dealId);
    expect(String(world.portal.records('deal').get(dealId).ORIGIN_ID)).to.match(
      new RegExp(`:object:${other.body.data.id}$`),
    );
  });

  it('of a company that was imported: it is linked again, not imported as a second contract', async () => {
    const company = world.portal.records('company').create({ TITLE: 'ООО Импорт' });
    await world.settled();
    const run = { sync_contracts: true, import_new: true, wait: true };
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/from', run);
    const [contract] = await world.sql<{ id: number; number: string }>('select id, number from contracts');
    expect(contract?.number).to.equal(`B24-${company.ID}`);
    await unlink('contract', contract?.id ?? 0);
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/from', run);
    expect(await world.sql('select id from contracts')).to.deep.equal([{ id: contract?.id }]);
    expect(Number((await world.remoteOf(tenant, 'contract', contract?.id ?? 0)).ID)).to.equal(Number(company.ID));
    expect(await world.sql(`select code from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
  });

  it('of a company whose number another contract has: it is imported under a free one', async () => {
    const company = world.portal.records('company').create({ TITLE: 'ООО Занято' });
    await world.sql('insert into contracts (tenant_id, number) values ($1, $2)', [tenant.id, `B24-${company.ID}`]);
    await world.settled();
    const run = { sync_contracts: true, import_new: true, wait: true };
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/from', run);
    const rows = await world.sql('select number from contracts where client_name = $1', ['ООО Занято']);
    expect(rows).to.deep.equal([{ number: `B24-${company.ID}-2` }]);
  });
});

describe('a create that was given up and whose error was closed by hand', () => {
  it('is found by its origin at the next edit: one deal', async () => {
    const world = await startWorld(unlimited);
    try {
      const tenant = await world.addTenant();
      await world.connect(tenant);
      await world.sql(`create function refuse() returns trigger language plpgsql as $$ begin raise 'full'; end $$`);
      await world.sql(
        'create trigger refuse before insert on bitrix24_sync_mappings for each row execute function refuse()',
      );
      await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
      const open = () => world.sql<{ id: number }>(`select id from integration_errors where status = 'failed'`);
      const [error] = await eventually(async () => {
        const rows = await open();
        if (rows.length === 0) throw new Error('No error is open');
        return rows;
      });
      await world.settled();
      await world.sql('drop trigger refuse on bitrix24_sync_mappings');
      await world.call(tenant.token, 'POST', `/api/integration/errors/${error?.id}/resolve`);
      expect(await open()).to.deep.equal([]);
      await world.sql(`update objects set name = 'Камаз 2'`);
      await world.settled();
      const titles = world.portal
        .records('deal')
        .list()
        .map(({ TITLE }) => TITLE);
      expect(titles).to.deep.equal(['Камаз 2']);
    } finally {
      await world.stop();
    }
  });
});

describe('a portal that is met again', () => {
  it('after another one was connected: its deals are linked, none is doubled', async () => {
    const certificateFolder = mkdtempSync(path.join(os.tmpdir(), 'portals-'));
    const own = { ...unlimited.portal, certificateFolder };
    const world = await startWorld({ ...unlimited, portal: own });
    const other = await startPortal(own);
    try {
      const tenant = await world.addTenant();
      const connect = async (webhook_url: string) => {
        const body = { webhook_url, replace_portal: true };
        const answer = await world.call(tenant.token, 'POST', setup, body);
        expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
        const run = { sync_objects: true, wait: true };
        await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', run);
        await world.settled();
      };
      await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 5) n`, [
        tenant.id,
      ]);
      await connect(tenant.webhookUrl);
      const first = world.portal.records('deal').list();
      expect(first).to.have.length(5);
      await connect(other.addWebhook().url);
      expect(other.records('deal').list()).to.have.length(5);
      const list = await world.call(tenant.token, 'GET', mappings);
      expect(list.body.data.pagination.total).to.equal(5);
      // A manager of the first portal works on meanwhile.
      world.portal.records('deal').update(1, { TITLE: 'Переименован без нас' });
      await connect(tenant.webhookUrl);
      expect(world.portal.records('deal').list()).to.have.length(5);
      expect(other.records('deal').list()).to.have.length(5);
      expect(await world.sql('select name from objects where name like $1', ['Переименован%'])).to.have.length(1);
    } finally {
      await other.stop();
      await world.stop();
    }
  });

  it('after the app was uninstalled with everything erased: its deals are linked, none is doubled', async () => {
    const world = await startWorld({ ...unlimited, apps: true });
    try {
      const driver = installingIn(world);
      const tenant = await world.addTenant();
      const app = await driver.install(tenant);
      await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 5) n`, [
        tenant.id,
      ]);
      await world.settled();
      expect(world.portal.records('deal').list()).to.have.length(5);
      app.uninstall({ clean: true });
      await eventually(async () => (await world.sql('select 1 from bitrix24_sync_mappings')).length === 0);
      await driver.install(tenant);
      const run = { sync_objects: true, wait: true };
      await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', run);
      await world.settled();
      expect(world.portal.records('deal').list()).to.have.length(5);
      expect(await world.sql(`select 1 from bitrix24_sync_mappings where state = 'linked'`)).to.have.length(5);
    } finally {
      await world.stop();
    }
  });
});
