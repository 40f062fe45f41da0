import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe("a contract's dates", () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
    const contract = { number: '7', start_date: '2024-03-31', end_date: '2025-03-01' };
    await world.call(tenant.token, 'POST', '/api/contracts', contract);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Первый', contract_id: 1 });
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Второй', contract_id: 1 });
    await world.settled();
  });
  after(() => world.stop());

  async function dates(id: number): Promise<string[]> {
    const deal = await world.remoteOf(tenant, 'object', id);
    return [String(deal.BEGINDATE).slice(0, 10), String(deal.CLOSEDATE).slice(0, 10)];
  }

  it('stand in the deals of its objects, to the day', async () => {
    expect(await dates(1)).to.deep.equal(['2024-03-31', '2025-03-01']);
  });

  it("stand in the history of a new deal, unlike the portal's own dates of a deal without a contract", async () => {
    const { body } = await world.call(tenant.token, 'POST', '/api/objects', {
      name: 'Без договора',
      imei: '490154203237518',
    });
    await world.settled();
    expect((await dates(body.data.id)).every((date) => /^\d{4}-/.test(date))).to.equal(true);
    const lines = await world.sql<{ local_id: number; changes: object }>(
      `select local_id, changes from sync_log where operation = 'create' and entity = 'object' order by local_id`,
    );
    const named = lines.map((line) => [line.local_id, ...Object.keys(line.changes).sort()]);
    expect(named).to.deep.equal([
      [1, 'begin_date', 'close_date', 'company', 'details', 'title'],
      [2, 'begin_date', 'close_date', 'company', 'details', 'title'],
      [3, 'details', 'title'],
    ]);
  });

  it('reach all deals when the contract changes', async () => {
    await world.call(tenant.token, 'PUT', '/api/contracts/1', { end_date: '2026-12-31' });
    await world.settled();
    expect(await dates(1)).to.deep.equal(['2024-03-31', '2026-12-31']);
    expect(await dates(2)).to.deep.equal(['2024-03-31', '2026-12-31']);
  });

  it('follow the object to another contract, with its number in the title', async () => {
    await world.call(tenant.token, 'POST', '/api/contracts', {
      number: '8',
      start_date: '2027-01-01',
      end_date: '2028-01-01',
    });
    await world.call(tenant.token, 'PUT', '/api/objects/1', { contract_id: 2 });
    await world.settled();
    expect(await dates(1)).to.deep.equal(['2027-01-01', '2028-01-01']);
    const deal = await world.remoteOf(tenant, 'object', 1);
    expect(deal).to.include({ TITLE: 'Первый (договор 8)' });
    expect(deal.COMPANY_ID).to.equal((await world.remoteOf(tenant, 'contract', 2)).ID);
  });

  it('write nothing when they did not change', async () => {
    world.portal.journal.clear();
    await world.sql('update contracts set updated_at = now()');
    await world.sql('update objects set updated_at = now()');
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
  });
});
