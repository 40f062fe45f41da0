import { expect } from 'chai';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import type { SimulatedApp } from './simulated-app.ts';

describe('user fields', () => {
  let pair: PortalPair;
  let handler: Receiver;
  let app: SimulatedApp;

  beforeEach(async () => {
    pair = await startPortalPair();
    handler = await startReceiver();
    app = pair.portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app' });
  });
  afterEach(async () => {
    await pair.stop();
    await handler.stop();
  });

  const call = async (method: string, params = {}, userId = 1) => {
    const { status, body } = await pair.rest(app, method, params, userId);
    return status === 200 ? body.result : `${status} ${body.error}: ${body.error_description}`;
  };
  const add = (fields: Record<string, unknown>) => call('crm.deal.userfield.add', { fields });

  it('are added, shown by items, changed and removed', async () => {
    const id = await add({
      ...{ USER_TYPE_ID: 'string', FIELD_NAME: 'order_no', LABEL: 'Заказ', XML_ID: 'axenta_order', SORT: 50 },
    });
    expect(id).to.be.a('number');
    const { fields } = await call('crm.item.fields', { entityTypeId: 2 });
    expect(fields.ufCrmOrderNo).to.include({
      type: 'string',
      title: 'Заказ',
      upperName: 'UF_CRM_ORDER_NO',
      isDynamic: true,
    });
    const { item } = await call('crm.item.add', { entityTypeId: 2, fields: { title: 'a', ufCrmOrderNo: '15' } });
    expect(item.ufCrmOrderNo).to.equal('15');
    await call('crm.deal.userfield.update', {
      id,
      fields: { EDIT_FORM_LABEL: { ru: 'Номер', en: 'Number' }, MANDATORY: 'Y' },
    });
    const [row] = await call('crm.deal.userfield.list', { filter: { FIELD_NAME: 'UF_CRM_ORDER_NO', LANG: 'ru' } });
    expect(row).to.include({
      ...{ ID: String(id), ENTITY_ID: 'CRM_DEAL', FIELD_NAME: 'UF_CRM_ORDER_NO', USER_TYPE_ID: 'string' },
      ...{ XML_ID: 'axenta_order', SORT: '50', MULTIPLE: 'N', MANDATORY: 'Y', EDIT_FORM_LABEL: 'Номер' },
    });
    const [plain] = await call('crm.deal.userfield.list');
    expect(plain).not.to.have.property('EDIT_FORM_LABEL');
    expect(await call('crm.deal.userfield.delete', { id })).to.equal(true);
    expect((await call('crm.item.fields', { entityTypeId: 2 })).fields).not.to.have.property('ufCrmOrderNo');
    expect(await call('crm.deal.userfield.get', { id })).to.match(/^400 ERROR_NOT_FOUND/);
  });

  it('of a list have options with numbers', async () => {
    const id = await add({
      ...{ USER_TYPE_ID: 'enumeration', FIELD_NAME: 'KIND' },
      LIST: [
        { VALUE: 'Легковой', SORT: 10, DEF: 'Y', XML_ID: 'car' },
        { VALUE: 'Грузовой', SORT: 20 },
      ],
    });
    const { LIST, EDIT_FORM_LABEL } = await call('crm.deal.userfield.get', { id });
    expect(EDIT_FORM_LABEL).to.have.all.keys('ru', 'en');
    expect(LIST[0]).to.include({ VALUE: 'Легковой', SORT: '10', DEF: 'Y', XML_ID: 'car' });
    const twice = { LIST: [{ VALUE: 'Ещё', XML_ID: 'car' }] };
    expect(await call('crm.deal.userfield.update', { id, fields: twice })).to.match(/^400 ERROR_CORE: List item/);
    const changed = {
      LIST: [
        { ID: LIST[0].ID, DEL: 'Y' },
        { ID: LIST[1].ID, VALUE: 'Тяжёлый' },
      ],
    };
    await call('crm.deal.userfield.update', { id, fields: changed });
    const after = (await call('crm.deal.userfield.get', { id })).LIST;
    expect(after.map((option: { VALUE: string }) => option.VALUE)).to.deep.equal(['Тяжёлый']);
  });

  it('are refused with a reason', async () => {
    expect(await add({ FIELD_NAME: 'A' })).to.equal("400 : The 'USER_TYPE_ID' field is not found.");
    expect(await add({ USER_TYPE_ID: 'string' })).to.equal("400 : The 'FIELD_NAME' field is not found.");
    expect(await add({ USER_TYPE_ID: 'nothing', FIELD_NAME: 'A' })).to.equal(
      '400 ERROR_CORE: Incorrect custom type specified.',
    );
    expect(await add({ USER_TYPE_ID: 'string', FIELD_NAME: 'ЗАКАЗ' })).to.match(/invalid characters/);
    expect(await add({ USER_TYPE_ID: 'string', FIELD_NAME: 'A'.repeat(44) })).to.match(/too long/);
    expect(await add({ USER_TYPE_ID: 'string', FIELD_NAME: 'A' })).to.be.a('number');
    expect(await add({ USER_TYPE_ID: 'string', FIELD_NAME: 'UF_CRM_A' })).to.match(/^400 ERROR_CORE/);
    const params = { fields: { USER_TYPE_ID: 'string', FIELD_NAME: 'B' } };
    expect(await call('crm.deal.userfield.add', params, 7)).to.equal('400 : Access denied.');
  });

  it('tell subscribers of their changes', async () => {
    const url = `${handler.url}/events`;
    for (const change of ['ADD', 'UPDATE', 'DELETE']) {
      await call('event.bind', { event: `ONCRMCOMPANYUSERFIELD${change}`, handler: url });
    }
    const fields = { USER_TYPE_ID: 'string', FIELD_NAME: 'A' };
    const id = await call('crm.company.userfield.add', { fields });
    await call('crm.company.userfield.update', { id, fields: { SORT: 1 } });
    await call('crm.company.userfield.delete', { id });
    await pair.portal.events.settled();
    expect(handler.received.map(({ form }) => form.event).sort()).to.deep.equal([
      ...['ONCRMCOMPANYUSERFIELDADD', 'ONCRMCOMPANYUSERFIELDDELETE', 'ONCRMCOMPANYUSERFIELDUPDATE'],
    ]);
    const { data } = handler.of('ONCRMCOMPANYUSERFIELDADD')[0]?.form ?? {};
    expect(data.FIELDS).to.deep.equal({ ID: String(id), ENTITY_ID: 'CRM_COMPANY', FIELD_NAME: 'UF_CRM_A' });
  });
});
