import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World, type WorldOptions } from '../support/world.ts';

const begin = /^\[BITRIX24\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /;

/** One object is made, then changed, and the portal refuses the change for good. */
async function live(world: World): Promise<Tenant> {
  const tenant = await world.addTenant();
  await world.connect(tenant);
  await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз' });
  await world.settled();
  world.portal.faults.add({
    method: 'crm.item.update',
    action: {
      kind: 'refuse',
      status: 400,
      error: 'ERROR_CORE',
      description: 'Поле\n[BITRIX24] 2026/01/01 00:00:00 подделка',
    },
  });
  await world.call(tenant.token, 'PATCH', '/api/objects/1', { name: 'Камаз 2' });
  await eventually(
    async () => (await world.sql(`select 1 from integration_errors where status = 'failed'`)).length > 0,
  );
  return tenant;
}

async function worldWith(config: NonNullable<WorldOptions['config']>): Promise<{ world: World; tenant: Tenant }> {
  const world = await startWorld({ config });
  return { world, tenant: await live(world) };
}

describe('the log for people', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    ({ world, tenant } = await worldWith({ logFormat: 'text', logLevel: 'info' }));
  });
  after(() => world.stop());

  const lineWith = (text: string): string => {
    const line = world.lines.find((one) => one.includes(text));
    if (!line) throw new Error(`No line with «${text}» in:\n${world.lines.join('')}`);
    return line;
  };

  it('begins every line in the known way, to the second', () => {
    for (const line of world.lines) expect(line).to.match(begin);
  });

  it('says the sentences that people search for', async () => {
    const deal = await world.remoteOf(tenant, 'object', 1);
    const made = lineWith('успешно синхронизирован');
    expect(made.replace(begin, '')).to.match(
      new RegExp(`^Объект 1 успешно синхронизирован с Битрикс24 как сделка ${deal.ID} `),
    );
    expect(lineWith('Получены учетные данные').replace(begin, '')).to.match(
      new RegExp(`^Получены учетные данные для компании ${tenant.id} `),
    );
    expect(lineWith('Ошибка синхронизации').replace(begin, '')).to.match(/^Ошибка синхронизации объекта 1: /);
  });

  it('tells company, operation, result and duration of each', () => {
    for (const text of [
      'успешно синхронизирован',
      'Ошибка синхронизации',
      'POST /api/objects',
      'PATCH /api/objects/1',
    ]) {
      const line = lineWith(text);
      expect(line).to.include(`tenant_id=${tenant.id}`);
      expect(line)
        .to.match(/ operation=\S+/)
        .and.match(/ result=(ok|error)/)
        .and.match(/ duration_ms=\d+/);
    }
    expect(lineWith('Ошибка синхронизации')).to.include('level=error').and.include('result=error');
  });

  it('adds the stack to an error', () => {
    expect(lineWith('Ошибка синхронизации')).to.match(/\n\s+at .+\.ts:\d+/);
  });

  it('lets no text from outside pass for a line of its own', () => {
    const forged = world.lines
      .join('')
      .split('\n')
      .filter((line) => /^\[BITRIX24\] 2026\/01\/01 00:00:00 подделка/.test(line));
    expect(forged).to.deep.equal([]);
  });

  it('is quiet about details at the level info', () => {
    expect(world.lines.filter((line) => line.includes('SQL') || line.includes('Битрикс24 ответил'))).to.deep.equal([]);
  });
});

describe('the log for machines', () => {
  let world: World;
  let tenant: Tenant;
  // biome-ignore lint/suspicious/noExplicitAny: log lines have fields of every shape
  const records = (): any[] => world.lines.map((line) => JSON.parse(line));

  before(async () => {
    ({ world, tenant } = await worldWith({ logFormat: 'json', logLevel: 'debug' }));
  });
  after(() => world.stop());

  it('is JSON, a line each, with time and level', () => {
    for (const record of records()) {
      expect(record).to.include.all.keys('time', 'level', 'msg', 'name');
    }
  });

  it('carries the id of the request, which the caller has too', async () => {
    const given = await world.call(tenant.token, 'GET', '/api/objects', undefined, { 'x-request-id': 'my-request-17' });
    expect(given.headers.get('x-request-id')).to.equal('my-request-17');
    const own = await world.call(tenant.token, 'GET', '/api/objects/999');
    const id = own.headers.get('x-request-id');
    expect(id)
      .to.match(/^[\w-]{36}$/)
      .and.equal(own.body.request_id);
    // Neither a second header nor a text that would break a line.
    const wrong = await world.call(tenant.token, 'GET', '/api/objects', undefined, { 'x-request-id': 'a b;<script>' });
    expect(wrong.headers.get('x-request-id')).to.match(/^[\w-]{36}$/);
    const [line] = records().filter((record) => record.request_id === id);
    expect(line).to.include({
      tenant_id: tenant.id,
      operation: 'GET /api/objects/:id',
      status: 404,
      result: 'error',
      code: 'not_found',
    });
    expect(line.duration_ms).to.be.a('number');
    expect(records().filter((record) => record.request_id === 'my-request-17')).to.have.length(1);
  });

  it('joins the lines that one request causes', async () => {
    const answer = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/setup', {
      webhook_url: tenant.webhookUrl,
    });
    const lines = records().filter((record) => record.request_id === answer.headers.get('x-request-id'));
    expect(lines.map((line) => line.operation)).to.deep.equal(['setup', 'POST /api/integration/bitrix24/setup']);
    for (const line of lines) expect(line.tenant_id).to.equal(tenant.id);
  });

  it('carries the id of the job that did the work', () => {
    const work = records().filter((record) => ['create', 'update_deal'].includes(record.operation));
    expect(work.length).to.be.above(1);
    for (const record of work) {
      expect(record.job_id, record.msg).to.match(/^\d+$/);
      expect(record).to.include({ tenant_id: tenant.id, task: 'reconcile' });
      expect(record.duration_ms).to.be.a('number');
    }
  });

  it('has errors with name, message, code and stack', () => {
    const failed = records().find((record) => record.operation === 'update_deal');
    expect(failed).to.include({ result: 'error', level: 50 });
    expect(failed.err).to.include.all.keys('name', 'message', 'stack', 'code');
    expect(failed.err.stack).to.match(/\n\s+at /);
  });

  it('tells each call of the portal at the level debug, by its method alone', () => {
    const calls = records().filter((record) => record.msg === 'Битрикс24 ответил');
    expect(calls.length).to.be.above(1);
    for (const call of calls) {
      expect(call.level).to.equal(20);
      expect(call.operation).to.match(/^[a-z.]+$/);
      expect(call.duration_ms).to.be.a('number');
    }
  });
});

describe('the log at the level error', () => {
  it('holds errors alone', async () => {
    const { world } = await worldWith({ logFormat: 'json', logLevel: 'error' });
    try {
      const levels = world.lines.map((line) => JSON.parse(line).level);
      expect(levels.length).to.be.above(0);
      expect(new Set(levels)).to.deep.equal(new Set([50]));
    } finally {
      await world.stop();
    }
  });
});
