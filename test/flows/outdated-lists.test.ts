import { expect } from 'chai';
import type { UserFieldDefinition } from '../portal/fields.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('lists and stages that changed in the portal since they were read', () => {
  let world: World;
  let tenant: Tenant;
  let kind: UserFieldDefinition;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    kind = world.portal.store.catalogue.addUserField('deal', 'UF_CRM_KIND', 'enumeration', false);
    addOption(501, 'Легковой');
    addOption(502, 'Грузовой');
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());
  /** A new client remembers no look at the lists. */
  beforeEach(forget);

  function forget() {
    return world.call(tenant.token, 'DELETE', `${bitrix24}/cache`);
  }
  function addOption(id: number, value: string): void {
    kind.card.options.push({ id, value, sort: id, isDefault: false, xmlId: `x${id}` });
  }
  const removeOption = (id: number) => {
    kind.card.options = kind.card.options.filter((option) => option.id !== id);
  };
  const choose = async (local: string, field: string) => {
    const custom = [{ local, bitrix24: field, owner: 'both' }];
    const body = { field_map: { object: { custom } }, on_local_delete: { object: 'close' } };
    const answer = await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    await world.settled();
  };
  const make = async (body: Record<string, unknown>): Promise<number> => {
    const { body: answer } = await world.call(tenant.token, 'POST', '/api/objects', body);
    await world.settled();
    return answer.data.id;
  };
  const edit = async (id: number, body: Record<string, unknown>) => {
    expect((await world.call(tenant.token, 'PATCH', `/api/objects/${id}`, body)).status).to.equal(200);
    await world.settled();
  };
  const deal = (id: number) => world.remoteOf(tenant, 'object', id);
  const errorsOf = async (id: number) => {
    const open = `select code from integration_errors where local_id = $1 and status <> 'resolved'`;
    return (await world.sql<{ code: string }>(open, [id])).map(({ code }) => code);
  };

  it('a value that was deleted and made again is sent as the new one, without an error', async () => {
    await choose('type', 'UF_CRM_KIND');
    const id = await make({ name: 'Маз', type: 'Легковой' });
    removeOption(502);
    addOption(512, 'Грузовой');
    await edit(id, { type: 'Грузовой' });
    expect(await deal(id)).to.include({ UF_CRM_KIND: '512' });
    expect(await errorsOf(id)).to.deep.equal([]);
    world.portal.journal.clear();
    await edit(id, { description: 'Рефрижератор' });
    expect(world.portal.journal.calls({ method: 'crm.item.update' })).to.have.length(1);
    expect(await deal(id)).to.include({ UF_CRM_KIND: '512' });
  });

  it('a value that was deleted is an error that says so, for a record that exists and for a new one; the list is read once', async () => {
    const id = await make({ name: 'Лиаз', type: 'Легковой' });
    removeOption(512);
    world.portal.journal.clear();
    await edit(id, { type: 'Грузовой' });
    const other = await make({ name: 'Паз', type: 'Грузовой' });
    expect([await errorsOf(id), await errorsOf(other)]).to.deep.equal([['value_not_mapped'], ['value_not_mapped']]);
    expect(world.portal.journal.calls({ method: 'crm.item.fields' })).to.have.length(1);
    expect(await deal(id)).to.include({ UF_CRM_KIND: '501' });
  });

  for (const wrongPlace of ['ignored', 'refused'] as const) {
    it(`a stage that is gone is an error that says so, where the portal has ${wrongPlace} it`, async () => {
      await choose('status', 'STAGE_ID');
      await forget();
      const id = await make({ name: 'Стоит', status: 'В работе' });
      world.portal.store.funnels.deleteStage('PREPARATION');
      world.portal.switches.wrongPlace = wrongPlace;
      await edit(id, { status: 'Подготовка документов' });
      world.portal.switches.wrongPlace = 'ignored';
      world.portal.store.funnels.restoreStage('PREPARATION');
      expect(await deal(id)).to.include({ STAGE_ID: 'EXECUTING' });
      expect(await errorsOf(id)).to.deep.equal(['value_not_mapped']);
      await edit(id, { status: 'В работе' });
      expect(await errorsOf(id)).to.deep.equal([]);
    });

    it(`a lost stage that is gone, and is ${wrongPlace}, gives way to the next one as a deal is closed`, async () => {
      const closed = async (name: string) => {
        const { id, dealId } = await objectWithDeal(world, tenant, name);
        await world.call(tenant.token, 'DELETE', `/api/objects/${id}`);
        await world.settled();
        return { id, stage: world.portal.records('deal').get(dealId)?.STAGE_ID };
      };
      expect(await closed('Первая')).to.include({ stage: 'LOSE' });
      world.portal.store.funnels.deleteStage('LOSE');
      world.portal.switches.wrongPlace = wrongPlace;
      const { id, stage } = await closed('Вторая');
      world.portal.switches.wrongPlace = 'ignored';
      world.portal.store.funnels.restoreStage('LOSE');
      expect(stage).to.equal('APOLOGY');
      expect(await errorsOf(id)).to.deep.equal([]);
      const lines = await world.sql('select operation from sync_log where local_id = $1 order by id desc limit 1', [
        id,
      ]);
      expect(lines).to.deep.equal([{ operation: 'close' }]);
    });
  }

  it('a deal that the portal leaves where it is, although the stage is there, is not told as closed', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Упрямая');
    const { funnels } = world.portal.store;
    const place = funnels.place.bind(funnels);
    funnels.place = (before) => place(before, {});
    await world.call(tenant.token, 'DELETE', `/api/objects/${id}`);
    await world.settled();
    funnels.place = place;
    expect(world.portal.records('deal').get(dealId)).to.include({ STAGE_ID: 'NEW' });
    expect(await errorsOf(id)).to.deep.equal(['value_not_accepted']);
    expect(await world.sql(`select 1 from sync_log where local_id = $1 and operation = 'close'`, [id])).to.deep.equal(
      [],
    );
  });
});
