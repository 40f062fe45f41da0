import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { type PortalWebhook, type SimulatedPortal, startPortal } from './portal.ts';

describe('dates of deals in the simulated portal', () => {
  let portal: SimulatedPortal;
  let webhook: PortalWebhook;
  beforeEach(async () => {
    portal = await startPortal();
    webhook = portal.addWebhook();
  });
  afterEach(() => portal.stop());

  const call = async (method: string, params: Record<string, unknown>) =>
    (await callHttps(webhook.url + method, portal.caPem, { json: params })).body.result;
  const add = async () => {
    const fields = { title: 'С датами', begindate: '2026-03-01', closedate: '2026-12-31' };
    return (await call('crm.item.add', { entityTypeId: 2, fields })).item.id as number;
  };
  const update = (id: number, fields: Record<string, unknown>) =>
    call('crm.item.update', { entityTypeId: 2, id, fields });
  const datesOf = (id: number) => {
    const { BEGINDATE, CLOSEDATE } = portal.records('deal').get(id);
    return [BEGINDATE, CLOSEDATE].map((value) => String(value).slice(0, 10));
  };
  const today = () => new Date(portal.clock.aheadMs + Date.now() + 3 * 3_600_000).toISOString().slice(0, 10);

  it('keep their old values when they are sent empty, by either family', async () => {
    const id = await add();
    await update(id, { begindate: '', closedate: null });
    await call('crm.deal.update', { id, fields: { BEGINDATE: '', CLOSEDATE: '' } });
    expect(datesOf(id)).to.deep.equal(['2026-03-01', '2026-12-31']);
    portal.switches.dealDatesStick = false;
    await update(id, { begindate: '' });
    expect(portal.records('deal').get(id).BEGINDATE).to.equal(null);
  });

  it('are changed by other dates', async () => {
    const id = await add();
    await update(id, { begindate: '2026-04-02', closedate: '2027-01-05' });
    expect(datesOf(id)).to.deep.equal(['2026-04-02', '2027-01-05']);
  });

  it("end with the portal's present day when the deal reaches a final stage, whatever is sent beside it", async () => {
    for (const stageId of ['WON', 'LOSE']) {
      const id = await add();
      await update(id, { stageId, closedate: '2027-01-05' });
      expect(datesOf(id)).to.deep.equal(['2026-03-01', today()]);
      await update(id, { closedate: '2027-01-05' });
      expect(datesOf(id)[1]).to.equal('2027-01-05');
      await update(id, { stageId: 'APOLOGY' });
      expect(datesOf(id)[1]).to.equal('2027-01-05');
    }
  });

  it("have the portal's day, not that of Greenwich", async () => {
    const id = await add();
    const soon = new Date();
    soon.setUTCHours(24, -1, 0, 0);
    portal.clock.aheadMs = soon.getTime() - Date.now();
    await update(id, { stageId: 'WON' });
    expect(datesOf(id)[1]).to.equal(today());
    expect(datesOf(id)[1]).not.to.equal(soon.toISOString().slice(0, 10));
  });

  it('end as they are sent, or stay, where the portal is set so', async () => {
    portal.switches.closeDateOnFinish = 'unlessSent';
    const [sent, unsent] = [await add(), await add()];
    await update(sent, { stageId: 'WON', closedate: '2027-01-05' });
    await update(unsent, { stageId: 'WON' });
    expect([datesOf(sent)[1], datesOf(unsent)[1]]).to.deep.equal(['2027-01-05', today()]);
    portal.switches.closeDateOnFinish = 'never';
    const kept = await add();
    await update(kept, { stageId: 'WON' });
    expect(datesOf(kept)[1]).to.equal('2026-12-31');
  });

  it('and of all records have names of their own in the universal family', async () => {
    const { fields } = await call('crm.item.fields', { entityTypeId: 3 });
    const names = ['createdTime', 'updatedTime', 'createdBy', 'updatedBy', 'assignedById'];
    expect(names.map((name) => fields[name].upperName)).to.deep.equal([
      ...['CREATED_TIME', 'UPDATED_TIME', 'CREATED_BY', 'UPDATED_BY', 'ASSIGNED_BY_ID'],
    ]);
    expect(await call('crm.contact.fields', {})).to.include.keys('DATE_CREATE', 'DATE_MODIFY', 'CREATED_BY_ID');
  });
});
