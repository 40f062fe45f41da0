import { expect } from 'chai';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { findValues } from '../support/find-values.ts';
import { installingIn } from '../support/installing.ts';
import { matchingOf } from '../support/matching.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

/** Records of the CRM itself, which the CRM keeps. */
const ownTables = ['objects', 'users', 'contracts'];

describe('a portal that removes the app and asks to be forgotten', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let my: ReturnType<typeof matchingOf>;
  let driver: ReturnType<typeof installingIn>;
  /** Names, addresses and numbers of people in the portal, those of former days too. */
  const people: string[] = [];

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    driver = installingIn(world);
    tenant = await world.addTenant();
    app = await driver.install(tenant);
    my = matchingOf(world, tenant);
  });
  after(() => world.stop());

  const contacts = () => world.portal.records('contact');
  const post = (path: string, body: object) => my.call('POST', `/api/integration/bitrix24/${path}`, body);
  const remember = (...values: string[]) => {
    people.push(...values);
    return values;
  };

  async function editedPerson(): Promise<number> {
    const [first = '', last = '', email = ''] = remember('Аглая', 'Семибратова', 'aglaya@semibratova.example');
    const id = await my.addUser({ name: `${first} ${last}`, email });
    const [married = ''] = remember('Тринадцатова');
    contacts().update(Number(await my.pairOf('user', id)), { LAST_NAME: married });
    await world.settled();
    return id;
  }

  async function contestedPerson(): Promise<void> {
    const [ours = '', theirs = ''] = remember('Кузьма Правдин', 'Лукин');
    const id = await my.addUser({ name: 'Пётр Петров', email: 'petr@one.example' });
    const contact = Number(await my.pairOf('user', id));
    await world.stopApp();
    await world.sql('update users set name = $1 where id = $2', [ours, id]);
    contacts().update(contact, { LAST_NAME: theirs });
    await world.startApp();
    await world.settled();
  }

  async function refusedPerson(): Promise<void> {
    const [name = '', email = ''] = remember('Евлампий Отказов', 'evlampy@otkazov.example');
    const mend = world.portal.faults.add({
      method: 'crm.item.add',
      action: { kind: 'refuse', status: 400, error: 'ERROR_CORE', description: `Wrong value ${email}` },
    });
    await my.addUser({ name, email });
    mend();
  }

  async function doubtfulPerson(): Promise<void> {
    const [first = '', last = '', phone = ''] = remember('Ферапонт', 'Нездешний', '+74957650001');
    my.contact(first, last, { phone: [phone] });
    await my.addUser({ name: 'Другой Человек', phone: '8 (495) 765-00-01' });
  }

  /** The portal's own words of a fault, as people were told of it. */
  async function toldPerson(): Promise<void> {
    const [name = ''] = remember('Сысой Оповещённый');
    await world.sql(
      `with alert as (
         insert into alerts (tenant_id, cause, since, what, advice)
         values ($1, 'fault_open', now(), jsonb_build_object('ru', $2::text, 'en', $2::text), '{"ru": "", "en": ""}'))
       insert into alert_deliveries (tenant_id, event, cause, channel, recipient, message)
       values ($1, 'begin', 'fault_open', 'bitrix24', '1', jsonb_build_object('text', $2::text)),
              ($1, 'digest', null, 'bitrix24', '1', jsonb_build_object('text', $2::text)),
              ($1, 'begin', 'connection_lost', 'bitrix24', '1', '{"text": "kept"}')`,
      [tenant.id, name],
    );
  }

  it('leaves no value of its people beside the records of the CRM, and the lines that tell what happened', async () => {
    const id = await editedPerson();
    await contestedPerson();
    await refusedPerson();
    await doubtfulPerson();
    await toldPerson();
    await post('sync/to', { sync_users: true, dry_run: true, wait: true });
    await my.call('DELETE', `/api/integration/bitrix24/mappings/${await mappingOf(id)}`);
    await world.settled();

    const before = await findValues(world, people, ownTables);
    const seenIn = new Set(before.map((line) => line.slice(0, line.indexOf(':'))));
    for (const table of [
      'sync_log',
      'sync_conflicts',
      'integration_errors',
      'sync_matches',
      'bitrix24_sync_mappings',
      'alerts',
      'alert_deliveries',
    ])
      expect(seenIn, 'or this test proves nothing').to.include(`public.${table}`);
    const lines = await world.sql('select operation, local_id from sync_log order by id');

    app.uninstall({ clean: true });
    await eventually(
      async () => (await world.sql('select state from bitrix24_installations'))[0]?.state === 'uninstalled',
    );
    expect(await findValues(world, people, ownTables)).to.deep.equal([]);
    expect(await world.sql('select operation, local_id from sync_log order by id')).to.deep.equal(lines);
    expect(await findValues(world, ['Тринадцатова'], [])).to.have.length(1);
    // That the portal is gone is told all the same.
    expect(await world.sql('select cause from alert_deliveries')).to.deep.equal([{ cause: 'connection_lost' }]);
  });

  it('is forgotten once more when what was under way has ended', async () => {
    await world.sql(
      `insert into sync_log (tenant_id, entity, local_id, direction, operation, changes)
       values ($1, 'user', 1, 'to_bitrix', 'update', '{"name": {"before": null, "after": "Аглая"}}')`,
      [tenant.id],
    );
    await world.sql('update bitrix24_installations set erasure_owed = true');
    await world.runJob('reconcile', tenant);
    expect(await findValues(world, people, ownTables)).to.deep.equal([]);
    expect(await world.sql('select 1 from bitrix24_installations where erasure_owed')).to.deep.equal([]);
  });

  it('is known again when it installs the app anew: no record is doubled, and no value is lost', async () => {
    const count = contacts().list().length;
    contacts().update(1, { LAST_NAME: 'Четырнадцатова' });
    await driver.install(tenant);
    await post('sync/to', { sync_users: true, wait: true });
    await world.settled();
    // The refused one is made now.
    expect(contacts().list()).to.have.length(count + 1);
    const names = (await world.sql<{ name: string }>('select name from users')).map(({ name }) => name);
    expect(names).to.include('Аглая Тринадцатова');
    expect(contacts().get(1)).to.include({ LAST_NAME: 'Четырнадцатова' });
    const conflicts = await world.sql(`select 1 from sync_conflicts where state = 'open' and policy = 'fill_only'`);
    expect(conflicts).to.have.length.greaterThan(0);
  });

  async function mappingOf(localId: number): Promise<unknown> {
    const [row] = await world.sql('select id from bitrix24_sync_mappings where local_type = $1 and local_id = $2', [
      'user',
      localId,
    ]);
    return row?.id;
  }
});
