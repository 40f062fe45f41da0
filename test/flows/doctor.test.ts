import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const doctor = '/api/integration/bitrix24/doctor';

interface Shown {
  check: string;
  state: string;
  saw: string;
  advice: string | null;
  repairable: boolean;
}

describe('the doctor of an installed application', () => {
  let world: World;
  let tenant: Tenant;
  let app: ReturnType<ReturnType<typeof installingIn>['addApp']>;

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    const installing = installingIn(world);
    app = await installing.install(tenant);
    await installing.bound(tenant.token);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз' });
    await installing.quiet();
  });
  after(() => world.stop());

  async function look(language = 'en'): Promise<Record<string, Shown>> {
    const answer = await world.call(tenant.token, 'GET', doctor, undefined, { 'accept-language': language });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return byName(answer.body.data.checks);
  }

  const byName = (checks: Shown[]) => Object.fromEntries(checks.map((one) => [one.check, one]));

  async function mend(...checks: string[]) {
    const answer = await world.call(tenant.token, 'POST', `${doctor}/repair`, { checks }, { 'accept-language': 'en' });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return { repairs: answer.body.data.repairs, after: byName(answer.body.data.checks) };
  }

  it('finds everything in order, in both languages, by a few requests one after another', async () => {
    world.portal.journal.clear();
    const found = await look();
    const wrong = Object.values(found).filter(({ state }) => state !== 'ok');
    // The app of this world is reached by http.
    expect(wrong.map(({ check, state }) => `${check} ${state}`)).to.deep.equal(['address warning']);
    expect(world.portal.journal.calls({ method: /^crm\..*\.(add|update|delete)$/ })).to.deep.equal([]);
    const english = Object.values(found).map(({ saw }) => saw.replace('Анна Серова', ''));
    for (const saw of english) expect(saw).to.not.match(/[а-яё]/i);
    for (const { saw } of Object.values(await look('ru'))) expect(saw).to.match(/[а-яё]/i);
  });

  it('a trial event goes to the portal and comes back, and leaves no error', async () => {
    const { round_trip: trip } = await look();
    expect(trip).to.include({ state: 'ok', advice: null });
    expect(trip?.saw).to.match(/^A trial event arrived within \d\.\d s$/);
    expect(await world.sql('select 1 from event_probes where seen_at is null')).to.deep.equal([]);
    expect(await world.sql('select 1 from integration_errors')).to.deep.equal([]);
  });

  it('events and tabs that are gone are named, bound again, and twice is as good as once', async () => {
    app.record.bindings = app.record.bindings.filter(({ event }) => !event.startsWith('ONCRMCONTACT'));
    app.record.placements = app.record.placements.filter(
      ({ placement }) => placement.toUpperCase() !== 'CRM_DEAL_DETAIL_TAB',
    );
    const found = await look();
    expect(found.events).to.include({ state: 'broken', repairable: true });
    expect(found.events?.saw).to.include('ONCRMCONTACTADD');
    expect(found.placements).to.include({
      state: 'broken',
      saw: 'Missing tabs: CRM_DEAL_DETAIL_TAB',
      repairable: true,
    });
    for (let time = 0; time < 2; time += 1) {
      const { repairs, after } = await mend('events', 'placements');
      expect(repairs).to.deep.equal([
        { check: 'events', done: true, error: null, code: null },
        { check: 'placements', done: true, error: null, code: null },
      ]);
      expect([after.events?.state, after.placements?.state]).to.deep.equal(['ok', 'ok']);
    }
    const contacts = app.record.bindings.filter(({ event }) => event === 'ONCRMCONTACTADD');
    expect(contacts.filter(({ isOffline }) => !isOffline)).to.have.length(1);
  });

  it('a portal that cannot be reached is said once for all that ask it; the others are looked at', async () => {
    world.portal.faults.isDown = true;
    const found = await look();
    world.portal.faults.clear();
    const unknown = Object.values(found).filter(({ state }) => state === 'unknown');
    expect(unknown.map(({ check }) => check)).to.include.members(['installation', 'rights', 'events', 'clock', 'plan']);
    expect(new Set(unknown.map(({ saw }) => saw)).size).to.equal(1);
    for (const check of ['token', 'limits', 'schema', 'duplicates']) expect(found[check]?.state, check).to.equal('ok');
    expect((await look()).installation?.state).to.equal('ok');
  });

  it('an event that does not arrive is told with the address that the portal has to reach', async () => {
    world.portal.events.faults.lossRate = 1;
    const { round_trip: trip } = await look();
    world.portal.events.faults.lossRate = 0;
    expect(trip).to.include({ state: 'broken', repairable: false, saw: 'A trial event did not arrive within 10 s' });
    expect(trip?.advice).to.include(`${world.config.publicUrl}/bitrix24/events`);
  });

  it('a right that was taken away is named, with the way to give it back', async () => {
    app.setScopes(['crm', 'user_brief']);
    const { rights } = await look();
    app.setScopes(['crm', 'placement', 'user_brief']);
    expect(rights).to.include({ state: 'broken', saw: 'Missing permissions: placement', repairable: false });
    expect(rights?.advice).to.include('Reinstall');
    expect((await look()).rights?.state).to.equal('ok');
  });

  it('a plan that ends is told in time', async () => {
    world.portal.setPlan({ daysLeft: 3 });
    const { plan } = await look();
    world.portal.setPlan({ daysLeft: null });
    expect(plan).to.include({ state: 'warning', advice: 'Renew the plan or the subscription in the portal' });
    expect(plan?.saw).to.include('days left: 3');
  });

  it('a filter on the time of change that the portal passes over is found, and found again when it works', async () => {
    world.portal.switches.timeFilters = 'dropped';
    expect((await look()).changed_filter).to.include({ state: 'warning', repairable: false });
    world.portal.switches.timeFilters = 'honoured';
    expect((await look()).changed_filter).to.include({ state: 'ok' });
  });

  it('surplus records of one origin are counted; once they are deleted, another look mends it', async () => {
    const [mapping] = await world.sql<{ local_id: number; bitrix24_id: string }>(
      `select local_id, bitrix24_id from bitrix24_sync_mappings where tenant_id = $1 and local_type = 'object'`,
      [tenant.id],
    );
    const { ORIGINATOR_ID, ORIGIN_ID } = world.portal.records('deal').get(Number(mapping?.bitrix24_id)) ?? {};
    const surplus = world.portal.records('deal').create({ TITLE: 'Копия', ORIGINATOR_ID, ORIGIN_ID });
    await world.runJob('duplicate_check', tenant);
    expect((await look()).duplicates).to.include({ state: 'broken', repairable: true });
    world.portal.records('deal').delete(Number(surplus.ID));
    await world.settled();
    const { repairs, after } = await mend('duplicates');
    expect(repairs[0]).to.include({ done: true });
    expect(after.duplicates?.state).to.equal('ok');
    await world.settled();
    expect((await look()).duplicates?.state).to.equal('ok');
  });

  it('tokens that were not renewed for weeks are told, and renewed on request, once for each request', async () => {
    const age = async () =>
      (await world.sql<{ at: Date }>('select refreshed_at as at from bitrix24_installations'))[0]?.at;
    await world.sql(`update bitrix24_installations set refreshed_at = now() - interval '22 days'`);
    expect((await look()).token).to.include({
      ...{ state: 'warning', repairable: true, saw: 'Days since the tokens were renewed: 22' },
    });
    const before = await age();
    const { repairs, after } = await mend('token');
    expect(repairs).to.deep.equal([{ check: 'token', done: true, error: null, code: null }]);
    expect(after.token?.state).to.equal('ok');
    expect(Number(await age())).to.be.above(Number(before));
  });

  it('what cannot be mended from here is refused as a whole, and people who are no administrators may not look', async () => {
    const secret = world.config.jwtSecret ?? '';
    const user = mintToken(secret, { tenantId: tenant.id, role: 'user', subject: 'u' }, 1);
    expect((await world.call(user, 'GET', doctor)).status).to.equal(403);
    const answer = await world.call(tenant.token, 'POST', `${doctor}/repair`, { checks: ['events', 'plan'] });
    expect([answer.status, answer.body.code]).to.deep.equal([400, 'invalid_request']);
  });
});

