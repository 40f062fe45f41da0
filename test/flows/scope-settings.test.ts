import { expect } from 'chai';
import { fingerprint } from '../support/fingerprint.ts';
import { expectRefusal } from '../support/refusal.ts';
import { type Scoping, serviceFunnel, startScoping, type Values } from '../support/scoping.ts';

describe('a scope that is saved', () => {
  let story: Scoping;
  const deals = () => story.records('object');
  const trucks = { object: { crm: { types: ['truck'] } } };
  const made: number[] = [];

  before(async () => {
    story = await startScoping();
    for (const type of ['truck', 'truck', 'car', 'crane'])
      made.push(await story.insert('object', { name: `${type} ${made.length}`, type }));
    await story.world.settled();
    await story.world.sql(`
      create table noted (record_id integer);
      create function note() returns trigger language plpgsql as $$
      begin if new.reason = 'scope' then insert into noted values (new.record_id); end if; return new; end $$;
      create trigger note before insert or update on sync_queue for each row execute function note()`);
  });
  after(() => story.world.stop());
  afterEach(() => story.put({}));

  const bad: { name: string; scope: Values; paths: string[] }[] = [
    { name: 'an empty list', scope: { object: { crm: { types: [] } } }, paths: ['scope.object.crm.types'] },
    {
      name: 'an empty list of stages',
      scope: { object: { bitrix24: { stages: [] } } },
      paths: ['scope.object.bitrix24.stages'],
    },
    { name: 'a rule of another kind', scope: { user: { crm: { types: ['truck'] } } }, paths: ['scope.user.crm.types'] },
    {
      name: 'a period from its end',
      scope: { contract: { crm: { start_date: { from: '2026-02-01', to: '2026-01-01' } } } },
      paths: ['scope.contract.crm.start_date'],
    },
    {
      name: 'a period without days',
      scope: { contract: { crm: { end_date: {} } } },
      paths: ['scope.contract.crm.end_date'],
    },
    {
      name: 'a moment that is none',
      scope: { object: { crm: { updated_since: 'вчера' } } },
      paths: ['scope.object.crm.updated_since'],
    },
    {
      name: 'a contract that is not there',
      scope: { object: { crm: { contract_ids: [999] } } },
      paths: ['scope.object.crm.contract_ids.0'],
    },
    {
      name: 'a funnel that is not there',
      scope: { object: { bitrix24: { categories: [0, 77] } } },
      paths: ['scope.object.bitrix24.categories.1'],
    },
    {
      name: 'a stage that is not there',
      scope: { object: { bitrix24: { stages: ['NEW', 'C1:NOWHERE'] } } },
      paths: ['scope.object.bitrix24.stages.1'],
    },
    {
      name: 'a stage of another funnel',
      scope: { object: { bitrix24: { categories: [serviceFunnel], stages: ['NEW'] } } },
      paths: ['scope.object.bitrix24.stages.0'],
    },
    {
      name: 'a source that is not there',
      scope: { object: { bitrix24: { sources: ['FAX'] } } },
      paths: ['scope.object.bitrix24.sources.0'],
    },
    {
      name: 'a user who is not there',
      scope: { object: { bitrix24: { responsible: [1, 404] } } },
      paths: ['scope.object.bitrix24.responsible.1'],
    },
    {
      name: 'types that are not there',
      scope: { user: { bitrix24: { types: ['CUSTOMER'] } }, contract: { bitrix24: { types: ['CLIENT'] } } },
      paths: ['scope.contract.bitrix24.types.0', 'scope.user.bitrix24.types.0'],
    },
    {
      name: 'what becomes of those that leave, unknown',
      scope: { object: { on_leave: 'delete' } },
      paths: ['scope.object.on_leave'],
    },
  ];
  for (const { name, scope, paths } of bad) {
    it(`is refused with ${name}, by its path, and changes nothing`, async () => {
      const untouched = await fingerprint(story.world);
      const answer = await story.call('PUT', '/settings', { scope });
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.details.map((one: { path: string }) => one.path)).to.deep.equal(paths);
      for (const path of paths) expect(answer.body.error).to.include(path);
      expect(await fingerprint(story.world)).to.deep.equal(untouched);
    });
  }

  it('knows a stage that was made a moment ago, and the last one of a portal that shows fifty a page', async () => {
    story.world.portal.switches.statusPage = 'fifty';
    for (let index = 0; index < 60; index += 1) {
      story.world.portal.store.statuses.add('SOURCE', { id: `S${index}`, name: `Источник ${index}` });
    }
    await story.put({ scope: { object: { bitrix24: { sources: ['S59'] } } } });
    story.world.portal.switches.statusPage = 'all';
  });

  it('says that the users cannot be seen without the permission, and how to mend it', async () => {
    story.world.portal.faults.add({
      method: 'user.get',
      times: 1,
      action: {
        kind: 'refuse',
        status: 403,
        error: 'insufficient_scope',
        description: 'The request requires higher privileges',
      },
    });
    const answer = await story.call('PUT', '/settings', { scope: { user: { bitrix24: { responsible: [1] } } } });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error).to.include('user_brief');
  });

  it('is counted before: both sides, and the linked pairs that leave; saving queues exactly these', async () => {
    const { body } = await story.call('POST', '/scope/count', {
      local_type: 'object',
      ...trucks.object,
      bitrix24: { stages: ['NEW'] },
    });
    expect(body.data).to.deep.equal({
      local_type: 'object',
      crm: { inside: 2, total: 4 },
      bitrix24: { inside: 4 },
      linked: { total: 4, inside: 2, leave: 2, come_back: 0, unknown: 0 },
    });
    await story.world.sql('delete from noted');
    await story.put({ scope: trucks });
    expect(await story.world.sql('select record_id from noted order by 1')).to.deep.equal([
      { record_id: made[2] },
      { record_id: made[3] },
    ]);
    const cranes = { crm: { types: ['truck', 'crane'] } };
    const wider = await story.call('POST', '/scope/count', { local_type: 'object', ...cranes });
    expect(wider.body.data.linked).to.deep.equal({ total: 4, inside: 3, leave: 0, come_back: 1, unknown: 0 });
    await story.world.sql('delete from noted');
    await story.put({ scope: { object: cranes } });
    expect(await story.world.sql('select record_id from noted')).to.deep.equal([{ record_id: made[3] }]);
  });

  it('costs the count of the portal one request', async () => {
    await story.call('POST', '/scope/count', { local_type: 'object', bitrix24: { stages: ['NEW'] } });
    story.world.portal.journal.clear();
    await story.call('POST', '/scope/count', { local_type: 'object', bitrix24: { stages: ['NEW'] } });
    expect(story.world.portal.journal.calls().map(({ method }) => method)).to.deep.equal(['crm.item.list']);
  });

  it('leaves nothing undecided where the portal was not read since rules are known', async () => {
    await story.world.sql('update bitrix24_sync_mappings set scope_facts = null');
    const working = { bitrix24: { stages: ['EXECUTING'] } };
    const { body } = await story.call('POST', '/scope/count', { local_type: 'object', ...working });
    expect(body.data.linked).to.deep.equal({ total: 4, inside: 0, leave: 0, come_back: 0, unknown: 4 });
    await story.put({ scope: { object: working } });
    const { data } = (await story.call('GET', '/stats')).body;
    expect(data.excluded).to.deep.equal({ object: 4, user: 0, contract: 0 });
  });

  it('takes back what did not change meanwhile, and writes nothing', async () => {
    await story.put({ scope: trucks });
    story.world.portal.journal.clear();
    await story.put({});
    expect(story.writes()).to.deep.equal([]);
    expect((await story.call('GET', '/stats')).body.data.excluded.object).to.equal(0);
    expect((await story.call('GET', '/mappings?state=excluded')).body.data.pagination.total).to.equal(0);
  });

  it('does not trust what it knew of a deal that moved while its pair rested by the CRM rule', async () => {
    const car = made[2] ?? 0;
    const { ID } = await story.world.remoteOf(story.tenant, 'object', car);
    const bitrix24 = { stages: ['NEW'] };
    deals().update(Number(ID), { STAGE_ID: 'EXECUTING' });
    await story.world.settled();
    await story.put({ scope: { object: { crm: { types: ['truck'] }, bitrix24 } } });
    deals().update(Number(ID), { STAGE_ID: 'NEW' });
    await story.world.settled();
    expect(await story.mapping('object', car)).to.deep.equal({ state: 'linked', excluded: 'crm.types' });
    await story.put({ scope: { object: { bitrix24 } } });
    expect(await story.mapping('object', car)).to.deep.equal({ state: 'linked', excluded: null });
  });

  it('makes deals of CRM records that a wider scope takes in', async () => {
    await story.put({ scope: trucks });
    const id = await story.insert('object', { name: 'Автобус', type: 'bus' });
    await story.world.settled();
    expect(await story.mapping('object', id)).to.equal(null);
    await story.run('to', { sync_objects: true });
    await story.put({ scope: { object: { crm: { types: ['truck', 'bus'] } } } });
    await story.world.runJob('local_look', story.tenant);
    await story.world.settled();
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: null });
  });

  it('shows what rests: in the list, the counts, the card and after "synchronise now"', async () => {
    await story.put({ scope: trucks });
    const [, , car = 0] = made;
    const list = await story.call('GET', '/mappings?state=excluded&local_type=object');
    expect(list.body.data.mappings.map((one: Values) => [one.state, one.excluded])).to.deep.include([
      'excluded',
      'crm.types',
    ]);
    const linked = await story.call('GET', '/mappings?state=linked&local_type=object');
    const ids = linked.body.data.mappings.map(({ local_id }: { local_id: number }) => local_id);
    expect(ids).to.not.include(car);
    expect(list.body.data.pagination.total + linked.body.data.pagination.total).to.equal(
      (await story.call('GET', '/mappings?local_type=object')).body.data.pagination.total,
    );
    const { ID } = await story.world.remoteOf(story.tenant, 'object', car);
    const excluded = {
      side: 'crm',
      rule: 'types',
      text: 'Не участвует в синхронизации: запись CRM не подходит под правило «тип»',
    };
    expect((await story.call('GET', `/cards/deal/${ID}`)).body.data.excluded).to.deep.equal(excluded);
    story.world.portal.journal.clear();
    deals().update(Number(ID), { TITLE: 'Портал' });
    const answer = await story.call('POST', `/cards/deal/${ID}/sync`);
    expect(answer.body.data).to.deep.include({ done: true, excluded });
    expect(story.writes()).to.deep.equal([]);
    expect((await story.read('object', car)).name).to.equal('car 2');
  });

  it('sees that a client got another INN: the objects of the contract leave, and no person has touched them', async () => {
    const contract_id = await story.insert('contract', { client_inn: '7701234567' });
    const id = await story.insert('object', { name: 'По ИНН', contract_id });
    await story.world.settled();
    await story.put({ scope: { object: { crm: { clients: ['7701234567'] } } } });
    await story.update('contract', contract_id, { client_inn: '7802345678' });
    await story.world.settled();
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: 'crm.clients' });
  });

  it('contracts of one client: those outside are not listed in their company, and rest together in peace', async () => {
    const same = { client_name: 'ООО Лютик', client_inn: '7709999999' };
    const [first, second] = [
      await story.insert('contract', { number: 'Л-1', status: 'signed', ...same }),
      await story.insert('contract', { number: 'Л-2', status: 'signed', ...same }),
    ];
    await story.world.settled();
    const comments = async () => String((await story.world.remoteOf(story.tenant, 'contract', first)).COMMENTS);
    expect(await comments()).to.include('Л-2');
    await story.put({ scope: { contract: { crm: { statuses: ['signed'] } } } });
    await story.update('contract', second, { status: 'draft' });
    await story.world.settled();
    expect(await comments())
      .to.include('Л-1')
      .and.not.include('Л-2');
    const third = await story.insert('contract', { number: 'Л-3', status: 'draft', ...same });
    await story.update('contract', first, { status: 'draft' });
    await story.world.settled();
    expect(await comments())
      .to.include('Л-1')
      .and.not.include('Л-3');
    await story.world.sql(`update contracts set status = 'signed' where id = any($1)`, [[first, second, third]]);
    await story.world.settled();
    expect(await comments())
      .to.include('Л-1')
      .and.include('Л-2')
      .and.include('Л-3');
  });

  it('refuses to make or link by hand what it leaves out', async () => {
    await story.put({ scope: { object: { crm: { types: ['truck'] }, bitrix24: { stages: ['EXECUTING'] } } } });
    const { ID } = deals().create({ TITLE: 'Чужая' });
    const id = await story.insert('object', { name: 'Грузовик', type: 'truck' });
    expectRefusal(await story.call('POST', `/cards/deal/${ID}/create`), 409, 'outside_scope');
    expectRefusal(await story.call('POST', `/cards/deal/${ID}/link`, { local_id: id }), 409, 'outside_scope');
    expect(deals().get(Number(ID)).ORIGIN_ID).to.equal(null);
    await story.world.sql('delete from objects where id = $1', [id]);
    await story.world.settled();
  });

  it('goes on saying what it says when its stage is deleted: nothing fits, a fault and a problem tell, until it is mended', async () => {
    const stages = ['C1:EXECUTING'];
    await story.put({ scope: { object: { bitrix24: { stages } } } });
    story.world.portal.store.funnels.deleteStage('C1:EXECUTING');
    await story.call('DELETE', '/cache');
    await story.world.runJob('sweep', story.tenant);
    const faults = await story.world.sql('select scope, subject, code from sync_faults where ended_at is null');
    expect(faults).to.deep.equal([{ scope: 'kind', subject: 'object:scope:stages', code: 'scope_value_gone' }]);
    const { data } = (await story.call('GET', '/settings')).body;
    expect(data.scope.object.bitrix24).to.deep.equal({ stages });
    expect(data.problems.map(({ path }: { path: string }) => path)).to.deep.equal(['scope.object.bitrix24.stages']);
    expect((await story.call('GET', '/health?live=false')).body.data.status).to.equal('degraded');
    expect((await story.call('GET', '/stats')).body.data.excluded.object).to.be.greaterThan(3);
    await story.put({});
    expect(await story.world.sql('select id from sync_faults where ended_at is null')).to.deep.equal([]);
  });
});
