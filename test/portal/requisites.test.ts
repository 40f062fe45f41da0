import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';

describe('requisites in the simulated portal', () => {
  let pair: PortalPair;
  let companyId: number;
  let contactId: number;

  before(async () => {
    pair = await startPortalPair();
    const { portal } = pair;
    companyId = Number(portal.records('company').create({ TITLE: 'Ромашка' }).ID);
    contactId = Number(portal.records('contact').create({ NAME: 'Анна' }).ID);
    portal.requisites.add({ kind: 'company', id: companyId }, { RQ_INN: '7701234567', RQ_KPP: '770101001' });
    portal.requisites.add({ kind: 'company', id: companyId }, { RQ_INN: '7701234567', RQ_KPP: '780201001' });
    portal.requisites.add({ kind: 'contact', id: contactId }, { RQ_INN: '770123456789' });
  });
  after(() => pair.stop());
  afterEach(() => pair.portal.rights.clear());

  async function list(params: Record<string, unknown>) {
    const webhook = pair.portal.addWebhook();
    const { status, body } = await callHttps(`${webhook.url}crm.requisite.list`, pair.portal.caPem, { json: params });
    return status === 200 ? body : `${status} ${JSON.stringify(body.error)}: ${body.error_description}`;
  }

  it('are found by one of several INN, of companies or of contacts', async () => {
    const select = ['ID', 'ENTITY_ID', 'RQ_INN', 'RQ_KPP'];
    const both = { '@RQ_INN': ['7701234567', '770123456789'] };
    const { result, total } = await list({ select, filter: { ENTITY_TYPE_ID: 4, ...both }, order: { ID: 'asc' } });
    expect(total).to.equal(2);
    expect(result).to.deep.equal([
      { ID: '1', ENTITY_ID: String(companyId), RQ_INN: '7701234567', RQ_KPP: '770101001' },
      { ID: '2', ENTITY_ID: String(companyId), RQ_INN: '7701234567', RQ_KPP: '780201001' },
    ]);
    const people = await list({ select, filter: { ENTITY_TYPE_ID: 3, ...both } });
    expect(people.result).to.deep.equal([
      { ID: '3', ENTITY_ID: String(contactId), RQ_INN: '770123456789', RQ_KPP: null },
    ]);
  });

  it('come fifty a page, and behind an id', async () => {
    const other = Number(pair.portal.records('company').create({ TITLE: 'Сеть' }).ID);
    for (let n = 0; n < 60; n += 1)
      pair.portal.requisites.add({ kind: 'company', id: other }, { RQ_INN: '5001234567' });
    const first = await list({ filter: { '=RQ_INN': '5001234567' }, order: { ID: 'asc' } });
    expect(first.result).to.have.length(50);
    expect(first).to.include({ total: 60, next: 50 });
    const rest = await list({
      filter: { '=RQ_INN': '5001234567', '>ID': first.result.at(-1).ID },
      order: { ID: 'asc' },
    });
    expect(rest.result).to.have.length(10);
    pair.portal.records('company').delete(other);
    expect((await list({ filter: { '=RQ_INN': '5001234567' } })).result).to.deep.equal([]);
  });

  it('are closed to a caller who may not read contacts or companies', async () => {
    for (const kind of ['contact', 'company'] as const) {
      const undo = pair.portal.rights.deny({ kind, action: 'read' });
      expect(await list({})).to.equal('400 0: Access denied.');
      undo();
    }
  });
});
