// `npm run try:deploy`: what an administrator does on a new server, from the last commit and an empty folder, on a PostgreSQL of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../config/embedded-postgres.ts';
import { run } from '../support/child.ts';
import { root } from './production-copy.ts';
import { ask, productionEnvironment, serve, tool } from './served-app.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'axenta-deploy-'));
const startedAt = Date.now();

function say(text: string): void {
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

/** Runs a command of the README in the folder. Throws with its output when it fails. */
async function must(line: string, env: Record<string, string> = {}): Promise<string> {
  const { code, output, errors } = await run('sh', ['-c', line], { cwd: folder, env });
  if (code !== 0) throw new Error(`${line}: ${code}\n${output}${errors}`);
  say(line);
  return output;
}

async function tryIt(databaseUrl: string): Promise<void> {
  await must(`git -C '${root}' archive HEAD | tar -x`);
  await must('npm ci --prefer-offline --no-audit --no-fund');
  await must('npm run build');
  await must('npm prune --omit=dev --no-audit --no-fund');
  say(`node_modules: ${(await must('du -sm node_modules')).split('\t')[0]} MB`);
  const env = await productionEnvironment(databaseUrl);
  await must('npm run migrate', env);
  const app = await serve(folder, env);
  say('npm start: ready');
  console.log(app.output.trim());
  try {
    const company = await tool(folder, env, 'company', '--name', 'ООО «Сервер»');
    const headers = { authorization: `Bearer ${company.output.trim().split('\n').at(-1)}` };
    const { status, body } = await ask(env, '/api/company', { headers });
    say(`GET /api/company: ${status} ${body.data.name}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
  } finally {
    app.signal('SIGTERM');
    await app.ended;
  }
  say('stopped');
}

const postgres = await startEmbeddedPostgres({ dir: path.join(folder, 'postgres'), throwAway: true });
try {
  await tryIt(postgres.url);
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
