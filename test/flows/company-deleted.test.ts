import { expect } from 'chai';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe("a contract's company that is deleted in the portal", () => {
  let world: World;
  let tenant: Tenant;
  let objectId: number;
  let companyId: number;

  const deal = () => world.remoteOf(tenant, 'object', objectId);
  const companyOfDeal = async () => Number((await deal()).COMPANY_ID);

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    const contract = await world.call(tenant.token, 'POST', '/api/contracts', {
      number: '1',
      client_name: 'ООО Лютик',
    });
    const body = { name: 'Камаз', contract_id: contract.body.data.id };
    objectId = (await world.call(tenant.token, 'POST', '/api/objects', body)).body.data.id;
    await world.settled();
    companyId = await companyOfDeal();
    expect(companyId).to.be.greaterThan(0);
    world.portal.records('company').delete(companyId);
    await world.settled();
  });
  after(() => world.stop());

  it('takes nothing away from the deal: neither a run nor an edit clears its company', async () => {
    const run = { sync_objects: true, wait: true };
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', run);
    expect(await companyOfDeal()).to.equal(companyId);
    await world.call(tenant.token, 'PATCH', `/api/objects/${objectId}`, { name: 'Камаз 2' });
    await world.settled();
    expect((await deal()).TITLE).to.equal('Камаз 2 (договор 1)');
    expect(await companyOfDeal()).to.equal(companyId);
  });

  it('is in its deal again when it comes back from the recycle bin', async () => {
    const newId = world.portal.recycleBin.restore('company', companyId, { event: 'told' });
    await world.settled();
    expect(await companyOfDeal()).to.equal(newId);
  });
});
