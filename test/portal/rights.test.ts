import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { callHttps } from '../support/https-caller.ts';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import type { RecordKind } from './types.ts';

const typeIds: Record<RecordKind, number> = { deal: 2, contact: 3, company: 4 };
const phone = '+79161234567';

describe('rights in the simulated portal', () => {
  let pair: PortalPair;
  let ids: number[];

  before(async () => {
    pair = await startPortalPair();
    const deals = ['Первая', 'Вторая', 'Третья'].map((TITLE) => pair.portal.records('deal').create({ TITLE }));
    ids = deals.map((deal) => Number(deal.ID));
    pair.portal.records('contact').create({ NAME: 'Анна', PHONE: [{ VALUE: phone }] });
    pair.portal.records('company').create({ TITLE: 'Ромашка', PHONE: [{ VALUE: phone }] });
  });
  after(() => pair.stop());
  afterEach(() => pair.portal.rights.clear());

  async function call(method: string, params: Record<string, unknown>, userId = 1) {
    const webhook = pair.portal.addWebhook({ userId });
    const { status, body } = await callHttps(webhook.url + method, pair.portal.caPem, { json: params });
    webhook.revoke();
    return status === 200 ? body.result : `${status} ${body.error}: ${body.error_description}`;
  }
  const item = (method: string, kind: RecordKind, params: Record<string, unknown> = {}, userId = 1) =>
    call(`crm.item.${method}`, { entityTypeId: typeIds[kind], ...params }, userId);
  const listed = async (userId = 1) =>
    (await item('list', 'deal', { select: ['id'] }, userId)).items.map(({ id }: { id: number }) => id);
  const deny = (...args: Parameters<typeof pair.portal.rights.deny>) => pair.portal.rights.deny(...args);
  const refused = '400 ACCESS_DENIED: Access denied';

  describe('of a kind that may not be read', () => {
    it('fields, lists and records are refused, other kinds are not', async () => {
      deny({ kind: 'deal', action: 'read' });
      const [id] = ids;
      expect(await item('fields', 'deal')).to.equal(refused);
      expect(await item('list', 'deal')).to.equal(refused);
      expect(await item('get', 'deal', { id })).to.equal(refused);
      expect(await item('update', 'deal', { id, fields: { title: 'Иначе' } })).to.equal(refused);
      expect(await item('delete', 'deal', { id })).to.equal(refused);
      expect(await call('crm.deal.list', {})).to.equal('400 : Access denied.');
      expect(await call('crm.deal.userfield.list', {})).to.equal('400 : Access denied.');
      expect(await call('crm.category.list', { entityTypeId: 2 })).to.deep.equal({ categories: [] });
      expect((await call('crm.status.list', {})).length).to.be.greaterThan(0);
      expect((await item('list', 'contact')).items).to.have.length(1);
    });

    it('lists are empty where the portal is set so', async () => {
      deny({ kind: 'deal', action: 'read' });
      pair.portal.switches.closedKindList = 'empty';
      expect(await item('list', 'deal')).to.deep.equal({ items: [] });
      pair.portal.switches.closedKindList = 'refused';
    });

    it('duplicates are not found, and refused when no kind is left to search', async () => {
      const search = { type: 'PHONE', values: [phone] };
      const undo = deny({ kind: 'contact', action: 'read' });
      expect(await call('crm.duplicate.findbycomm', search)).to.have.keys('COMPANY');
      expect(await call('crm.duplicate.findbycomm', { ...search, entity_type: 'CONTACT' })).to.equal(
        '403 ACCESS_DENIED: Access denied',
      );
      undo();
      expect(await call('crm.duplicate.findbycomm', search)).to.have.keys('COMPANY', 'CONTACT');
    });

    it('stages are refused to a person who may read no kind at all', async () => {
      for (const kind of ['deal', 'contact', 'company'] as const) deny({ kind, action: 'read' });
      expect(await call('crm.status.list', {})).to.equal('400 : Access denied.');
    });
  });

  describe('of people to whom the CRM is closed', () => {
    it('an employee without a right to it is refused every kind, others are not', async () => {
      const undo = pair.portal.rights.closeCrm(9);
      const [id] = ids;
      for (const kind of ['deal', 'contact', 'company'] as const) {
        expect(await item('fields', kind, {}, 9)).to.equal(refused);
      }
      expect(await item('get', 'deal', { id }, 9)).to.equal(refused);
      expect(await call('crm.status.list', {}, 9)).to.equal('400 : Access denied.');
      expect((await item('get', 'deal', { id }, 7)).item.id).to.equal(id);
      expect((await call('profile', {}, 9)).ID).to.equal('9');
      undo();
      expect((await item('get', 'deal', { id }, 9)).item.id).to.equal(id);
    });

    it('a guest is told so by every method of the CRM, and may ask who he is', async () => {
      pair.portal.users.setExtranet(9, true);
      const [id] = ids;
      const guest = '403 allowed_only_intranet_user: Action is allowed only for intranet users';
      expect(await item('get', 'deal', { id }, 9)).to.equal(guest);
      expect(await call('crm.status.list', {}, 9)).to.equal(guest);
      expect((await call('profile', {}, 9)).ID).to.equal('9');
      pair.portal.users.setExtranet(9, false);
      expect((await item('get', 'deal', { id }, 9)).item.id).to.equal(id);
    });
  });

  describe('of single records', () => {
    it('lists leave them out without a word and count without them', async () => {
      const [first, second, third] = ids;
      deny({ kind: 'deal', action: 'read', ids: [second ?? 0] });
      expect(await listed()).to.deep.equal([first, third]);
      expect((await call('crm.deal.list', {})).map((row: { ID: string }) => Number(row.ID))).to.deep.equal([
        first,
        third,
      ]);
      expect(await item('get', 'deal', { id: second })).to.equal(refused);
      expect(await call('crm.deal.get', { id: second })).to.equal('400 : Access denied.');
      expect(await item('get', 'deal', { id: 999 })).to.match(/^400 NOT_FOUND/);
    });

    it('those that may be read only are shown, and changes are refused', async () => {
      const [first] = ids;
      const undo = deny({ kind: 'deal', action: 'write', ids: [first ?? 0] });
      expect((await item('get', 'deal', { id: first })).item.title).to.equal('Первая');
      expect(await item('update', 'deal', { id: first, fields: { title: 'Иначе' } })).to.equal(refused);
      expect(await call('crm.deal.update', { id: first, fields: { TITLE: 'Иначе' } })).to.equal('400 : Access denied.');
      expect(pair.portal.records('deal').get(first ?? 0).TITLE).to.equal('Первая');
      undo();
      expect((await item('update', 'deal', { id: first, fields: { title: 'Первая' } })).item.id).to.equal(first);
    });

    it('may be closed to one user and open to another', async () => {
      deny({ kind: 'deal', action: 'read', ids, user: 7 });
      expect(await listed(7)).to.deep.equal([]);
      expect(await listed(1)).to.deep.equal(ids);
      const app = pair.portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app', scopes: ['crm'] });
      const asked = { entityTypeId: 2, id: ids[0] };
      expect((await pair.rest(app, 'crm.item.get', asked, 7)).body.error).to.equal('ACCESS_DENIED');
      expect((await pair.rest(app, 'crm.item.get', asked, 1)).status).to.equal(200);
    });
  });

  it('new records are refused one by one and as a whole import', async () => {
    deny({ kind: 'deal', action: 'add' });
    expect(await item('add', 'deal', { fields: { title: 'Новая' } })).to.equal(refused);
    expect(await item('import', 'deal', { fields: { title: 'Новая' } })).to.equal(refused);
    expect(await item('batchImport', 'deal', { data: [{ title: 'Новая' }] })).to.equal(refused);
    expect(await call('crm.deal.add', { fields: { TITLE: 'Новая' } })).to.equal('400 : Access denied.');
    expect(await listed()).to.deep.equal(ids);
  });

  it('an import may be refused where single records are taken', async () => {
    deny({ kind: 'company', action: 'import' });
    expect(await item('batchImport', 'company', { data: [{ title: 'Новая' }] })).to.equal(refused);
    expect((await item('add', 'company', { fields: { title: 'Новая' } })).item.id).to.be.greaterThan(0);
  });

  it('a refused command stands among the errors of its batch, the others are executed', async () => {
    deny({ kind: 'deal', action: 'read', ids: [ids[0] ?? 0] });
    const cmd = { a: `crm.item.get?entityTypeId=2&id=${ids[0]}`, b: `crm.item.get?entityTypeId=2&id=${ids[1]}` };
    const answer = await call('batch', { cmd });
    expect(answer.result_error.a.error).to.equal('ACCESS_DENIED');
    expect(answer.result.b.item.id).to.equal(ids[1]);
  });

  describe('and events of records that the subscriber may not read', () => {
    let handler: Receiver;

    before(async () => {
      handler = await startReceiver();
      pair.portal.addOutgoingWebhook({ url: `${handler.url}/events`, events: ['ONCRMDEALUPDATE'], userId: 7 });
    });
    after(() => handler.stop());
    afterEach(() => {
      pair.portal.switches.hiddenRecordEvents = 'told';
    });

    it('are withheld from an application whose installer may not read them', async () => {
      pair.portal.switches.hiddenRecordEvents = 'withheld';
      const app = pair.portal.apps.add({ kind: 'local', handlerUrl: `${handler.url}/app`, scopes: ['crm'] });
      await pair.rest(app, 'event.bind', { event: 'ONCRMDEALADD', handler: `${handler.url}/app-events` });
      const undo = deny({ kind: 'deal', action: 'read', user: 1 });
      pair.portal.records('deal').create({ TITLE: 'Чужая' });
      undo();
      pair.portal.records('deal').create({ TITLE: 'Своя' });
      await pair.portal.events.settled();
      expect(handler.of('ONCRMDEALADD')).to.have.length(1);
    });

    const edit = async () => {
      pair.portal.records('deal').update(ids[2] ?? 0, { TITLE: `Третья ${Math.random()}` });
      await pair.portal.events.settled();
    };

    it('come all the same', async () => {
      deny({ kind: 'deal', action: 'read', user: 7 });
      await edit();
      await eventually(() => handler.of('ONCRMDEALUPDATE').length === 1);
    });

    it('are withheld where the portal is set so', async () => {
      pair.portal.switches.hiddenRecordEvents = 'withheld';
      const undo = deny({ kind: 'deal', action: 'read', user: 7 });
      await edit();
      expect(handler.of('ONCRMDEALUPDATE')).to.have.length(1);
      undo();
      await edit();
      expect(handler.of('ONCRMDEALUPDATE')).to.have.length(2);
    });
  });
});
