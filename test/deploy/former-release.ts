// `npm run try:upgrade -- <revision>`: the release of that revision and this one share a database and a portal, as during a deploy, and
// the former one works on after this one was taken back. Any revision whose packages are those of the lock file here, or near them.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../config/embedded-postgres.ts';
import { startPortal } from '../portal/portal.ts';
import { type Running, run } from '../support/child.ts';
import { eventually } from '../support/eventually.ts';
import { root } from './production-copy.ts';
import { ask, productionEnvironment, serve, tool } from './served-app.ts';

const [revision] = process.argv.slice(2);
if (!revision) throw new Error('npm run try:upgrade -- <revision of the former release>');
const parent = mkdtempSync(path.join(os.tmpdir(), 'axenta-upgrade-'));
const former = path.join(parent, 'former');
mkdirSync(former);

const fromSources = { command: [process.execPath, '--import', 'tsx', 'app/main.ts'] };
const postgres = await startEmbeddedPostgres({ dir: path.join(parent, 'postgres'), throwAway: true });
const portal = await startPortal({ switches: { rateLimited: false } });
const deals = portal.records('deal');
const given = await productionEnvironment(postgres.url);
const base = {
  ...given,
  NODE_ENV: 'test',
  PUBLIC_URL: `http://127.0.0.1:${given.PORT}`,
  BITRIX24_ALLOW_PRIVATE_HOSTS: '1',
  NODE_EXTRA_CA_CERTS: portal.caFile,
};
const envs = { former: base, present: { ...base, PORT: (await productionEnvironment(postgres.url)).PORT ?? '' } };
type Release = keyof typeof envs;
const running = new Map<Release, Running>();
let headers: Record<string, string> = {};
let made = 0;

/** Starts a release beside whatever runs already. */
async function begin(release: Release): Promise<void> {
  running.set(release, await serve(release === 'former' ? former : root, envs[release], fromSources));
}

async function end(release: Release): Promise<void> {
  running.get(release)?.signal('SIGTERM');
  await running.get(release)?.ended;
  running.delete(release);
}

async function rest(release: Release, method: string, address: string, body: object) {
  const init = { method, headers, body: JSON.stringify(body) };
  const answer = await ask(envs[release], address, init);
  if (answer.status >= 300) throw new Error(`${method} ${address}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.data;
}

/** An object is entered, its deal appears, a person renames the deal, the object follows; no other deal is made. */
async function work(release: Release, title: string): Promise<void> {
  made += 1;
  const name = `Камаз ${made}`;
  const { id } = await rest(release, 'POST', '/api/objects', { name, description: 'До переименования' });
  const find = () => {
    const found = deals.list().find(({ TITLE }) => TITLE === name);
    if (!found) throw new Error(`There is no deal ${name}`);
    return Number(found.ID);
  };
  const dealId = await eventually(find, { timeoutMs: 30_000 });
  deals.update(dealId, { TITLE: `${name} из портала` });
  await eventually(
    async () => {
      const { body } = await ask(envs[release], `/api/objects/${id}`, { headers });
      return body.data.name === `${name} из портала`;
    },
    { timeoutMs: 30_000 },
  );
  await rest(release, 'PUT', `/api/objects/${id}`, { description: 'После' });
  await eventually(() => String(deals.get(dealId).COMMENTS).includes('После'), { timeoutMs: 30_000 });
  if (deals.list().length !== made) throw new Error(`${deals.list().length} deals of ${made} objects`);
  console.log(`ok  ${title}: object ${id}, deal ${dealId}, ${made} of each`);
}

async function connect(): Promise<void> {
  const company = await run(process.execPath, ['--import', 'tsx', 'app/cli/company.ts', '--name', 'ООО Ромашка'], {
    cwd: former,
    env: envs.former,
  });
  const token = company.output.trim().split('\n').at(-1);
  headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const events = portal.addOutgoingWebhook({ url: `${envs.former.PUBLIC_URL}/bitrix24/events` });
  portal.addOutgoingWebhook({ url: `http://127.0.0.1:${envs.present.PORT}/bitrix24/events`, token: events.token });
  const body = { webhook_url: portal.addWebhook().url, outgoing_token: events.token };
  await rest('former', 'POST', '/api/integration/bitrix24/setup', body);
}

async function tryIt(): Promise<void> {
  const { code, errors } = await run('sh', ['-c', `git archive '${revision}' | tar -x -C '${former}'`], { cwd: root });
  if (code !== 0) throw new Error(errors);
  symlinkSync(path.join(root, 'node_modules'), path.join(former, 'node_modules'));
  await begin('former');
  await connect();
  await work('former', 'the former release alone');
  const migrated = await tool(root, envs.present, 'migrate');
  if (migrated.code !== 0) throw new Error(migrated.errors);
  console.log(`    ${migrated.output.split('\n')[0]}`);
  await work('former', 'the former release on the migrated database');
  await begin('present');
  await work('present', 'both, asked through this one');
  await work('former', 'both, asked through the former one');
  await end('former');
  await work('present', 'this release alone');
  await begin('former');
  await end('present');
  await work('former', 'this release taken back');
  const open = await ask(envs.former, '/api/integration/errors?status=failed', { headers });
  if (open.body.data.total !== 0) throw new Error(`Errors: ${JSON.stringify(open.body.data)}`);
  console.log('ok  no error is left');
}

try {
  await tryIt();
} catch (error) {
  for (const [release, { output }] of running) console.error(`--- ${release}\n${output.slice(-4000)}`);
  throw error;
} finally {
  for (const release of [...running.keys()]) await end(release);
  await portal.stop();
  await postgres.stop();
  rmSync(parent, { recursive: true, force: true });
}
