import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { type PortalWebhook, type SimulatedPortal, startPortal } from './portal.ts';

/** Shapes that answers of real portals have, recorded by others; values are our own. */
describe('shapes of real answers', () => {
  let portal: SimulatedPortal;
  let webhook: PortalWebhook;

  before(async () => {
    portal = await startPortal();
    webhook = portal.addWebhook();
  });
  after(() => portal.stop());

  const call = async (method: string, json: object = {}) =>
    (await callHttps(`${webhook.url}${method}`, portal.caPem, { json })).body;
  const batch = async (cmd: Record<string, string>) => (await call('batch', { halt: 0, cmd })).result;

  it('a batch without errors, totals and next pages has empty lists for them, and a time for each command', async () => {
    const id = portal.records('deal').create({ TITLE: 'Первая' }).ID;
    const { result_time, ...rest } = await batch({ order0: `crm.deal.get?id=${id}` });
    expect(rest.result.order0.TITLE).to.equal('Первая');
    expect(rest).to.deep.include({ result_error: [], result_total: [], result_next: [] });
    expect(result_time.order0).to.have.all.keys(
      ...['start', 'finish', 'duration', 'processing', 'date_start', 'date_finish', 'operating', 'operating_reset_at'],
    );
  });

  it('an empty page is a list with total 0', async () => {
    const answer = await batch({ order0: 'crm.deal.list?filter[TITLE]=нет такой' });
    expect(answer.result).to.deep.equal({ order0: [] });
    expect(answer.result_total).to.deep.equal({ order0: 0 });
    expect(answer.result_next).to.deep.equal([]);
  });

  it('errors under 0 and 1 are a list, beside an answer under its own number', async () => {
    const id = portal.records('deal').create({ TITLE: 'Вторая' }).ID;
    const cmd = { 0: 'crm.deal.get?id=-1', 1: 'crm.deal.get?id=999999', [`${id}0000`]: `crm.deal.get?id=${id}` };
    const answer = await batch(cmd);
    expect(answer.result).to.have.all.keys(`${id}0000`);
    expect(answer.result_error).to.deep.equal([
      { error: '', error_description: 'ID is not defined or invalid.' },
      { error: '', error_description: 'Not found' },
    ]);
    const failed = await batch({ 0: 'crm.deal.get?id=-1' });
    expect(failed).to.deep.include({ result: [], result_time: [], result_total: [] });
    expect(failed.result_error).to.have.length(1);
  });

  it('funnels: the common one has no origin, stages of the others carry their number', async () => {
    const funnelId = portal.store.funnels.add('Обслуживание');
    const { result, total } = await call('crm.category.list', { entityTypeId: 2 });
    expect(result.categories).to.deep.equal([
      { id: 0, name: 'Общая', sort: 100, entityTypeId: 2, isDefault: 'Y' },
      {
        ...{ id: funnelId, name: 'Обслуживание', sort: 200, entityTypeId: 2, isDefault: 'N' },
        ...{ originId: '', originatorId: '' },
      },
    ]);
    expect(total).to.equal(2);
    const stages = await call('crm.status.list', { filter: { ENTITY_ID: `DEAL_STAGE_${funnelId}` } });
    expect(stages.result[0]).to.deep.include({
      ...{ STATUS_ID: `C${funnelId}:NEW`, CATEGORY_ID: String(funnelId), SEMANTICS: null },
      EXTRA: { SEMANTICS: 'process' },
    });
    expect(stages.result.at(-1)).to.deep.include({ SEMANTICS: 'F', EXTRA: { SEMANTICS: 'apology' } });
    expect((await call('crm.status.list', { filter: { ENTITY_ID: ['DEAL_STAGE'] } })).error_description).to.equal(
      'Filter by ENTITY_ID must be a string',
    );
  });

  it('a deal keeps to the stages of its funnel; whether it is closed follows from the stage', async () => {
    const funnelId = portal.store.funnels.add('Монтаж');
    const fields = { title: 'Монтаж', categoryId: funnelId };
    const { item } = (await call('crm.item.add', { entityTypeId: 2, fields })).result;
    expect(item).to.include({ categoryId: funnelId, stageId: `C${funnelId}:NEW`, stageSemanticId: 'P', closed: 'N' });
    const update = async (change: object) =>
      (await call('crm.item.update', { entityTypeId: 2, id: item.id, fields: change })).result.item;
    expect(await update({ stageId: 'WON' })).to.include({ stageId: `C${funnelId}:NEW`, closed: 'N' });
    expect(await update({ stageId: `C${funnelId}:LOSE` })).to.include({ stageSemanticId: 'F', closed: 'Y' });
    await call('crm.deal.update', { id: item.id, fields: { CATEGORY_ID: 0 } });
    expect(portal.records('deal').get(item.id)).to.include({ CATEGORY_ID: String(funnelId), CLOSED: 'Y' });
    expect(await update({ categoryId: 0 })).to.include({ categoryId: 0, stageId: 'NEW', closed: 'N' });
  });

  it('items have just the fields that were asked for, rows of the older family are texts with null for nothing', async () => {
    portal.records('company').create({ TITLE: 'Ромашка' });
    const { result, total, next } = await call('crm.item.list', { entityTypeId: 4, select: ['id', 'title'] });
    expect(result.items).to.deep.equal([{ id: 1, title: 'Ромашка' }]);
    expect([total, next]).to.deep.equal([1, undefined]);
    const row = (await call('crm.company.get', { id: 1 })).result;
    expect(row).to.include({ ID: '1', ASSIGNED_BY_ID: '7', ORIGIN_ID: null, HAS_PHONE: 'N' });
    expect(row.DATE_CREATE).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00$/);
  });

  it('the frozen family answers with a number, fields are described with their flags', async () => {
    expect((await call('crm.contact.add', { fields: { NAME: 'Олег' } })).result).to.be.a('number');
    expect((await call('crm.deal.fields')).result.ID).to.deep.equal({
      ...{ type: 'integer', isRequired: false, isReadOnly: true, isImmutable: false },
      ...{ isMultiple: false, isDynamic: false, title: 'ID' },
    });
  });

  it('older portals leave out when execution time is forgotten, or execution time at all', async () => {
    portal.switches.resetTimes = false;
    expect((await call('profile')).time)
      .to.include.keys('operating')
      .and.not.include.keys('operating_reset_at');
    portal.switches.operating = 'off';
    expect((await call('profile')).time).not.to.have.any.keys('operating', 'operating_reset_at');
  });
});
