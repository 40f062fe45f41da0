import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { findFreePort } from '../support/free-port.ts';
import { callHttps } from '../support/https-caller.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface RunningDemo {
  portal: string;
  app: string;
  token: string;
  counts: string;
  dealId: string;
  objectId: string;
}

for (const [title, flags] of [
  ['npm run demo', []],
  ['npm run demo -- --webhook', ['--webhook']],
] as const) {
  describe(title, function () {
    this.timeout(100_000);
    demoFlow(flags);
  });
}

function demoFlow(flags: readonly string[]): void {
  const parent = mkdtempSync(path.join(os.tmpdir(), 'demo-'));
  chmodSync(parent, 0o755);
  const dataDir = path.join(parent, 'data');
  let child: ChildProcess;
  let printed = '';
  let first: RunningDemo;
  /** The same at every start: the portal keeps the app's address. */
  let ports: Record<string, string>;

  before(async () => {
    const names = ['PORT', 'PORTAL_PORT', 'OAUTH_PORT'];
    const free = await Promise.all(names.map(() => findFreePort()));
    ports = Object.fromEntries(names.map((name, index) => [name, String(free[index])]));
  });

  after(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(parent, { recursive: true, force: true });
  });

  function run(variables: Record<string, string> = {}): ChildProcess {
    printed = '';
    const env = { ...process.env, ...ports, DATA_DIR: dataDir, ...variables };
    const started = spawn(process.execPath, ['--import', 'tsx', 'test/demo/main.ts', ...flags], { cwd: root, env });
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk) => {
        printed += String(chunk);
      });
    }
    return started;
  }

  async function ready(): Promise<RunningDemo> {
    await eventually(() => printed.includes('Ctrl+C') || printed.includes('rror'), { timeoutMs: 90_000, everyMs: 100 });
    const find = (pattern: RegExp) => pattern.exec(printed)?.[1] ?? expect.fail(`No ${pattern} in:\n${printed}`);
    return {
      portal: find(/portal page +(https:\S+)\//),
      app: find(/the app +(http:\S+)\/#token=/),
      token: find(/^TOKEN=(\S+)/m),
      counts: find(/linked +(.+)/),
      dealId: find(/#\/deal\/(\d+)/),
      objectId: find(/-X PUT \S+\/api\/objects\/(\d+)/),
    };
  }

  async function objectName({ app, token, objectId }: RunningDemo, change?: { name: string }): Promise<string> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = change ? { method: 'PUT', headers, body: JSON.stringify(change) } : { headers };
    const answer = await fetch(`${app}/api/objects/${objectId}`, init);
    return ((await answer.json()) as { data: { name: string } }).data.name;
  }

  /** What the portal's page asks, trusting the portal's own authority; with a body it changes something. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  async function fromPage({ portal }: RunningDemo, address: string, body?: Record<string, unknown>): Promise<any> {
    const caPem = readFileSync(path.join(dataDir, 'portal', 'ca.pem'), 'utf8');
    return (await callHttps(portal + address, caPem, body ? { json: body } : {})).body;
  }
  const deal = (demo: RunningDemo, change?: Record<string, string>): Promise<{ TITLE: string }> =>
    fromPage(demo, `/api/records/deal/${demo.dealId}`, change);

  async function stop(signal: NodeJS.Signals): Promise<void> {
    child.kill(signal);
    const [code] = await once(child, 'exit');
    expect(code, printed).to.equal(0);
  }

  it('prints where everything is', async () => {
    child = run();
    first = await ready();
    expect(first.counts).to.match(/^301 .*122 .*44 /);
    for (const text of ['#/troubles', '/#token=', 'Axenta в меню', 'Вкладка Axenta']) expect(printed).to.include(text);
  });

  it('brings a deal edited on the portal into the CRM', async () => {
    await deal(first, { TITLE: 'Снегоход Буран (договор 1)' });
    await eventually(async () => (await objectName(first)).startsWith('Снегоход Буран'), { timeoutMs: 3000 });
  });

  it('brings an object edited in the CRM to the portal', async () => {
    await objectName(first, { name: 'Вездеход Шерп' });
    await eventually(async () => (await deal(first)).TITLE.startsWith('Вездеход Шерп'), { timeoutMs: 3000 });
  });

  if (flags.length === 0) {
    it('shows letters of the alerts in the mailbox of the portal', async () => {
      const headers = { authorization: `Bearer ${first.token}` };
      const address = `${first.app}/api/integration/bitrix24/alerts/test`;
      expect((await fetch(address, { method: 'POST', headers })).status).to.equal(200);
      const { isAvailable, letters } = await fromPage(first, '/api/mail');
      expect(isAvailable).to.equal(true);
      expect(letters[0].to).to.deep.equal(['dispatcher@company.example']);
    });

    it('goes wrong at a button, and tells the tour so', async () => {
      const step = async (name: string) =>
        (await fromPage(first, '/api/tour')).steps.find((one: { name: string }) => one.name === name).isDone;
      expect(await step('error')).to.equal(false);
      await fromPage(first, '/api/troubles/errors', { on: true });
      await eventually(() => step('error'), { timeoutMs: 30_000 });
      await fromPage(first, '/api/troubles/errors', { on: false });
    });

    it('says so when it is running already', async () => {
      const portal = first.portal;
      const other = run();
      const [code] = await once(other, 'exit');
      expect(code).to.equal(1);
      expect(printed).to.include(`уже запущена: ${portal}/`).and.to.include(`already running: ${portal}/`);
    });
  }

  it('stops by Ctrl+C without leftovers', async () => {
    await stop('SIGINT');
    expect(existsSync(path.join(dataDir, 'postgres', 'data', 'postmaster.pid'))).to.equal(false);
  });

  // The rest is the same for both.
  if (flags.length > 0) return;

  it('says which port is busy and how to choose another', async () => {
    const blocker = https.createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    for (const variable of ['PORT', 'PORTAL_PORT']) {
      const refused = run({ [variable]: String(port) });
      const [code] = await once(refused, 'exit');
      expect(code).to.equal(1);
      expect(printed).to.include(`Port ${port} is taken`);
      const [, advised] = new RegExp(`${variable}=(\\d+) npm run demo`).exec(printed) ?? [];
      expect(Number(advised), printed).to.be.greaterThan(port);
      expect(Object.values({ ...ports, [variable]: String(port) })).not.to.include(advised);
    }
    blocker.close();
  });

  it('finds its data again', async () => {
    child = run();
    const second = await ready();
    expect(second.counts).to.equal(first.counts);
    expect(printed).not.to.include('/468');
    expect(printed).to.include('уже выполнена');
    expect((await deal({ ...second, dealId: first.dealId })).TITLE).to.include('Вездеход Шерп');
    await stop('SIGTERM');
  });
}
