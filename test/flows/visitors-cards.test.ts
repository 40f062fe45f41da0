import { expect } from 'chai';
import { installingIn } from '../support/installing.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startNeighbour } from '../support/second-portal.ts';
import { expectClosed, openPage, people, secrets, startVisited } from '../support/visiting.ts';
import { startWorld, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';
const { manager, employee } = people;

describe('a card opens with the own token of the visitor', () => {
  let world: World;
  let site: Awaited<ReturnType<typeof startVisited>>;

  before(async () => {
    site = await startVisited();
    world = site.world;
  });
  after(() => world.stop());
  afterEach(() => site.restore());

  it('and not without one, nor with rubbish', async () => {
    const page = await site.visit(employee);
    expectClosed(await page.call('GET', site.card(), undefined, null), 'portal_token_missing');
    for (const rubbish of ['rubbish', '0'.repeat(70), '0'.repeat(5000)]) {
      expectClosed(await page.call('GET', site.card(), undefined, rubbish), 'portal_token_refused');
    }
  });

  it("and not with another visitor's, who may read it, also when that one has just read it", async () => {
    site.undo.push(world.portal.rights.deny({ kind: 'deal', action: 'read', user: employee }));
    const [allowed, denied] = [await site.visit(manager), await site.visit(employee)];
    expect((await allowed.call('GET', site.card())).status).to.equal(200);
    expectClosed(await denied.call('GET', site.card(), undefined, allowed.portalToken), 'portal_token_refused');
    expectClosed(await denied.call('GET', site.card()), 'record_closed');
  });

  it('and not with one that has run out; the next one of the frame opens it', async () => {
    const page = await site.visit(employee);
    world.oauth.tokens.expireAccess({ userId: employee });
    expectClosed(await page.call('GET', `${site.card()}/pair`), 'portal_token_refused');
    const { portalToken } = await site.visit(employee);
    expect((await page.call('GET', site.card(), undefined, portalToken)).status).to.equal(200);
  });

  it('and the portal is asked once for what a page asks together, and again after some seconds', async () => {
    const page = await site.visit(employee);
    const asked = () => world.portal.journal.calls({ method: 'crm.item.get' }).length;
    const own = () =>
      world.portal.journal.calls({ method: 'profile' }).filter(({ batchId }) => batchId !== undefined).length;
    const [before, beforeAsked] = [own(), asked()];
    await Promise.all([page.call('GET', site.card()), page.call('GET', site.card()), page.call('GET', site.card())]);
    await page.call('GET', site.card());
    expect(own() - before).to.equal(1);
    expect(asked() - beforeAsked).to.equal(1);
  });

  it('and the token is in no row and no line of the log', async () => {
    const page = await site.visit(employee);
    await page.call('GET', site.card());
    await page.call('POST', `${site.card()}/sync`);
    const tables = await world.sql<{ name: string }>(
      `select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`,
    );
    for (const { name } of tables) {
      const rows = await world.sql(`select 1 from "${name}" t where t::text like '%' || $1 || '%'`, [page.portalToken]);
      expect(rows, name).to.deep.equal([]);
    }
    expect(world.lines.join('')).not.to.include(page.portalToken);
  });
});

describe('visitors of two portals', () => {
  it('a token of another portal opens nothing, though its user has the same number there', async () => {
    const world = await startWorld({ apps: true, ...unlimited });
    const second = await startNeighbour(world, 'second');
    try {
      const driver = installingIn(world);
      const [mine, theirs] = [await world.addTenant('ООО Первая'), await world.addTenant('ООО Вторая')];
      await world.sql('insert into objects (tenant_id, name) values ($1, $2)', [mine.id, secrets.name]);
      const [app, foreign] = [await driver.install(mine), await driver.install(theirs, second)];
      await world.call(mine.token, 'POST', `${bitrix24}/sync/to`, { all: true, wait: true });
      const address = `${bitrix24}/cards/deal/${(await world.remoteOf(mine, 'object', 1)).ID}`;
      const [page, stranger] = [await openPage(world, app, employee), await openPage(world, foreign, employee)];
      expect((await page.call('GET', address)).status).to.equal(200);
      expectRefusal(await page.call('GET', address, undefined, stranger.portalToken), 403, 'portal_token_refused');
      const crossed = await stranger.call('GET', address, undefined, page.portalToken);
      expectRefusal(crossed, 403, 'portal_token_refused');
      expect(JSON.stringify(crossed.body)).not.to.include(secrets.name);
    } finally {
      await second.stop();
      await world.stop();
    }
  });
});
