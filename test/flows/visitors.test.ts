import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import { eventually } from '../support/eventually.ts';
import { expectRefusal } from '../support/refusal.ts';
import { expectClosed, type OpenedPage, people, secrets, startVisited } from '../support/visiting.ts';
import type { World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';
const { administrator, manager, employee } = people;

describe('what people in the portal may see and do in our pages', () => {
  let world: World;
  let site: Awaited<ReturnType<typeof startVisited>>;

  before(async () => {
    site = await startVisited();
    world = site.world;
  });
  after(() => world.stop());
  afterEach(() => site.restore());

  describe('an employee', () => {
    let page: OpenedPage;
    beforeEach(async () => {
      page = await site.visit(employee);
      expect(page.session.body.data).to.include({ role: 'user', is_portal_admin: false, sees: 'cards', edits: false });
    });

    it('sees the card of a deal that the portal shows to him, and synchronises it', async () => {
      const { status, body } = await page.call('GET', site.card());
      expect(status, JSON.stringify(body)).to.equal(200);
      expect(body.data.mapping.local_name).to.equal(secrets.name);
      const pair = await page.call('GET', `${site.card()}/pair`);
      expect(pair.body.data.record).to.include({ name: secrets.name });
      world.portal.records('deal').update(site.dealId, { TITLE: `${secrets.name} 2 (договор Д-17)` });
      expect((await page.call('POST', `${site.card()}/sync`)).status).to.equal(200);
      expect((await page.call('GET', `${site.card()}/pair`)).body.data.record).to.include({
        name: `${secrets.name} 2`,
      });
      await world.sql('update objects set name = $1 where id = 1', [secrets.name]);
      await world.settled();
    });

    it("sees of the object's contract what the deal shows, and not its client", async () => {
      const { body } = await page.call('GET', `${site.card()}/pair`);
      expect(body.data.contract).to.include({ number: 'Д-17', client_name: null });
      const whole = await (await site.visit(administrator)).call('GET', `${site.card()}/pair`);
      expect(whole.body.data.contract).to.include({ client_name: 'ООО Тайный клиент' });
    });

    it('without the right to the deal gets 403 and no value of it, in each of its addresses', async () => {
      site.undo.push(world.portal.rights.deny({ kind: 'deal', action: 'read', ids: [site.dealId], user: employee }));
      expectClosed(await page.call('GET', site.card()), 'record_closed');
      expectClosed(await page.call('GET', `${site.card()}/pair`), 'record_closed');
      expectClosed(await page.call('POST', `${site.card()}/sync`), 'record_closed');
      await site.allow({ employee_edits: true });
      expectClosed(await page.call('GET', `${site.card()}/candidates`), 'record_closed');
      expectClosed(await page.call('POST', `${site.card()}/create`), 'record_closed');
      expectClosed(await page.call('POST', `${site.card()}/link`, { local_id: 1 }), 'record_closed');
    });

    it('without the right to contacts opens no contact by its id, and a manager does', async () => {
      const contact = Number((await world.remoteOf(site.tenant, 'user', 1)).ID);
      site.undo.push(world.portal.rights.deny({ kind: 'contact', action: 'read', user: employee }));
      expectClosed(await page.call('GET', `${site.card(contact, 'contact')}/pair`), 'record_closed');
      const seen = await (await site.visit(manager)).call('GET', `${site.card(contact, 'contact')}/pair`);
      expect(seen.body.data.record).to.include({ phone: secrets.phone });
    });

    it('who may read the deal sees no list, conflict, error, phone or setting, and changes no record', async () => {
      const closed = [
        ['GET', '/api/objects'],
        ['GET', '/api/objects/1'],
        ['GET', '/api/users'],
        ['GET', '/api/users/1'],
        ['GET', `${bitrix24}/mappings`],
        ['GET', `${bitrix24}/mappings/1`],
        ['GET', `${bitrix24}/mappings/1/history`],
        ['GET', `${bitrix24}/conflicts`],
        ['GET', '/api/integration/errors'],
        ['GET', `${bitrix24}/stats`],
        ['GET', `${bitrix24}/settings`],
        ['PUT', '/api/objects/1', { name: 'Чужое' }],
        ['POST', '/api/objects', { name: 'Чужое' }],
        ['DELETE', '/api/objects/1'],
      ] as const;
      for (const [method, address, body] of closed) {
        expectClosed(await page.call(method, address, body), 'lists_not_granted');
      }
      expectClosed(await page.call('GET', `${site.card()}/candidates`), 'edits_not_granted');
      expectClosed(await page.call('POST', `${site.card()}/link`, { local_id: 1 }), 'edits_not_granted');
      expect(await world.sql('select name from objects')).to.deep.equal([{ name: secrets.name }]);
    });

    it('sees lists when an administrator grants them, and changes records only when that is granted too', async () => {
      await site.allow({ employee: 'lists' });
      expect((await page.call('GET', '/api/users/1')).body.data).to.include({ phone: secrets.phone });
      expect((await page.call('GET', `${bitrix24}/mappings`)).status).to.equal(200);
      expectClosed(await page.call('PUT', '/api/objects/1', { name: 'Ещё нет' }), 'edits_not_granted');
      expectRefusal(await page.call('PUT', `${bitrix24}/settings`, {}), 403, 'role_required');
      await site.allow({ employee: 'lists', employee_edits: true });
      expect((await page.call('PUT', '/api/objects/1', { description: 'Правка' })).status).to.equal(200);
      await world.settled();
    });

    it('loses a grant with the next request, in the session that he has', async () => {
      await site.allow({ employee: 'lists', employee_edits: true });
      expect((await page.call('GET', `${bitrix24}/mappings`)).status).to.equal(200);
      await site.allow({});
      expectClosed(await page.call('GET', `${bitrix24}/mappings`), 'lists_not_granted');
      expectClosed(await page.call('PUT', '/api/objects/1', { name: 'Поздно' }), 'lists_not_granted');
      await site.allow({ employee: 'none' });
      expectClosed(await page.call('GET', site.card()), 'visitors_not_admitted');
      expectClosed(await page.call('GET', `${bitrix24}/health`), 'visitors_not_admitted');
      expectClosed((await site.visit(employee)).session, 'visitors_not_admitted');
    });

    it('learns of the connection whether it works, and nothing of other records', async () => {
      const { status, body } = await page.call('GET', `${bitrix24}/health`);
      expect(status).to.equal(200);
      expect(body.data).to.include({ status: 'healthy' });
      expect(body.data).not.to.have.any.keys('last_error', 'queue', 'held', 'complete_until');
    });

    it('finds no card behind an id that the portal does not have', async () => {
      expectRefusal(await page.call('GET', site.card(987_654)), 404, 'not_found');
    });
  });

  describe('people to whom the CRM is closed', () => {
    let opened: [OpenedPage, OpenedPage];
    before(async () => {
      opened = [await site.visit(employee), await site.visit(manager)];
    });

    /** Who somebody is remembered for some seconds. */
    const refusedSession = (code: string) =>
      eventually(async () => {
        const { session } = await site.visit(employee);
        expectClosed(session, code);
        return session;
      });

    it('a guest of the portal gets no session, and is told whom to ask', async () => {
      world.portal.users.setExtranet(employee, true);
      site.undo.push(() => world.portal.users.setExtranet(employee, false));
      const session = await refusedSession('extranet_guest');
      expect(session.body.error).to.include('администратора портала');
    });

    it('an employee without the CRM gets no session, and is told whom to ask', async () => {
      site.undo.push(world.portal.rights.closeCrm(employee));
      const session = await refusedSession('crm_closed');
      expect(session.body.error).to.include('администратора портала');
    });

    it('in a session that was opened before, the card is refused', async () => {
      const [page, guest] = opened;
      site.undo.push(world.portal.rights.closeCrm(employee));
      expectClosed(await page.call('GET', site.card()), 'record_closed');
      world.portal.users.setExtranet(manager, true);
      site.undo.push(() => world.portal.users.setExtranet(manager, false));
      expectClosed(await guest.call('GET', site.card()), 'extranet_guest');
    });
  });

  describe('an administrator of the portal', () => {
    it('may do everything, unless the company says otherwise', async () => {
      const page = await site.visit(administrator);
      expect(page.session.body.data).to.include({ role: 'admin', sees: 'all', edits: true });
      expect((await page.call('GET', `${bitrix24}/mappings`)).status).to.equal(200);
      expect((await page.call('GET', `${bitrix24}/settings`)).status).to.equal(200);
      await site.allow({ administrator: 'lists' });
      expect((await page.call('GET', `${bitrix24}/mappings`)).status).to.equal(200);
      expectClosed(await page.call('PUT', `${bitrix24}/settings`, {}), 'administrators_only');
      expectClosed(await page.call('PUT', '/api/objects/1', { name: 'Нет' }), 'edits_not_granted');
      await site.allow({ administrator: 'cards' });
      expectClosed(await page.call('GET', `${bitrix24}/mappings`), 'lists_not_granted');
      expect((await page.call('GET', site.card())).status).to.equal(200);
    });

    it('cannot lock all administrators out from the page in the portal', async () => {
      const page = await site.visit(administrator);
      const answer = await page.call('PUT', `${bitrix24}/settings`, { portal_access: { administrator: 'cards' } });
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.error).to.include('portal_access.administrator');
      const kept = await page.call('PUT', `${bitrix24}/settings`, { portal_access: { employee: 'lists' } });
      expect(kept.body.data.portal_access).to.deep.equal({
        employee: 'lists',
        employee_edits: false,
        administrator: 'all',
      });
    });
  });

  it('rules that make no sense are refused with a sentence, and nothing changes', async () => {
    const wrong = [
      [{ employee: 'all' }, 'portal_access.employee'],
      [{ employee_edits: 'yes' }, 'portal_access.employee_edits'],
      [{ administrators: 'all' }, 'portal_access'],
      [{ employee: 'none', employee_edits: true }, 'portal_access.employee_edits'],
    ] as const;
    for (const [portal_access, place] of wrong) {
      const answer = await world.call(site.tenant.token, 'PUT', `${bitrix24}/settings`, { portal_access });
      expectRefusal(answer, 400, 'invalid_request');
      expect(JSON.stringify(answer.body)).to.include(place);
    }
    const { body } = await world.call(site.tenant.token, 'GET', `${bitrix24}/settings`);
    expect(body.data.portal_access).to.deep.equal({ employee: 'cards', employee_edits: false, administrator: 'all' });
  });

  it('the JWTs of the CRM itself keep their meaning: a user changes records, and needs no token of the portal', async () => {
    const token = mintToken(world.config.jwtSecret ?? '', { tenantId: site.tenant.id, role: 'user', subject: 'm' }, 1);
    expect((await world.call(token, 'GET', site.card())).status).to.equal(200);
    expect((await world.call(token, 'PUT', '/api/objects/1', { description: 'Своя' })).status).to.equal(200);
    expect((await world.call(token, 'GET', `${bitrix24}/mappings`)).status).to.equal(200);
    await world.settled();
  });
});
