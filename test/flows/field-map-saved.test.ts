import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('a field map that is saved', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
    await world.connect(tenant);
    await world.sql(
      `insert into objects (tenant_id, name, serial_number)
       select $1, 'Камаз ' || n, 'SN-' || n from generate_series(1, 3) n`,
      [tenant.id],
    );
    await world.sql(`insert into users (tenant_id, name) values ($1, 'Анна Смирнова')`, [tenant.id]);
    await world.settled();
    await world.sql(`create table queued as select entity, reason, priority, record_id from sync_queue`);
    await world.sql(
      `create function note_queued() returns trigger language plpgsql as
       'begin insert into queued values (new.entity, new.reason, new.priority, new.record_id); return new; end'`,
    );
    await world.sql(
      'create trigger note_queued after insert on sync_queue for each row execute function note_queued()',
    );
  });
  after(() => world.stop());
  beforeEach(() => world.sql('delete from queued'));

  const save = (settings: unknown) => world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
  const withSerial = {
    field_map: { object: { custom: [{ local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both' }] } },
  };
  const queued = () => world.sql('select entity, reason, priority, record_id::integer from queued order by record_id');

  it('with a new pair fills the field of every linked record, without a run, behind everything else', async () => {
    expect((await save(withSerial)).status).to.equal(200);
    await eventually(() => {
      const serials = world.portal
        .records('deal')
        .list()
        .map((deal) => deal.UF_CRM_SERIAL);
      expect(serials).to.deep.equal(['SN-1', 'SN-2', 'SN-3']);
    });
    expect(await queued()).to.deep.equal(
      [1, 2, 3].map((record_id) => ({ entity: 'object', reason: 'field_map', priority: 20, record_id })),
    );
  });

  it('as it was queues nothing', async () => {
    await save(withSerial);
    await save({ ...withSerial, policies: { object: 'crm' } });
    expect(await queued()).to.deep.equal([]);
  });

  it('with another owner of a pair queues that kind alone', async () => {
    await save({ ...withSerial, field_map: { ...withSerial.field_map, user: { owners: { name: 'crm' } } } });
    expect(await queued()).to.deep.equal([{ entity: 'user', reason: 'field_map', priority: 20, record_id: 1 }]);
  });

  it('of a kind that is not synchronised by itself queues nothing', async () => {
    await save({ ...withSerial, automatic: { user: false } });
    expect(await queued()).to.deep.equal([]);
  });
});