describe('the doctor of a company with a webhook', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(() => world.stop());

  async function look(check: string): Promise<Shown> {
    const { body } = await world.call(tenant.token, 'GET', doctor, undefined, { 'accept-language': 'en' });
    const found = (body.data.checks as Shown[]).find((one) => one.check === check);
    return found ?? expect.fail(`No check ${check}`);
  }

  it('names its owner who is no administrator of the portal', async () => {
    world.portal.users.setAdmin(1, false);
    const found = await look('administrator');
    world.portal.users.setAdmin(1, true);
    expect(found).to.include({ state: 'warning', repairable: false });
    expect(found.saw).to.equal('Анна Серова is no administrator of the portal: some records may not be seen');
    expect(found.advice).to.include('make the webhook as an administrator');
    expect((await look('administrator')).state).to.equal('ok');
  });

  it('tells how far the clocks of server and portal are apart, whatever the portal’s time zone', async () => {
    world.portal.switches.offsetMinutes = -570;
    const right = await look('clock');
    world.portal.clock.aheadMs = 600_000;
    const late = await look('clock');
    world.portal.clock.aheadMs = 0;
    world.portal.switches.offsetMinutes = 180;
    expect(right).to.include({ state: 'ok', advice: null });
    expect(right.saw).to.match(/0 s apart; the portal's time zone is -09:30$/);
    expect(late.state).to.equal('broken');
    expect(late.saw).to.match(/ (599|600|601) s apart/);
    expect(late.advice).to.include('NTP');
  });

  it('tells that a method’s time is nearly used up, and until when the portal asked to wait', async () => {
    const lane = (level: number, blocked: string | null) =>
      world.sql(
        `insert into portal_limits (portal, lane, level, blocked_until) values ($1, 'method:crm.item.batchimport', $2, $3)
         on conflict (portal, lane) do update set level = excluded.level, blocked_until = excluded.blocked_until, refreshed_at = now()`,
        [world.portal.host, level, blocked],
      );
    await lane(400, null);
    const full = await look('limits');
    const until = new Date(Date.now() + 300_000).toISOString();
    await lane(0, until);
    const blocked = await look('limits');
    await world.sql(`delete from portal_limits where lane = 'method:crm.item.batchimport'`);
    expect([full.state, blocked.state]).to.deep.equal(['warning', 'warning']);
    expect(full.saw).to.match(/^9\d % of the portal's limits are in use$/);
    expect(blocked.saw).to.include(`the portal asked to wait until ${until}`);
    expect((await look('limits')).state).to.equal('ok');
  });

  it('finds a field of the map that the portal has no more, and that it is back after another reading', async () => {
    const fields = world.portal.store.catalogue;
    fields.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
    const settings = '/api/integration/bitrix24/settings';
    const custom = [{ local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both' }];
    await world.call(tenant.token, 'DELETE', '/api/integration/bitrix24/cache');
    const saved = await world.call(tenant.token, 'PUT', settings, { field_map: { object: { custom } } });
    expect(saved.status, JSON.stringify(saved.body)).to.equal(200);
    const mend = () => world.call(tenant.token, 'POST', `${doctor}/repair`, { checks: ['schema'] });
    await mend();
    expect((await look('schema')).state).to.equal('ok');
    fields.removeUserField('deal', 'UF_CRM_SERIAL');
    await mend();
    expect(await look('schema')).to.include({
      ...{ state: 'broken', repairable: true, saw: "Changes of the portal's fields that touch the field map: 1" },
    });
    fields.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
    await mend();
    expect((await look('schema')).state).to.equal('ok');
  });
});

describe('the doctor of other companies', () => {
  let world: World;

  before(async () => {
    world = await startWorld(unlimited);
  });
  after(() => world.stop());

  it('says of a company without a portal that there is none', async () => {
    const tenant = await world.addTenant();
    const { body } = await world.call(tenant.token, 'GET', doctor, undefined, { 'accept-language': 'en' });
    expect(new Set(body.data.checks.map(({ saw }: Shown) => saw))).to.deep.equal(new Set(['No portal is connected']));
  });

  it('looks at a webhook: what only applications have is no fault of it, a missing outgoing webhook is told', async () => {
    const tenant = await world.addTenant();
    await world.connect(tenant);
    const { body } = await world.call(tenant.token, 'GET', doctor, undefined, { 'accept-language': 'en' });
    const states = Object.fromEntries(body.data.checks.map(({ check, state }: Shown) => [check, state]));
    expect(states).to.include({ installation: 'ok', rights: 'ok', token: 'ok', placements: 'ok', clock: 'ok' });
    expect(states).to.include({ events: 'warning', round_trip: 'unknown' });
    await world.connectWithEvents(tenant);
    const again = await world.call(tenant.token, 'GET', doctor);
    expect(again.body.data.checks.find(({ check }: Shown) => check === 'events').state).to.equal('ok');
  });
});
