import { expect } from 'chai';
import { type SimulatedPortal, startPortal } from '../../portal/portal.ts';
import { countRequests, type ReachedPortal, reachPortal } from '../../support/portal-client.ts';

describe('the search for records that people made already', () => {
  let portal: SimulatedPortal;
  let reached: ReachedPortal;

  beforeEach(async () => {
    portal = await startPortal({ switches: { rateLimited: false } });
    reached = reachPortal(portal);
  });
  afterEach(async () => {
    reached.close();
    await portal.stop();
  });

  const contact = (email: string) =>
    Number(portal.records('contact').create({ NAME: 'Имя', EMAIL: [{ VALUE: email, VALUE_TYPE: 'WORK' }] }).ID);
  const company = (inn: string) => {
    const id = Number(portal.records('company').create({ TITLE: 'Ромашка' }).ID);
    portal.requisites.add({ kind: 'company', id }, { RQ_INN: inn });
    return id;
  };
  const range = (count: number) => Array.from({ length: count }, (_, index) => index);

  it('finds everybody by e-mail where one answer shows twenty alone', async () => {
    const ids = range(70).map((n) => contact(`u${n % 10}@mail.example`));
    const emails = range(10).map((n) => `u${n}@mail.example`);
    const found = await reached.client.findReachable('user', { emails, phones: [] });
    expect(found).to.deep.equal(ids);
  });

  it('asks for a thousand e-mails in one request', async () => {
    const emails = range(1000).map((n) => `u${n}@mail.example`);
    const id = contact('u999@mail.example');
    const requests = countRequests(portal);
    expect(await reached.client.findReachable('user', { emails, phones: [] })).to.deep.equal([id]);
    expect(requests.count).to.equal(1);
  });

  it('finds contacts for users and companies for contracts', async () => {
    const PHONE = [{ VALUE: '+79121112233', VALUE_TYPE: 'WORK' }];
    const person = Number(portal.records('contact').create({ NAME: 'Иван', PHONE }).ID);
    portal.records('company').create({ TITLE: 'Другая' });
    const firm = Number(portal.records('company').create({ TITLE: 'Ромашка', PHONE }).ID);
    const reach = { emails: [], phones: ['+79121112233'] };
    expect(await reached.client.findReachable('user', reach)).to.deep.equal([person]);
    expect(await reached.client.findReachable('contract', reach)).to.deep.equal([firm]);
    expect(await reached.client.findReachable('user', { emails: ['none@mail.example'], phones: [] })).to.deep.equal([]);
  });

  it('reads all requisites of an INN that has more than a page of them, and asks for 2,500 INN in one request', async () => {
    const ids = range(120).map(() => company('7701234567'));
    const found = await reached.client.findRequisites({ field: 'RQ_INN', values: ['7701234567', '7701234567'] });
    expect(found.map(({ companyId }) => companyId)).to.deep.equal(ids);
    const requests = countRequests(portal);
    const many = range(2500).map((n) => String(5_000_000_000 + n));
    await reached.client.findRequisites({ field: 'RQ_INN', values: many });
    expect(requests.count).to.equal(1);
  });

  it('reads the requisites of companies, not those of a contact with the same number', async () => {
    const id = company('7701234567');
    const person = contact('a@mail.example');
    expect(person).to.equal(id);
    portal.requisites.add({ kind: 'contact', id: person }, { RQ_INN: '770123456789' });
    const found = await reached.client.findRequisites({ field: 'ENTITY_ID', values: [String(id)] });
    expect(found).to.deep.equal([{ companyId: id, inn: '7701234567', kpp: null }]);
  });

  it('finds deals by a field of the tenant, and says when the portal has no such field', async () => {
    portal.store.catalogue.addUserField('deal', 'UF_CRM_IMEI', 'string', false);
    const ids = range(60).map((n) => Number(portal.records('deal').create({ TITLE: `${n}`, UF_CRM_IMEI: '356' }).ID));
    portal.records('deal').create({ TITLE: 'Без IMEI' });
    const found = await reached.client.findByField('object', { field: 'UF_CRM_IMEI', values: ['356', '357'] });
    expect(found.map(({ id }) => id)).to.deep.equal(ids);
    const missing = reached.client.findByField('object', { field: 'UF_CRM_NONE', values: ['1'] });
    expect(await missing.catch((error: unknown) => error)).to.include({ kind: 'validation' });
  });
});
