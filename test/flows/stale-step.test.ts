import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { makeFleet, type Vehicle } from '../support/fleet.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const count = 20;

/** Many records are read in one request and written in small steps: what waits for its step grows old. */
describe('a step that leaves long after its records were read', () => {
  let world: World;
  let tenant: Tenant;
  let last: Vehicle;

  beforeEach(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    // Without events: only reading again can show what a manager saves.
    await world.connect(tenant);
    const vehicles = await makeFleet(world, tenant).add(count, {});
    last = vehicles.at(-1) as Vehicle;
  });
  afterEach(() => world.stop());

  /** Changes all; the first step takes longer than a picture of a record may be old. */
  async function changeAll(): Promise<void> {
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.update'),
      times: 1,
      action: { kind: 'delay', ms: 2300 },
    });
    world.portal.journal.clear();
    await world.sql(`update objects set imei = lpad(id::text, 15, '0')`);
    await eventually(() => world.portal.workers.atWork === 1);
  }

  it('sends what a manager saved meanwhile, merged, and never without it', async () => {
    await changeAll();
    const { COMMENTS } = world.portal.records('deal').get(last.dealId);
    world.portal.records('deal').update(last.dealId, { COMMENTS: `Позвонить до пятницы\n${COMMENTS ?? ''}` });
    await world.settled();
    const sent = world.portal.journal
      .calls({ method: 'crm.item.update' })
      .map(({ params }) => params as { id: unknown; fields: Record<string, unknown> })
      .filter(({ id }) => Number(id) === last.dealId);
    expect(sent).to.have.length(1);
    expect(sent[0]?.fields.comments).to.include('Позвонить до пятницы').and.to.include('IMEI');
    const [row] = await world.sql('select description from objects where id = $1', [last.id]);
    expect(row?.description).to.equal('Позвонить до пятницы');
  });

  it('sends nothing of a record that a rule leaves out which was saved meanwhile', async () => {
    await changeAll();
    const settings = { scope: { object: { crm: { types: ['truck'] } } } };
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
    await world.settled();
    const sent = world.portal.journal
      .calls({ method: 'crm.item.update' })
      .map(({ params }) => Number((params as { id: unknown }).id));
    expect(sent).to.not.be.empty;
    expect(sent).to.not.include(last.dealId);
  });
});
