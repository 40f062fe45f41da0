import { expect } from 'chai';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';
const field = 'UF_CRM_SERIAL';
const key = `serial_number:${field}`;

describe('a field map before it is saved', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    world.portal.store.catalogue.addUserField('deal', field, 'string', false);
    await world.connectWithEvents(tenant);
    await world.sql(
      `insert into objects (tenant_id, name, serial_number)
       select $1, 'Камаз ' || n, case when n < 8 then 'SN-' || n end from generate_series(1, 8) n`,
      [tenant.id],
    );
    await world.settled();
    for (const [id, value] of [
      [7, 'ПОРТАЛ-7'],
      [8, 'ПОРТАЛ-8'],
    ] as const) {
      const { ID } = await world.remoteOf(tenant, 'object', id);
      world.portal.records('deal').update(Number(ID), { [field]: value });
    }
    await world.settled();
  });
  after(() => world.stop());

  const mapOf = (pair = {}) => ({
    object: { custom: [{ local: 'serial_number', bitrix24: field, owner: 'both', ...pair }] },
  });
  const preview = async (field_map: unknown) => {
    const { status, body } = await world.call(tenant.token, 'POST', `${bitrix24}/field-map/preview`, { field_map });
    expect(status, JSON.stringify(body)).to.equal(200);
    return body.data.kinds.find(({ kind }: { kind: string }) => kind === 'object');
  };
  const save = (field_map: unknown) => world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { field_map });
  const serialThere = async (id: number) => (await world.remoteOf(tenant, 'object', id))[field];
  const serialHere = async (id: number) =>
    (await world.sql('select serial_number as it from objects where id = $1', [id]))[0]?.it;

  it('is told with how many linked records it touches, and five of them field by field; nothing is written', async () => {
    world.portal.journal.clear();
    const found = await preview(mapOf());
    expect(found).to.include({ touched: 8, queued: 8, looked: 8, changing: 8 });
    expect(found.pairs).to.deep.equal([key]);
    expect(found.examples).to.have.length(5);
    const fields = found.examples.flatMap((one: { fields: unknown[] }) => one.fields);
    expect(fields).to.deep.include({
      ...{
        field: key,
        crm: null,
        bitrix24: 'ПОРТАЛ-8',
        bitrix24_name: null,
        after: 'ПОРТАЛ-8',
        wins: 'bitrix24',
        unmapped: false,
      },
    });
    expect(fields).to.deep.include({
      ...{ field: key, crm: 'SN-6', bitrix24: null, bitrix24_name: null, after: 'SN-6', wins: 'crm', unmapped: false },
    });
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    expect(await serialHere(8)).to.equal(null);
    expect(await world.sql('select 1 from sync_queue')).to.deep.equal([]);
  });

  it('says who wins where both sides differ: neither, or the side that is chosen with the pair', async () => {
    const winnerOf = async (pair = {}) => {
      const { examples } = await preview(mapOf(pair));
      const [seventh] = examples.filter((one: { local_id: number }) => one.local_id === 7);
      return seventh.fields[0].wins;
    };
    expect(await winnerOf()).to.equal('none');
    expect(await winnerOf({ first_link: 'crm' })).to.equal('crm');
    expect(await winnerOf({ first_link: 'bitrix24' })).to.equal('bitrix24');
  });

  it('does, once it is saved, what was told: values that differ stay and are an open conflict', async () => {
    expect((await save(mapOf())).status).to.equal(200);
    await world.settled();
    expect([await serialThere(6), await serialHere(8)]).to.deep.equal(['SN-6', 'ПОРТАЛ-8']);
    expect([await serialThere(7), await serialHere(7)]).to.deep.equal(['ПОРТАЛ-7', 'SN-7']);
    const open = await world.sql(`select local_id, field, winner from sync_conflicts where state = 'open'`);
    expect(open).to.deep.equal([{ local_id: 7, field: key, winner: 'none' }]);
  });

  it('names the values of lists as the portal calls them, and tells what has no counterpart', async () => {
    const custom = [{ local: 'serial_number', bitrix24: 'SOURCE_ID', owner: 'crm' }];
    const { ID } = await world.remoteOf(tenant, 'object', 5);
    world.portal.records('deal').update(Number(ID), { SOURCE_ID: 'WEB' });
    await world.settled();
    const found = await preview({ object: { custom } });
    const fields = found.examples.flatMap((one: { fields: unknown[] }) => one.fields);
    expect(fields).to.deep.include({
      ...{ field: 'serial_number:SOURCE_ID', crm: 'SN-5', bitrix24: 'WEB', bitrix24_name: 'Веб-сайт' },
      ...{ after: null, wins: 'none', unmapped: true },
    });
  });

  it('that takes a pair away touches nothing', async () => {
    const found = await preview({ object: {} });
    expect(found).to.include({ touched: 0, queued: 0 });
    await save({});
    expect(await world.sql('select 1 from sync_queue')).to.deep.equal([]);
  });

  it('that cannot be saved is refused as the save would refuse it', async () => {
    const field_map = mapOf({ bitrix24: 'UF_CRM_NONE' });
    const { status, body } = await world.call(tenant.token, 'POST', `${bitrix24}/field-map/preview`, { field_map });
    expect(status).to.equal(400);
    expect(body.error).to.include('UF_CRM_NONE');
  });
});
