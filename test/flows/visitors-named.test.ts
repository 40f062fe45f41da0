import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { people, startVisited } from '../support/visiting.ts';
import type { World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';
const { administrator, employee } = people;

describe('what people in the portal do through us', () => {
  let world: World;
  let site: Awaited<ReturnType<typeof startVisited>>;

  before(async () => {
    site = await startVisited();
    world = site.world;
  });
  after(() => world.stop());
  afterEach(() => site.restore());

  it('is kept with their names, and the history of the record shows them', async () => {
    await site.allow({ employee: 'lists', employee_edits: true });
    const page = await site.visit(employee);
    expect((await page.call('POST', `${site.card()}/sync`)).status).to.equal(200);
    expect((await page.call('PUT', '/api/objects/1', { description: 'Правка Олега' })).status).to.equal(200);
    const boss = await site.visit(administrator);
    expect((await boss.call('PUT', `${bitrix24}/settings`, {})).status).to.equal(200);
    await world.settled();
    const { body } = await boss.call('GET', `${bitrix24}/actions?limit=3`);
    const shown = body.data.actions.map(({ action, actor_name, local_type, local_id }: Record<string, unknown>) => [
      action,
      actor_name,
      local_type,
      local_id,
    ]);
    expect(shown).to.deep.equal([
      ['changed_settings', 'Анна Серова', null, null],
      ['edited_record', 'Олег Котов', 'object', 1],
      ['asked_sync', 'Олег Котов', 'object', 1],
    ]);
    const history = await boss.call('GET', `${site.card()}/pair`);
    const done = history.body.data.log
      .filter(({ source }: { source: string }) => source === 'visitor')
      .map((line: Record<string, unknown>) => [line.operation, line.actor_name]);
    expect(done.slice(0, 2)).to.deep.equal([
      ['edited_record', 'Олег Котов'],
      ['asked_sync', 'Олег Котов'],
    ]);
  });

  it('a run names who started it', async () => {
    const boss = await site.visit(administrator);
    const { body } = await boss.call('POST', `${bitrix24}/sync/to`, { all: true });
    expect(body.data).to.include({ requested_by_name: 'Анна Серова' });
    await world.settled();
  });

  it('and what was refused is not kept', async () => {
    const count = async () => (await world.sql('select 1 from visitor_actions')).length;
    const before = await count();
    const page = await site.visit(employee);
    await page.call('PUT', '/api/objects/1', { name: 'Нет' });
    expect(await count()).to.equal(before);
  });

  it('names are forgotten when the portal removes the application and its data, what was done is not', async () => {
    await (await site.visit(employee)).call('POST', `${site.card()}/sync`);
    const names = () => world.sql('select name from portal_people where name is not null');
    expect(await names()).not.to.deep.equal([]);
    const done = (await world.sql('select 1 from visitor_actions')).length;
    site.app.uninstall({ clean: true });
    await eventually(async () => expect(await names()).to.deep.equal([]));
    expect(await world.sql('select 1 from visitor_actions')).to.have.length(done);
  });
});
