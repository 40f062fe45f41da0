import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { callHttps } from '../support/https-caller.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const field = 'UF_CRM_SERIAL';
const address = '/api/integration/bitrix24';

describe('a user field that a pair needs is deleted in the portal', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;
  let outgoing: { token: string };
  let subscription: { remove(): void };

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    await make();
    outgoing = await world.connectWithEvents(tenant);
    const custom = [{ local: 'serial_number', bitrix24: field, owner: 'both' }];
    await world.call(tenant.token, 'PUT', `${address}/settings`, { field_map: { object: { custom } } });
    await world.sql(
      `insert into objects (tenant_id, name, serial_number)
       select $1, 'Камаз ' || n, 'SN-' || n from generate_series(1, 3) n`,
      [tenant.id],
    );
    await world.settled();
  });
  after(() => world.stop());

  const userField = async (action: string, json: object) => {
    const url = `${tenant.webhookUrl}crm.deal.userfield.${action}`;
    return (await callHttps(url, world.portal.caPem, { json })).body.result;
  };
  const make = (type = 'string') =>
    userField('add', { fields: { FIELD_NAME: field, USER_TYPE_ID: type, LABEL: 'Серийный номер' } });
  const remove = async () => {
    const [found] = await userField('list', { filter: { FIELD_NAME: field } });
    await userField('delete', { id: found?.ID });
  };
  const clearCache = () => world.call(tenant.token, 'DELETE', `${address}/cache`);
  const schema = async (headers = {}) =>
    (await world.call(tenant.token, 'GET', `${address}/schema`, undefined, headers)).body.data;
  const numbers = async () =>
    (await world.sql<{ serial_number: string }>('select serial_number from objects order by id')).map(
      (row) => row.serial_number,
    );
  const deals = () => world.portal.records('deal').list();
  const retitle = async (suffix: string) => {
    for (const deal of deals())
      world.portal.records('deal').update(Number(deal.ID), { TITLE: `${deal.TITLE} ${suffix}` });
    await world.settled();
  };

  it('leaves the CRM column alone although the list of fields is not an hour old, and carries the rest over', async () => {
    await remove();
    await retitle('в порту');
    expect(await numbers()).to.deep.equal(['SN-1', 'SN-2', 'SN-3']);
    const [object] = await world.sql('select name from objects where id = 1');
    expect(object).to.deep.equal({ name: 'Камаз 1 в порту' });
  });

  it('is one open fault, whatever the number of records, and a degraded health', async () => {
    await clearCache();
    await retitle('ночью');
    await failures.faultOpened('kind', `object:field:${field}`);
    const faults = await failures.openFaults();
    expect(faults).to.have.length(1);
    expect(faults[0]?.message).to.equal(`Поле «Серийный номер (${field})» удалено в портале`);
    expect(await failures.openErrors()).to.deep.equal([]);
    const health = await failures.health();
    expect(health).to.include({ status: 'degraded', healthy: false });
    expect(health.faults[0].waits.text).to.equal(`Ждёт поле ${field} у сделок; остальное синхронизируется`);
    expect(await numbers()).to.deep.equal(['SN-1', 'SN-2', 'SN-3']);
  });

  it('is told by the schema, with the pair that it touches and what to do', async () => {
    const { changes, unread } = await schema();
    expect(unread).to.equal(null);
    expect(changes).to.have.length(1);
    expect(changes[0]).to.deep.include({ change: 'removed', kind: 'object', field, before: 'string', after: null });
    expect(changes[0].pairs).to.deep.equal([{ kind: 'object', pair: `serial_number:${field}` }]);
    expect(changes[0].text).to.equal(`«Серийный номер (${field})» удалено в портале`);
    expect(changes[0].advice).to.match(/^Пара полей ждёт/);
    const english = await schema({ 'accept-language': 'en' });
    expect(english.changes[0].text).to.equal(`"Серийный номер (${field})" was deleted in the portal`);
  });

  it('takes nothing from the CRM while it is gone, and new records are made without it', async () => {
    await world.sql(`update objects set serial_number = 'SN-1/2' where id = 1`);
    await world.settled();
    await world.sql(`insert into objects (tenant_id, name, serial_number) values ($1, 'Камаз 4', 'SN-4')`, [tenant.id]);
    await world.settled();
    expect(deals().map((deal) => deal.TITLE)).to.include('Камаз 4');
    expect(deals()[0]).to.not.have.property(field);
    expect(await failures.openErrors()).to.deep.equal([]);
  });

  it('is made again as a number: its pair waits on, and the fault says why', async () => {
    await make('double');
    await clearCache();
    await schema();
    const [fault, ...rest] = await failures.openFaults();
    expect(rest).to.deep.equal([]);
    expect(fault).to.include({ code: 'field_retyped', subject: `object:field:${field}` });
    expect(fault?.message).to.match(/^Поле «UF_CRM_SERIAL» в портале теперь другое: тип double не подходит/);
    await retitle('ещё раз');
    expect(await numbers()).to.deep.equal(['SN-1/2', 'SN-2', 'SN-3', 'SN-4']);
    await remove();
  });

  it('is made again, empty: the fault ends by itself and the CRM fills it, column untouched', async () => {
    await make();
    await clearCache();
    await schema();
    await eventually(async () => expect(await failures.openFaults()).to.deep.equal([]));
    await world.settled();
    expect(deals().map((deal) => deal[field])).to.deep.equal(['SN-1/2', 'SN-2', 'SN-3', 'SN-4']);
    expect(await numbers()).to.deep.equal(['SN-1/2', 'SN-2', 'SN-3', 'SN-4']);
    const told = (await schema()).changes.map(({ change }: { change: string }) => change);
    expect(told).to.deep.equal(['retyped']);
    expect(await failures.health()).to.include({ status: 'healthy' });
  });

  it('is deleted and made again between two looks, and the portal tells: the CRM fills it, column untouched', async () => {
    const url = `http://127.0.0.1:${world.port}/bitrix24/events`;
    const events = ['ONCRMDEALUSERFIELDADD', 'ONCRMDEALUSERFIELDDELETE'];
    subscription = world.portal.addOutgoingWebhook({ url, events, token: outgoing.token });
    await remove();
    await make();
    await world.portal.events.settled();
    await retitle('снова');
    expect(await numbers()).to.deep.equal(['SN-1/2', 'SN-2', 'SN-3', 'SN-4']);
    expect(deals().map((deal) => deal[field])).to.deep.equal(['SN-1/2', 'SN-2', 'SN-3', 'SN-4']);
    expect(await failures.openFaults()).to.deep.equal([]);
  });

  it('is made again and typed into before the CRM fills it: a conflict, and neither value is lost', async () => {
    await remove();
    await make();
    world.portal.records('deal').update(Number(deals()[1]?.ID), { [field]: 'SN-новый' });
    await world.portal.events.settled();
    await world.settled();
    const conflicts = await world.sql(
      `select local_value #>> '{}' as ours, bitrix24_value #>> '{}' as theirs from sync_conflicts where field like 'serial_number%'`,
    );
    expect(conflicts).to.deep.equal([{ ours: 'SN-2', theirs: 'SN-новый' }]);
    expect((await numbers())[1]).to.be.oneOf(['SN-2', 'SN-новый']);
    await world.sql(`update objects set serial_number = 'SN-2' where id = 2`);
    await world.settled();
    subscription.remove();
  });

  it('is deleted and made again, and nothing tells of it: the CRM fills it, column untouched', async () => {
    const [before] = await numbers();
    world.portal.events.faults.lossRate = 1;
    await remove();
    await make();
    world.portal.events.faults.lossRate = 0;
    await retitle('снова');
    await eventually(() => expect(deals().map((deal) => deal[field])).to.include(before));
    expect((await numbers())[0]).to.equal(before);
    await eventually(async () => expect(await failures.openFaults()).to.deep.equal([]));
  });

  it('is made again while a deal lies in the recycle bin: taken back, the deal is filled by the CRM, column untouched', async () => {
    const { ID: dealId } = deals()[1] ?? {};
    world.portal.events.faults.lossRate = 1;
    world.portal.records('deal').delete(Number(dealId));
    await remove();
    await make();
    world.portal.events.faults.lossRate = 0;
    await retitle('ещё раз');
    await eventually(async () =>
      expect(await world.sql('select state from bitrix24_sync_mappings where local_id = 2')).to.deep.equal([
        { state: 'orphaned' },
      ]),
    );
    world.portal.recycleBin.restore('deal', Number(dealId), { event: 'told' });
    await world.settled();
    expect((await numbers())[1]).to.equal('SN-2');
    expect((await world.remoteOf(tenant, 'object', 2))[field]).to.equal('SN-2');
  });

  it('is merged as usual from then on: an emptied value empties the column', async () => {
    const [first] = deals();
    world.portal.records('deal').update(Number(first?.ID), { [field]: '' });
    await world.settled();
    expect(await numbers()).to.deep.equal([null, 'SN-2', 'SN-3', 'SN-4']);
  });

  it('is deleted, and its pair taken out of the map: nothing is open any more', async () => {
    await remove();
    await clearCache();
    await schema();
    await failures.faultOpened('kind', `object:field:${field}`);
    await world.call(tenant.token, 'PUT', `${address}/settings`, {});
    expect(await failures.openFaults()).to.deep.equal([]);
  });
});
