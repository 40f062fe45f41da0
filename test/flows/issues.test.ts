import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { addManyErrors, many } from '../support/many-errors.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const errors = '/api/integration/errors';
const address = '/api/integration/bitrix24';

interface Group {
  cause: string;
  code: string;
  title: string;
  message: string;
  count: number;
  last_day: number;
  day_before: number;
  advice: string | null;
}

describe('500 errors of 12 causes', () => {
  let world: World;
  let tenant: Tenant;
  let groups: Group[];

  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);
  const listed = async (query: string) => (await call('GET', `${errors}?${query}`)).body.data;
  const grouped = async (query = ''): Promise<{ groups: Group[]; counts: Record<string, number> }> =>
    (await call('GET', `${errors}/groups?${query}`)).body.data;
  const countStates = async () => (await grouped()).counts;
  const groupOf = (words: string): Group => {
    const found = groups.find(({ title }) => title.includes(words));
    if (!found) throw new Error(`No cause with "${words}" in ${groups.map(({ title }) => title).join('\n')}`);
    return found;
  };

  before(async () => {
    world = await startWorld({ config: { role: 'web' } });
    tenant = await world.addTenant();
    await addManyErrors(world, tenant);
    groups = (await grouped()).groups;
  });
  after(() => world.stop());

  it('are twelve groups: what belongs to one record is taken out, entities are read, one code may be two causes', () => {
    expect(groups).to.have.length(many.causes);
    expect(groups.reduce((sum, { count }) => sum + count, 0)).to.equal(many.errors);
    const core = groups.filter(({ code }) => code === 'ERROR_CORE');
    expect(core.map(({ title }) => title)).to.deep.equal([
      'Битрикс24 отказался принять значение: Поле … заполнено неверно',
      'Битрикс24 отказался принять значение: Не найдена стадия #',
    ]);
    expect(groupOf('заполнено неверно').message).to.match(/Поле "[а-к]+" заполнено неверно$/);
    expect(groupOf('уже занят').title).to.equal('E-mail … уже занят контактом #');
    expect(groups[0]?.count).to.be.greaterThan(groups[1]?.count ?? 0);
  });

  it('tell how many began to fail in the last day, and in the day before', () => {
    const [first] = groups;
    expect(first?.last_day).to.be.greaterThan(0);
    expect((first?.last_day ?? 0) + (first?.day_before ?? 0)).to.equal(first?.count);
  });

  it('are listed by cause, state, kind, and by a search for a name, an id and words of the message', async () => {
    const { cause, count } = groupOf('стадия');
    const page = await listed(`cause=${cause}&limit=100`);
    expect(page.total).to.equal(count);
    expect(page.items.every(({ message }: { message: string }) => message.includes('стадия'))).to.equal(true);
    expect((await listed('state=open&limit=1')).total).to.equal(450);
    expect((await listed('state=retrying&limit=1')).total).to.equal(50);
    expect((await listed('local_type=user')).total).to.equal(0);
    expect((await listed(`q=${encodeURIComponent('камаз 007')}`)).items[0]).to.include({ local_name: 'Камаз 007' });
    expect((await listed('q=7100')).items[0]).to.include({ bitrix24_id: '7100' });
    expect((await listed(`q=${encodeURIComponent('100%')}`)).total).to.equal(0);
  });

  it('name the field, our value of it, and the pair', async () => {
    const { cause } = groupOf('заполнено неверно');
    const [item] = (await listed(`cause=${cause}&limit=1`)).items;
    expect(item).to.include({ field: 'phone', state: 'open' });
    expect(item.value).to.match(/^\+7 900 \d+$/);
    expect(item.mapping_id).to.be.a('number');
    expect(item.bitrix24_id).to.equal(String(item.local_id + 7000));
  });

  it('are downloaded as the filter shows them, and no cell is a formula', async () => {
    const { cause, count } = groupOf('заполнено неверно');
    const answer = await fetch(`http://127.0.0.1:${world.port}${errors}?cause=${cause}&format=csv`, {
      headers: { authorization: `Bearer ${tenant.token}` },
    });
    expect(answer.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    const lines = (await answer.text()).trimEnd().split('\r\n');
    expect(lines).to.have.length(count + 1);
    expect(lines[1]).to.match(/,object,\d+,Камаз \d+,\d+,phone,'\+7 900 \d+,ERROR_CORE,/);
  });

  it('are put off until a moment, and come back by themselves', async () => {
    const { cause, count } = groupOf('внутренней');
    const before = await countStates();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const open = (await listed(`cause=${cause}&state=open&limit=1`)).total;
    expect(open).to.be.at.most(count);
    const answer = await call('POST', `${errors}/snooze`, { cause, until });
    expect(answer.body.data).to.deep.equal({ snoozed: open, until });
    expect(await countStates()).to.include({ open: (before.open ?? 0) - open, later: open });
    expect((await call('GET', `${address}/stats`)).body.data.errors_failed).to.equal((before.open ?? 0) - open);
    await world.sql(
      `update integration_errors set snoozed_until = now() - interval '1 second' where snoozed_until is not null`,
    );
    expect(await countStates()).to.deep.equal(before);
    expectRefusal(await call('POST', `${errors}/snooze`, { until }), 400, 'invalid_request');
  });

  it('are closed by a person, who is named, and opened again', async () => {
    const { cause } = groupOf('слишком большой');
    const before = await countStates();
    const { closed, ids } = (await call('POST', `${errors}/resolve-all`, { cause })).body.data;
    expect(closed).to.equal(ids.length);
    const [item] = (await listed(`cause=${cause}&state=closed&limit=1`)).items;
    expect(item).to.include({ closed_as: 'closed', status: 'resolved' });
    expect(item.resolved_by).to.be.a('string').that.is.not.empty;
    expect(item.resolved_at).to.be.a('string');
    for (let time = 0; time < 2; time++) {
      const answer = await call('POST', `${errors}/reopen`, { ids });
      expect(answer.body.data.reopened).to.equal(time === 0 ? closed : 0);
    }
    const after = await countStates();
    expect(after.closed).to.equal(0);
    expect((after.open ?? 0) + (after.retrying ?? 0)).to.equal((before.open ?? 0) + (before.retrying ?? 0));
  });

  it('stay closed where the record failed anew meanwhile', async () => {
    const [item] = (await listed('state=open&limit=1')).items;
    await call('POST', `${errors}/${item.id}/resolve`);
    await world.sql(
      `insert into integration_errors (tenant_id, operation, kind, code, message, local_type, local_id, status, retryable)
       values ($1, 'update_deal', 'validation', 'ANEW', 'Снова', 'object', $2, 'failed', false)`,
      [tenant.id, item.local_id],
    );
    expect((await call('POST', `${errors}/reopen`, { ids: [item.id] })).body.data.reopened).to.equal(0);
  });

  it('take their records out of the synchronisation, and back', async () => {
    const { cause } = groupOf('больше нет');
    const { excluded, ids } = (await call('POST', `${errors}/exclude`, { cause })).body.data;
    expect(excluded).to.be.greaterThan(0);
    const paused = async () =>
      (await call('GET', `${address}/mappings?paused=true&limit=1`)).body.data.pagination.total;
    expect(await paused()).to.equal(excluded);
    const [item] = (await listed(`cause=${cause}&state=closed&limit=1`)).items;
    expect(item).to.include({ closed_as: 'excluded' });
    await call('POST', `${errors}/reopen`, { ids });
    expect(await paused()).to.equal(0);
  });

  it("are not another company's to see, close or open", async () => {
    const other = await world.addTenant();
    const { cause } = groupOf('стадия');
    const ask = (method: string, path: string, body?: unknown) => world.call(other.token, method, path, body);
    expect((await ask('GET', `${errors}/groups`)).body.data).to.deep.equal({
      groups: [],
      counts: { open: 0, retrying: 0, later: 0, closed: 0 },
    });
    expect((await ask('POST', `${errors}/resolve-all`, { cause })).body.data).to.deep.equal({ closed: 0, ids: [] });
    const [retry] = await world.sql(
      `insert into error_retries (tenant_id, requested_by, total) values ($1, 'x', 1) returning id`,
      [tenant.id],
    );
    expectRefusal(await ask('GET', `${errors}/retries/${retry?.id}`), 404, 'not_found');
  });
});

describe('a retry of failed records', () => {
  let world: World;
  let tenant: Tenant;
  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(() => world.stop());

  const refuse = (words: string) =>
    world.portal.faults.add({
      method: 'crm.item.add',
      when: (params) => JSON.stringify(params).includes(words),
      action: { kind: 'refuse', status: 400, error: 'ERROR_CORE', description: `Не принято &quot;${words}&quot;` },
    });

  it('tells what it brought: mended, failed again and why', async () => {
    refuse('плохой');
    for (const name of ['плохой 1', 'плохой 2', 'плохой худший 3']) await call('POST', '/api/objects', { name });
    await eventually(async () => (await call('GET', `${errors}?status=failed`)).body.data.total === 3);
    await world.settled();
    world.portal.faults.clear();
    refuse('худший');
    const started = (await call('POST', `${errors}/retry-all`, {})).body.data;
    expect(started.retried).to.equal(3);
    const ask = async () => (await call('GET', `${errors}/retries/${started.retry_id}`)).body.data;
    await eventually(async () => (await ask()).waiting === 0);
    const outcome = await ask();
    expect(outcome).to.include({ total: 3, mended: 2, failed: 1, waiting: 0 });
    expect(outcome.causes).to.have.length(1);
    expect(outcome.causes[0]).to.include({ code: 'ERROR_CORE', count: 1 });
    expect(outcome.causes[0].title).to.include('Не принято …');
    const { retries } = (await call('GET', `${errors}/retries`)).body.data;
    expect(retries[0]).to.include({ id: started.retry_id, mended: 2, failed: 1 });
  });

  it('advises an installed application what it can do, and no new webhook', async () => {
    await world.sql(
      `update integration_errors set code = 'ACCESS_DENIED', response = $1 where tenant_id = $2 and status = 'failed'`,
      [
        JSON.stringify({
          text: { ru: 'Нет прав. Дайте вебхуку право crm', en: 'No right. Give the webhook' },
          advice: { ru: 'Дайте вебхуку право crm', en: 'Give the webhook' },
        }),
        tenant.id,
      ],
    );
    const read = async () => (await call('GET', `${errors}/groups?state=open`)).body.data.groups[0];
    expect((await read()).advice).to.include('вебхуку');
    await world.sql(`update bitrix24_connections set kind = 'installation' where tenant_id = $1`, [tenant.id]);
    const group = await read();
    expect(group.advice).to.include('сотруднику, установившему приложение');
    expect(group.message).to.equal('Нет прав');
  });
});
