import { expect } from 'chai';
import { clientsOf } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('a contract that is entered while the company of its client is being made', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    // What a create without an answer is waited for is much longer than the create takes.
    world = await startWorld({ ...unlimited, timings: { uncertainWaitMs: 40_000 } });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  it('is linked with it as soon as it is made', async () => {
    const clients = clientsOf(world, tenant);
    const client = { client_name: 'ООО Ромашка', client_inn: '7701111111' };
    let isMaking = false;
    world.portal.faults.add({
      method: 'batch',
      when(params) {
        isMaking ||= JSON.stringify(params).includes('crm.item.add');
        return isMaking;
      },
      times: 1,
      action: { kind: 'delay', ms: 1000 },
    });
    const first = await clients.add('А', client);
    await eventually(() => isMaking);
    const second = await clients.add('Б', client);
    await world.settled(10_000);
    expect(clients.list()).to.have.length(1);
    expect(await clients.companyOf(second)).to.equal(await clients.companyOf(first));
  });
});
