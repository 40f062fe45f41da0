import { expect } from 'chai';
import type { UserFieldDefinition } from '../portal/fields.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24';

describe("what changed in the portal's fields, stages and lists", () => {
  let world: World;
  let tenant: Tenant;
  let colour: UserFieldDefinition;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
  });
  after(() => world.stop());

  const schema = async () => (await world.call(tenant.token, 'GET', `${address}/schema`)).body.data;
  const readAnew = async () => {
    await world.call(tenant.token, 'DELETE', `${address}/cache`);
    return (await schema()).changes;
  };

  it('cannot be asked for before the set-up, and says so', async () => {
    const data = await schema();
    expect(data).to.deep.include({ read_at: null, changes: [] });
    expect(data.unread).to.include({ code: 'not_configured' });
  });

  it('is nothing at the first look', async () => {
    colour = world.portal.store.catalogue.addUserField('deal', 'UF_CRM_COLOUR', 'enumeration', false);
    colour.title = 'Цвет';
    colour.card.options = ['Белый', 'Синий'].map((value, at) => ({
      ...{ id: 80 + at, value, sort: at, isDefault: false, xmlId: `x${at}` },
    }));
    await world.connect(tenant);
    const data = await schema();
    expect(data.changes).to.deep.equal([]);
    expect(data.unread).to.equal(null);
    expect(Date.parse(data.read_at)).to.be.closeTo(Date.now(), 60_000);
  });

  it('asks the portal once an hour, and at once after the cache was cleared', async () => {
    world.portal.journal.clear();
    await schema();
    expect(world.portal.journal.calls()).to.deep.equal([]);
    expect(await readAnew()).to.deep.equal([]);
    expect(world.portal.journal.calls({ method: 'crm.item.fields' })).to.have.length(3);
    expect(world.portal.journal.calls({ method: 'crm.status.list' })).to.have.length(1);
  });

  it('tells of an option that is gone, of a field that is required now, and of a stage that is gone', async () => {
    colour.card.options = colour.card.options.slice(0, 1);
    colour.isRequired = true;
    world.portal.store.funnels.deleteStage('PREPARATION');
    const changes = await readAnew();
    const told = changes.map(({ change, field, before, pairs }: Record<string, unknown>) => [
      change,
      field,
      before,
      pairs,
    ]);
    expect(told).to.have.deep.members([
      ['required', 'UF_CRM_COLOUR', null, []],
      ['option_removed', 'UF_CRM_COLOUR', 'Синий', []],
      ['option_removed', 'DEAL_STAGE', 'Подготовка документов', []],
    ]);
    const texts = changes.map(({ text }: { text: string }) => text);
    expect(texts).to.include('В «Цвет (UF_CRM_COLOUR)» больше нет значения «Синий»');
    const required = changes.find(({ change }: { change: string }) => change === 'required');
    expect(required.advice).to.match(/^Заполните поле в CRM/);
  });

  it('is told once, however often it is looked at, and forgotten when it is as it was', async () => {
    expect(await readAnew()).to.have.length(3);
    colour.isRequired = false;
    const changes = await readAnew();
    expect(changes.map(({ change }: { change: string }) => change)).to.deep.equal(['option_removed', 'option_removed']);
  });

  it('of one company is not told to another', async () => {
    const other = await world.addTenant('ООО Лютик');
    const { body } = await world.call(other.token, 'GET', `${address}/schema`);
    expect(body.data).to.deep.include({ read_at: null, changes: [] });
  });
});
