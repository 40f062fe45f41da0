// `npm run try:deploy`: the Dockerfile's commands, one after the other, from the last commit and an empty folder, on a PostgreSQL of its own.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../config/embedded-postgres.ts';
import { run } from '../support/child.ts';
import { environmentOf, healthCheckOf, valuesOf } from './dockerfile.ts';
import { copyFinalStage, finalStage, removeIgnored, runBuildStage } from './image-folder.ts';
import { root } from './production-copy.ts';
import { ask, productionEnvironment, serve } from './served-app.ts';

const parent = mkdtempSync(path.join(os.tmpdir(), 'axenta-deploy-'));
const [context, built, image] = ['context', 'built', 'image'].map((name) => {
  const folder = path.join(parent, name);
  mkdirSync(folder);
  return folder;
}) as [string, string, string];
const startedAt = Date.now();

function say(text: string): void {
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

/** Runs a command to its end. Throws with its output when it fails. */
async function must(command: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  const [program = '', ...args] = command;
  const { code, output, errors } = await run(program, args, { cwd, env });
  if (code !== 0) throw new Error(`${command.join(' ')}: ${code}\n${output}${errors}`);
  return output;
}

async function tryIt(databaseUrl: string): Promise<void> {
  await must(['sh', '-c', `git archive HEAD | tar -x -C '${context}'`], root);
  removeIgnored(context);
  await runBuildStage(context, built, say);
  const stage = finalStage();
  copyFinalStage(built, image);
  say(`the image's folder: ${(await must(['du', '-sm', image], image)).split('\t')[0]} MB`);
  const given = await productionEnvironment(databaseUrl);
  const env = { ...environmentOf(stage), ...given };
  const [command] = valuesOf(stage, 'CMD') as [string[]];
  const tool = (...args: string[]) => must(['node', 'config/launch.js', ...args], image, env);
  say(`migrate: ${(await tool('migrate')).split('\n')[0]}`);
  const app = await serve(image, env, { command });
  try {
    say(`CMD ${command.join(' ')}: ready`);
    console.log(app.output.trim());
    await must(healthCheckOf(stage), image, env);
    say('HEALTHCHECK: healthy');
    const token = (await tool('company', '--name', 'ООО «Сервер»')).trim().split('\n').at(-1);
    const { status, body } = await ask(env, '/api/company', { headers: { authorization: `Bearer ${token}` } });
    if (status !== 200) throw new Error(JSON.stringify(body));
    say(`GET /api/company: ${status} ${body.data.name}`);
  } finally {
    app.signal('SIGTERM');
    await app.ended;
  }
  say('stopped');
}

const postgres = await startEmbeddedPostgres({ dir: path.join(parent, 'postgres'), throwAway: true });
try {
  await tryIt(postgres.url);
} finally {
  await postgres.stop();
  rmSync(parent, { recursive: true, force: true });
}
