import { expect } from 'chai';
import { type SimulatedPortal, startPortal } from '../portal/portal.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const howMany = 30;

describe(`${howMany} portals side by side`, function () {
  this.timeout(180_000);
  let world: World;
  const sites: { portal: SimulatedPortal; tenant: Tenant }[] = [];

  before(async () => {
    const own = { switches: { rateLimited: false } };
    world = await startWorld({ apps: true, portal: own, bucket: { size: 1000, drain: 1000 } });
    const driver = installingIn(world);
    for (let n = 0; n < howMany; n += 1) {
      const memberId = n.toString(16).padStart(32, '0');
      sites.push({
        portal: await startPortal({ ...own, oauth: world.oauth, memberId }),
        tenant: await world.addTenant(`Компания ${n}`),
      });
    }
    for (let at = 0; at < howMany; at += 10) {
      await Promise.all(sites.slice(at, at + 10).map(({ tenant, portal }) => driver.install(tenant, portal)));
    }
  });
  after(async () => {
    await Promise.all(sites.map(({ portal }) => portal.stop()));
    await world.stop();
  });

  it('each get their own company’s records alone', async () => {
    await world.sql(
      `insert into objects (tenant_id, name) select id, name || ', объект ' || n from companies, generate_series(1, 3) n`,
    );
    await world.settled(60_000);
    for (const [n, { portal }] of sites.entries()) {
      const titles = portal
        .records('deal')
        .list()
        .map(({ TITLE }) => TITLE);
      expect(titles.sort()).to.deep.equal([1, 2, 3].map((k) => `Компания ${n}, объект ${k}`));
    }
  });

  it('are heard at the same time, each by its own company', async () => {
    for (const [n, { portal }] of sites.entries()) portal.records('deal').update(1, { TITLE: `Портал ${n}` });
    await eventually(
      async () => {
        const [row] = await world.sql(`select count(*)::int as count from objects where name like 'Портал %'`);
        return row?.count === howMany;
      },
      { timeoutMs: 30_000 },
    );
    const wrong = await world.sql(
      `select o.id from objects o join companies c on c.id = o.tenant_id
        where o.name like 'Портал %' and o.name <> 'Портал ' || split_part(c.name, ' ', 2)`,
    );
    expect(wrong).to.deep.equal([]);
  });

  it('never use each other’s tokens', () => {
    for (const { portal } of sites) {
      const refused = portal.journal.calls().filter(({ status }) => status === 401 || status === 403);
      expect(refused).to.deep.equal([]);
    }
  });

  it('show each company its own portal', async () => {
    for (const { portal, tenant } of [sites[0], sites[17], sites[29]].flatMap((site) => site ?? [])) {
      const { body } = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/installation');
      expect(body.data).to.include({ portal: portal.host, member_id: portal.memberId });
      const list = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/mappings');
      expect(list.body.data.pagination.total).to.equal(3);
    }
  });
});
