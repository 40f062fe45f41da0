import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a portal robot against us', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into contracts (tenant_id, number, end_date) values ($1, '7', '2025-03-01')`, [tenant.id]);
    await world.sql(`insert into objects (tenant_id, name, contract_id) select $1, 'Камаз', id from contracts`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(() => world.stop());

  it('over a field that is ours: we put it right a few times, then it comes to rest', async () => {
    const deal = await world.remoteOf(tenant, 'object', 1);
    // The robot answers every change with its own date, a moment later.
    let timer: NodeJS.Timeout | undefined;
    world.portal.store.robot = (kind) => {
      clearTimeout(timer);
      if (kind === 'deal') timer = setTimeout(() => setDate(Number(deal.ID)), 30);
      return undefined;
    };
    world.portal.journal.clear();
    setDate(Number(deal.ID));
    for (let quiet = 0; quiet < 4; quiet += 1) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await world.settled();
    }
    const fights = world.portal.journal.calls({ write: true }).length;
    expect(fights).to.be.within(1, 4);
    world.portal.journal.clear();
    setDate(Number(deal.ID));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    world.portal.store.robot = null;
  });

  it('a field that gave way has one open conflict, with the newest values', async () => {
    const deal = await world.remoteOf(tenant, 'object', 1);
    for (const date of ['2031-01-01', '2032-01-01', '2033-01-01']) {
      world.portal.records('deal').update(Number(deal.ID), { CLOSEDATE: date });
      await world.settled();
    }
    const [conflict, ...others] = await openConflicts();
    expect(others).to.deep.equal([]);
    expect(conflict).to.include({ field: 'close_date', winner: 'bitrix24' });
    expect(conflict?.bitrix24_value).to.match(/^2033-01-01/);
    await world.call(tenant.token, 'POST', `/api/integration/bitrix24/conflicts/${conflict?.id}/resolve`, {
      keep: 'bitrix24',
    });
    world.portal.records('deal').update(Number(deal.ID), { CLOSEDATE: '2034-01-01' });
    await world.settled();
    const after = await openConflicts();
    expect(after).to.have.length(1);
    expect(after[0]?.id).to.be.above(conflict?.id ?? 0);
  });

  it('after an hour of rest the field is put right again', async () => {
    const deal = await world.remoteOf(tenant, 'object', 1);
    await world.sql(
      `update bitrix24_sync_mappings set bitrix24_shadow = jsonb_set(bitrix24_shadow, '{restoredAt,close_date}',
         to_jsonb(now() - interval '61 minutes')) where local_type = 'object'`,
    );
    world.portal.records('deal').update(Number(deal.ID), { CLOSEDATE: '2035-01-01' });
    await world.settled();
    expect(String(world.portal.records('deal').get(Number(deal.ID)).CLOSEDATE)).to.match(/^2025-03-01/);
  });

  it('our next change is sent again', async () => {
    await world.sql(`update contracts set end_date = '2026-12-31'`);
    await world.settled();
    expect(String((await world.remoteOf(tenant, 'object', 1)).CLOSEDATE)).to.match(/^2026-12-31/);
  });

  const openConflicts = async (): Promise<{ id: number; bitrix24_value: string }[]> =>
    (await world.call(tenant.token, 'GET', '/api/integration/bitrix24/conflicts?state=open')).body.data.conflicts;

  function setDate(id: number): void {
    if (String(world.portal.records('deal').get(id).CLOSEDATE).startsWith('2030-01-01')) return;
    world.portal.records('deal').update(id, { CLOSEDATE: '2030-01-01' });
  }
});
