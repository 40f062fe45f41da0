import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a create that was given up although the portal had made the deal', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.sql(`create function refuse() returns trigger language plpgsql as $$ begin raise 'full'; end $$`);
    await world.sql(
      'create trigger refuse before insert on bitrix24_sync_mappings for each row execute function refuse()',
    );
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await eventually(async () => expect(await openErrors()).to.deep.equal([{ status: 'failed' }]));
    await world.settled();
    await world.sql('drop trigger refuse on bitrix24_sync_mappings');
  });
  after(() => world.stop());

  const openErrors = () => world.sql(`select status from integration_errors where status <> 'resolved'`);
  const titles = () =>
    world.portal
      .records('deal')
      .list()
      .map((deal) => deal.TITLE);

  it('has left nothing in the queue that would remember it', async () => {
    expect(await world.sql('select 1 from sync_queue')).to.deep.equal([]);
    expect(titles()).to.deep.equal(['Камаз']);
  });

  it('is found by its origin at the next edit, linked, and not made a second time', async () => {
    await world.sql(`update objects set name = 'Камаз 2'`);
    await world.settled();
    expect(titles()).to.deep.equal(['Камаз 2']);
    expect((await world.remoteOf(tenant, 'object', 1)).TITLE).to.equal('Камаз 2');
    expect(await openErrors()).to.deep.equal([]);
  });
});
