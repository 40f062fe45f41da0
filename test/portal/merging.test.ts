import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { type SimulatedPortal, startPortal } from './portal.ts';

describe("the simulated portal's merging of contacts and companies", () => {
  let portal: SimulatedPortal;
  let url: string;

  before(async () => {
    portal = await startPortal();
    url = portal.addWebhook().url;
  });
  after(() => portal.stop());

  const call = async (params: Record<string, unknown>) =>
    (await callHttps(`${url}crm.entity.mergeBatch`, portal.caPem, { json: { params } })).body;
  const company = (fields: Record<string, unknown>) => Number(portal.records('company').create(fields).ID);

  it('the first survives with what only the others had, their deals follow it', async () => {
    const first = company({ TITLE: 'ООО Лютик', EMAIL: [{ VALUE: 'a@lutik.example' }] });
    const second = company({ TITLE: 'ООО Лютик', ADDRESS: 'Москва', EMAIL: [{ VALUE: 'b@lutik.example' }] });
    const deal = Number(portal.records('deal').create({ TITLE: 'Сделка', COMPANY_ID: second }).ID);
    const answer = await call({ entityTypeId: 4, entityIds: [first, second] });
    expect(answer.result).to.deep.equal({ STATUS: 'SUCCESS', ENTITY_IDS: [second] });
    const record = portal.records('company').get(first);
    expect(record).to.include({ ADDRESS: 'Москва' });
    expect((record.EMAIL as { VALUE: string }[]).map(({ VALUE }) => VALUE)).to.deep.equal([
      'a@lutik.example',
      'b@lutik.example',
    ]);
    expect(portal.records('deal').get(deal)).to.include({ COMPANY_ID: String(first) });
    expect(() => portal.records('company').get(second)).to.throw();
  });

  it('by REST, different values are a conflict and nothing is merged; a person may merge them', async () => {
    const ids = [company({ TITLE: 'ООО Один' }), company({ TITLE: 'ООО Два' })];
    const answer = await call({ entityTypeId: 4, entityIds: ids });
    expect(answer.result.STATUS).to.equal('CONFLICT');
    expect(portal.merge('company', ids)).to.equal(ids[0]);
    expect(portal.records('company').get(ids[0] ?? 0)).to.include({ TITLE: 'ООО Один' });
  });

  it('refuses one id, and kinds that it does not know', async () => {
    expect((await call({ entityTypeId: 4, entityIds: [1] })).error_description).to.equal(
      'The parameter entityIds must contains at least two elements.',
    );
    expect((await call({ entityTypeId: 99, entityIds: [1, 2] })).error_description).to.equal('Owner was not found');
  });
});
