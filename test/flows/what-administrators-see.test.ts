import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';
const errors = '/api/integration/errors';

describe('what the pages ask the server for', () => {
  let world: World;
  let tenant: Tenant;
  let other: Tenant;
  const get = async (path: string, asker = tenant, headers = {}) => {
    const { status, body } = await world.call(asker.token, 'GET', path, undefined, headers);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body.data;
  };

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    other = await world.addTenant('ООО Другая');
    await world.connect(tenant);
    for (const name of ['Камаз', 'Газель', 'Прицеп']) {
      await world.call(tenant.token, 'POST', '/api/objects', { name });
    }
    await world.settled();
  });
  after(() => world.stop());

  it('counts what was applied hour by hour, zeros included, the present hour last', async () => {
    const { hours } = await get(`${bitrix24}/stats/hours?hours=3`);
    expect(hours.map((hour: { synchronised: number }) => hour.synchronised)).to.deep.equal([0, 0, 3]);
    expect(Date.now() - Date.parse(hours[2].hour)).to.be.lessThan(3_600_000);
    await world.sql(
      `with taken as (update sync_log_hours set applied = applied - 1 returning *)
       insert into sync_log_hours select tenant_id, hour - interval '2 hours', entity, direction, 1 from taken`,
    );
    const moved = await get(`${bitrix24}/stats/hours?hours=3`);
    expect(moved.hours.map((hour: { synchronised: number }) => hour.synchronised)).to.deep.equal([1, 0, 2]);
    expect((await get(`${bitrix24}/stats/hours`)).hours).to.have.lengthOf(48);
    const foreign = await get(`${bitrix24}/stats/hours?hours=3`, other);
    expect(foreign.hours.map((hour: { synchronised: number }) => hour.synchronised)).to.deep.equal([0, 0, 0]);
  });

  it("tells how much of the portal's limits is in use", async () => {
    const usage = await get(`${bitrix24}/limits`);
    expect(usage.portal).to.equal(world.portal.host);
    expect(usage.requests).to.include({ size: 50, per_second: 2, blocked_until: null });
    expect(usage.methods.map((lane: { method: string }) => lane.method)).to.include('crm.item.add');
    expect(usage.share).to.be.within(0, 1);
    expect(await get(`${bitrix24}/limits`, other)).to.deep.equal({ portal: null });
  });

  it('groups open errors by cause in the language asked for, and retries a cause as a whole', async () => {
    const description = 'Недопустимое значение';
    const refused = { kind: 'refuse', status: 400, error: 'CRM_FIELD_ERROR_VALUE_NOT_VALID', description } as const;
    const mend = world.portal.faults.add({ method: 'crm.item.update', action: refused });
    await world.sql(`update objects set name = name || ' 2' where id in (1, 2)`);
    await eventually(async () => expect((await get(`${errors}/groups`)).groups[0]?.failed).to.equal(2));
    const { groups } = await get(`${errors}/groups`, tenant, { 'accept-language': 'en' });
    expect(groups).to.have.lengthOf(1);
    const [group] = groups;
    expect(group).to.include({ count: 2, failed: 2, pending: 0, kind: 'validation' });
    expect(group.message).to.include('Bitrix24 refused a value');
    expect(group.advice).to.be.a('string');
    expect((await get(`${errors}/groups`)).groups[0].message).to.include('Битрикс24 отказался');
    expect((await get(`${errors}/groups`, other)).groups).to.deep.equal([]);

    mend();
    const listed = await get(`${errors}?status=failed&code=${encodeURIComponent(group.code)}`);
    expect(listed.total).to.equal(2);
    const none = await world.call(tenant.token, 'POST', `${errors}/retry-all`, { code: 'ANOTHER_CAUSE' });
    expect(none.status, JSON.stringify(none.body)).to.equal(200);
    expect(none.body.data.retried).to.equal(0);
    const retried = await world.call(tenant.token, 'POST', `${errors}/retry-all`, { code: group.code });
    expect(retried.body.data.retried).to.equal(2);
    await world.settled();
    expect((await get(`${errors}/groups`)).groups).to.deep.equal([]);
    expect(await world.remoteOf(tenant, 'object', 1)).to.include({ TITLE: 'Камаз 2' });
  });

  it('shows every applied change of a record, page by page, to its own company alone', async () => {
    const { mappings } = await get(`${bitrix24}/mappings?q=Камаз`);
    const history = await get(`${bitrix24}/mappings/${mappings[0].id}/history?limit=1`);
    expect(history.pagination).to.include({ total: 2, has_next: true });
    expect(history.lines[0]).to.include({ operation: 'update', direction: 'to_bitrix' });
    expect(history.lines[0].changes.title).to.include({ after: 'Камаз 2' });
    const foreign = await world.call(other.token, 'GET', `${bitrix24}/mappings/${mappings[0].id}/history`);
    expect(foreign.status).to.equal(404);
  });

  it('tells how the portal is connected without a secret', async () => {
    const setup = await get(`${bitrix24}/setup`);
    expect(setup).to.include({
      connected: true,
      kind: 'webhook',
      portal: world.portal.host,
      outgoing_token_set: false,
    });
    expect(JSON.stringify(setup)).not.to.include(new URL(tenant.webhookUrl).pathname.split('/')[3]);
    expect(await get(`${bitrix24}/setup`, other)).to.include({ connected: false, kind: null, portal: null });
  });
});
