import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const path = '/api/integration/bitrix24/settings';

describe('a kind that is not synchronised automatically', () => {
  let world: World;
  let tenant: Tenant;
  const call = (method: string, address: string, body?: unknown) => world.call(tenant.token, method, address, body);
  const put = async (settings: unknown) => {
    const answer = await call('PUT', path, settings);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
  };

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  it('its change waits, a run takes it, and other kinds go on', async () => {
    await put({ automatic: { object: false } });
    await call('POST', '/api/objects', { name: 'По просьбе' });
    await call('POST', '/api/users', { name: 'Сам Собой' });
    expect(await world.sql(`select 1 from sync_queue where entity = 'object'`)).to.deep.equal([]);
    await world.settled();
    const titles = () =>
      world.portal
        .records('deal')
        .list()
        .map((deal) => deal.TITLE);
    expect(titles()).to.not.include('По просьбе');
    expect(world.portal.records('contact').list()).to.have.length(1);
    await call('POST', '/api/integration/bitrix24/sync/to', { sync_objects: true, wait: true });
    expect(titles()).to.include('По просьбе');
    await put({});
    await call('POST', '/api/objects', { name: 'Снова сам' });
    await world.settled();
    expect(titles()).to.include('Снова сам');
  });

  describe('and is changed in the portal', () => {
    let dealId: number;
    const deal = () => world.portal.records('deal').get(dealId);
    const name = async () => (await world.sql(`select name from objects where name like 'Тягач%'`))[0]?.name;
    const rename = async (title: string) => {
      world.portal.records('deal').update(dealId, { TITLE: title });
      await world.portal.events.settled();
    };
    /** The deal waits in the queue, and is told as what rests. */
    const resting = () =>
      eventually(async () => {
        const rows = await world.sql(
          `select waits_for from sync_queue where side = 'bitrix24' and record_id = $1 and due_at > now()`,
          [dealId],
        );
        expect(rows).to.deep.equal([{ waits_for: 'by_hand' }]);
        const { queue } = (await call('GET', '/api/integration/bitrix24/health')).body.data;
        expect(queue).to.include({ depth: queue.resting, due: 0 });
      });

    before(async () => {
      const { body } = await call('POST', '/api/objects', { name: 'Тягач' });
      await world.settled();
      dealId = Number((await world.remoteOf(tenant, 'object', body.data.id)).ID);
    });
    afterEach(async () => {
      await put({});
      await world.settled();
    });

    it('the change waits, is no delay, and comes when the kind is synchronised automatically again', async () => {
      await put({ automatic: { object: false } });
      await rename('Тягач раз');
      await resting();
      await sleep(1000);
      expect(await name()).to.equal('Тягач');
      await world.sql(`update sync_queue set queued_at = now() - interval '2 hours'`);
      await world.sql(
        `insert into sync_watermarks (tenant_id, entity, seen_until)
         select $1, kind, now() from unnest(array['object', 'user', 'contract']) kind
         on conflict (tenant_id, entity) do update set seen_until = now()`,
        [tenant.id],
      );
      expect((await call('GET', '/api/integration/bitrix24/health')).body.data.status).to.equal('healthy');
      const { complete_until: until } = (await call('GET', '/api/integration/bitrix24/stats')).body.data.sync;
      expect(Date.parse(until)).to.be.above(Date.now() - 7_000_000);
      await put({});
      await world.settled();
      expect(await name()).to.equal('Тягач раз');
    });

    it('what the searches find waits, too', async () => {
      await put({ automatic: { object: false } });
      world.portal.records('deal').update(dealId, { TITLE: 'Тягач два' });
      await world.runJob('sweep', tenant);
      await resting();
      expect(await name()).to.equal('Тягач раз');
    });

    for (const direction of ['to', 'from']) {
      it(`a run ${direction} the portal takes it`, async () => {
        await put({ automatic: { object: false } });
        await rename(`Тягач ${direction}`);
        await resting();
        const run = await call('POST', `/api/integration/bitrix24/sync/${direction}`, {
          sync_objects: true,
          wait: true,
        });
        expect(run.status, JSON.stringify(run.body)).to.equal(200);
        await eventually(async () => expect(await name()).to.equal(`Тягач ${direction}`));
      });
    }

    it('a pair that a person asks for now is taken, and the next change waits again', async () => {
      await put({ automatic: { object: false } });
      await rename('Тягач сейчас');
      await resting();
      const { mappings } = (await call('GET', '/api/integration/bitrix24/mappings?q=Тягач')).body.data;
      await call('POST', `/api/integration/bitrix24/mappings/${mappings[0].id}/sync`, { wait: true });
      expect(await name()).to.equal('Тягач сейчас');
      await rename('Тягач потом');
      await sleep(1000);
      expect(await name()).to.equal('Тягач сейчас');
      expect(deal().TITLE).to.equal('Тягач потом');
    });
  });
});
