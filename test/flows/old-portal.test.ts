import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('a portal that keeps no e-mails and phones in items', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  beforeEach(async () => {
    world = await startWorld({ ...unlimited, portal: { switches: { rateLimited: false, fmInItems: false } } });
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
  });
  afterEach(() => world.stop());

  const setup = () =>
    world.call(tenant.token, 'POST', '/api/integration/bitrix24/setup', { webhook_url: tenant.webhookUrl });
  const insert = () =>
    world.sql(
      `with a as (insert into users (tenant_id, name, email)
         select $1, 'Анна Смирнова ' || n, 'anna' || n || '@mail.example' from generate_series(1, 5) n)
       insert into objects (tenant_id, name) values ($1, 'Камаз')`,
      [tenant.id],
    );
  const contacts = () => world.portal.records('contact').list();
  const update = async () => {
    world.portal.switches.fmInItems = true;
    await world.skipWaits();
    await world.settled();
  };

  it('is named at the set-up, and contacts and companies wait while deals are made', async () => {
    world.portal.records('contact').create({ NAME: 'Пётр' });
    const answer = await setup();
    expect(answer.status).to.equal(200);
    const [warning] = answer.body.data.warnings;
    expect(warning).to.include({ code: 'portal_too_old', kind: 'user' });
    expect(warning.message).to.match(/^Портал слишком старый: .*почту и телефоны/);
    await insert();
    await eventually(() => expect(world.portal.records('deal').list()).to.have.length(1));
    await eventually(async () => {
      const waiting = await world.sql(`select 1 from sync_queue where entity = 'user' and waits_for like 'kind:user%'`);
      expect(waiting).to.have.length(5);
    });
    expect(contacts()).to.have.length(1);
    expect(await failures.openErrors()).to.deep.equal([]);
    expect(await failures.health()).to.include({ status: 'degraded' });
  });

  it('without a single contact makes none that lacks its e-mail, and all of them once it is updated', async () => {
    await setup();
    await insert();
    await failures.faultOpened('kind', 'user:add');
    expect(contacts()).to.deep.equal([]);
    expect(await failures.openErrors()).to.deep.equal([]);
    await update();
    expect(contacts()).to.have.length(5);
    const stored = world.portal.store.all('contact').map(({ multifields }) => multifields.map(({ value }) => value));
    expect(stored.every((values) => values.length === 1)).to.equal(true);
    expect(await failures.openFaults()).to.deep.equal([]);
    expect(await world.sql('select 1 from users where email is null')).to.deep.equal([]);
  });
});
