import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a deal edited in the portal', () => {
  let world: World;
  let tenant: Tenant;
  const deals = () => world.portal.records('deal');

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'POST', '/api/contracts', { number: '7', client_name: 'ИП Иванов' });
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', contract_id: 1 });
    await world.settled();
  });
  after(() => world.stop());

  async function edit(fields: Record<string, unknown>): Promise<void> {
    const deal = await world.remoteOf(tenant, 'object', 1);
    deals().update(Number(deal.ID), fields);
    await world.settled();
  }

  it('changes the object through an event, without its contract number', async () => {
    await edit({ TITLE: 'Камаз красный (договор 7)' });
    const [object] = await world.sql('select name from objects');
    expect(object).to.deep.equal({ name: 'Камаз красный' });
  });

  it('writes nothing back', async () => {
    world.portal.journal.clear();
    await edit({ TITLE: 'Камаз синий (договор 7)' });
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
  });

  it('restores what belongs to the CRM', async () => {
    await edit({ COMPANY_ID: '' });
    await eventually(async () => Number((await world.remoteOf(tenant, 'object', 1)).COMPANY_ID) > 0);
  });

  it('gets its title back when somebody empties it, because an object needs a name', async () => {
    world.portal.store.update(
      'deal',
      Number((await world.remoteOf(tenant, 'object', 1)).ID),
      { fields: { TITLE: ' (договор 7)' }, multifields: [] },
      7,
    );
    await world.settled();
    const [object] = await world.sql('select name from objects');
    expect(object).to.deep.equal({ name: 'Камаз синий' });
  });

  it('stores nothing for a wrong token', async () => {
    const body = 'event=ONCRMDEALUPDATE&data[FIELDS][ID]=1&auth[application_token]=guess';
    const answer = await fetch(`http://127.0.0.1:${world.port}/bitrix24/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    expect(answer.status).to.equal(403);
    expect(await answer.json()).to.include({ code: 'event_refused' });
    expect(await world.sql('select * from sync_queue')).to.deep.equal([]);
    const metrics = await world.call(null, 'GET', '/metrics');
    expect(metrics.body).to.include('bitrix24_events_total{result="refused"} 1');
  });

  it('shows one line per applied change', async () => {
    const rows = await world.sql(`select direction, operation from sync_log where entity = 'object' order by id`);
    expect(rows[0]).to.deep.equal({ direction: 'to_bitrix', operation: 'create' });
    expect(rows).to.deep.include({ direction: 'from_bitrix', operation: 'update' });
  });
});
