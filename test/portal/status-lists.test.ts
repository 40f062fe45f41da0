import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { type PortalWebhook, type SimulatedPortal, startPortal } from './portal.ts';

describe('lists and filters of the simulated portal', () => {
  let portal: SimulatedPortal;
  let webhook: PortalWebhook;
  before(async () => {
    portal = await startPortal();
    webhook = portal.addWebhook();
    portal.store.funnels.add('Сервис');
    const deals = portal.records('deal');
    deals.create({ TITLE: 'Звонок', SOURCE_ID: 'CALL', ASSIGNED_BY_ID: 1 });
    deals.create({ TITLE: 'Сайт', SOURCE_ID: 'WEB', CATEGORY_ID: 1, STAGE_ID: 'C1:NEW' });
    deals.create({ TITLE: 'Без источника' });
  });
  after(() => portal.stop());

  const call = async (method: string, params: Record<string, unknown>) =>
    (await callHttps(webhook.url + method, portal.caPem, { json: params })).body;
  const titles = async (filter: Record<string, unknown>) => {
    const { result, total } = await call('crm.item.list', { entityTypeId: 2, filter, select: ['title'] });
    const found = result.items.map(({ title }: { title: string }) => title);
    expect(total).to.equal(found.length);
    return found;
  };
  const ids = async (filter: Record<string, unknown>) =>
    (await call('crm.status.list', { filter })).result.map((row: { STATUS_ID: string }) => row.STATUS_ID);

  it('has sources and types beside the stages of each funnel', async () => {
    expect(await ids({ ENTITY_ID: 'SOURCE' })).to.deep.equal(['CALL', 'EMAIL', 'WEB', 'OTHER']);
    expect(await ids({ ENTITY_ID: 'COMPANY_TYPE' })).to.include('CUSTOMER');
    expect(await ids({ ENTITY_ID: 'DEAL_STAGE_1' })).to.include('C1:NEW');
    expect(await ids({ ENTITY_ID: 'DEAL_STAGE_0' })).to.deep.equal([]);
  });

  it('forgets what an administrator deletes, while records keep it', async () => {
    portal.store.statuses.add('SOURCE', { id: 'FAIR', name: 'Выставка' });
    expect(await ids({ ENTITY_ID: 'SOURCE' })).to.include('FAIR');
    portal.store.statuses.delete('SOURCE', 'FAIR');
    expect(await ids({ ENTITY_ID: 'SOURCE' })).to.not.include('FAIR');
    portal.store.funnels.add('На время');
    portal.store.funnels.delete(2);
    expect(await ids({ ENTITY_ID: 'DEAL_STAGE_2' })).to.deep.equal([]);
  });

  const filters: { name: string; filter: Record<string, unknown>; expected: string[] }[] = [
    { name: 'one of several sources', filter: { '@sourceId': ['CALL', 'WEB'] }, expected: ['Звонок', 'Сайт'] },
    { name: 'a funnel by its number as a text', filter: { '@categoryId': ['1'] }, expected: ['Сайт'] },
    { name: 'the common funnel', filter: { '@categoryId': [0] }, expected: ['Звонок', 'Без источника'] },
    { name: 'a stage', filter: { stageId: 'C1:NEW' }, expected: ['Сайт'] },
    { name: 'who is responsible', filter: { '@assignedById': [1] }, expected: ['Звонок'] },
    { name: 'a part of a source, which is compared as a whole', filter: { '%sourceId': 'CAL' }, expected: [] },
    { name: 'a part of a title', filter: { '%title': 'вон' }, expected: ['Звонок'] },
  ];
  for (const { name, filter, expected } of filters) {
    it(`filters by ${name}, and tells how many there are`, async () => {
      expect(await titles(filter)).to.deep.equal(expected);
    });
  }

  it('gives its lists in pages of fifty where it does so', async () => {
    portal.switches.statusPage = 'fifty';
    for (let index = 0; index < 60; index += 1)
      portal.store.statuses.add('INDUSTRY', { id: `I${index}`, name: 'Отрасль' });
    const { result, total, next } = await call('crm.status.list', {});
    expect(result).to.have.length(50);
    expect(next).to.equal(50);
    const rest = await call('crm.status.list', { start: 50 });
    expect(rest.result).to.have.length(total - 50);
    expect(rest.next).to.equal(undefined);
  });
});
