import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('records that only the portal has', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  const settings = (body: unknown) => world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', body);
  async function run(body: Record<string, unknown>): Promise<Record<string, number>> {
    const started = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/from', body);
    expect(started.status).to.equal(202);
    return eventually(
      async () => {
        const { body: answer } = await world.call(
          tenant.token,
          'GET',
          `/api/integration/bitrix24/runs/${started.body.data.id}`,
        );
        return answer.data.state === 'finished' && answer.data;
      },
      { timeoutMs: 15_000 },
    );
  }
  const named = (name: string) => world.sql('select id from objects where name = $1', [name]);

  it('stay there by default', async () => {
    world.portal.records('deal').create({ TITLE: 'Чужая сделка' });
    await world.settled();
    await world.runJob('sweep', tenant);
    await world.settled();
    expect(await named('Чужая сделка')).to.deep.equal([]);
  });

  it('become local records by a run that asks for it, once, and never come back as new deals', async () => {
    world.portal.records('contact').create({
      NAME: 'Анна',
      LAST_NAME: 'Смирнова',
      EMAIL: [{ VALUE: 'anna@mail.example' }],
      PHONE: [{ VALUE: '8 912 111-22-33' }],
    });
    world.portal.records('company').create({ TITLE: 'ООО Клиент' });
    await world.settled();
    world.portal.journal.clear();
    expect(await run({ all: true, import_new: true })).to.include({ total: 3, done: 3, created: 3, failed: 0 });
    expect(await run({ all: true, import_new: true })).to.include({ created: 0, failed: 0 });
    await world.settled();
    expect(await named('Чужая сделка')).to.have.length(1);
    expect(await world.sql('select name, email, phone from users')).to.deep.equal([
      { name: 'Анна Смирнова', email: 'anna@mail.example', phone: '+79121112233' },
    ]);
    const [contract] = await world.sql<{ client_name: string; number: string }>(
      'select client_name, number from contracts',
    );
    expect(contract?.client_name).to.equal('ООО Клиент');
    expect(contract?.number).to.match(/^B24-\d+$/);
    expect(world.portal.records('deal').list()).to.have.length(1);
    expect(world.portal.records('contact').list()).to.have.length(1);
  });

  it('and then live as any pair: edits go both ways', async () => {
    const [object] = await named('Чужая сделка');
    const id = Number(object?.id);
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Теперь наша' });
    await world.settled();
    const deal = await world.remoteOf(tenant, 'object', id);
    expect(deal).to.include({ TITLE: 'Теперь наша' });
    world.portal.records('deal').update(Number(deal.ID), { COMMENTS: 'Заметка' });
    await world.settled();
    expect(await world.sql('select description from objects where id = $1', [id])).to.deep.equal([
      { description: 'Заметка' },
    ]);
  });

  it('are imported once although their event comes twice, when the setting is on', async () => {
    await settings({ import_new: { object: true } });
    world.portal.events.faults.doubleRate = 1;
    world.portal.records('deal').create({ TITLE: 'Дважды объявлена' });
    world.portal.events.faults.doubleRate = 0;
    await world.settled();
    expect(await named('Дважды объявлена')).to.have.length(1);
  });

  it('are the same ones when people take them back from the recycle bin: no second object is made', async () => {
    const deal = world.portal.records('deal').create({ TITLE: 'Туда и обратно', COMMENTS: 'Звонить утром' });
    await world.settled();
    const [object] = await named('Туда и обратно');
    world.portal.records('deal').delete(Number(deal.ID));
    await world.settled();
    const again = world.portal.recycleBin.restore('deal', Number(deal.ID), { event: 'told' });
    await world.settled();
    expect(await named('Туда и обратно')).to.deep.equal([object]);
    expect(
      await world.sql('select local_id, bitrix24_id, state from bitrix24_sync_mappings where bitrix24_key = $1', [
        again,
      ]),
    ).to.deep.equal([{ local_id: object?.id, bitrix24_id: String(again), state: 'linked' }]);
  });

  it('are found by the sweep when their event was lost', async () => {
    world.portal.events.faults.lossRate = 1;
    world.portal.records('deal').create({ TITLE: 'Тихая' });
    world.portal.events.faults.lossRate = 0;
    await world.runJob('sweep', tenant);
    await world.settled();
    expect(await named('Тихая')).to.have.length(1);
  });

  it('are still imported by the run when an event comes while they wait', async () => {
    await settings({});
    const deal = world.portal.records('deal').create({ TITLE: 'Ждёт импорта' });
    await world.settled();
    // The run's row waits, as behind a long queue.
    await world.sql(
      `insert into sync_queue (tenant_id, entity, side, record_id, reason, due_at)
       values ($1, 'object', 'bitrix24', $2, 'import', now() + interval '1 hour')`,
      [tenant.id, deal.ID],
    );
    world.portal.records('deal').update(Number(deal.ID), { OPPORTUNITY: 100 });
    await world.settled();
    expect(await named('Ждёт импорта')).to.have.length(1);
  });

  it('bring the fields that the administrator paired himself', async () => {
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
    await world.call(tenant.token, 'DELETE', '/api/integration/bitrix24/cache');
    const custom = [{ local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both' }];
    const answer = await settings({ import_new: { object: true }, field_map: { object: { custom } } });
    expect(answer.status).to.equal(200);
    world.portal.records('deal').create({ TITLE: 'С номером', UF_CRM_SERIAL: 'SN-1' });
    await world.settled();
    const [object] = await world.sql('select serial_number from objects where name = $1', ['С номером']);
    expect(object).to.deep.equal({ serial_number: 'SN-1' });
  });
});
