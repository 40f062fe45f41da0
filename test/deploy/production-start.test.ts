import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type Running, run } from '../support/child.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { findFreePort } from '../support/free-port.ts';
import { environmentOf, healthCheckOf, valuesOf } from './dockerfile.ts';
import { copyFinalStage, finalStage } from './image-folder.ts';
import { copySources, linkProductionPackages, root } from './production-copy.ts';
import { ask, productionEnvironment, serve, tool } from './served-app.ts';

/** The user without rights that every Unix has. */
const userWithoutFiles = 65_534;

describe('a server without development packages', function () {
  this.timeout(120_000);
  let folder: string;
  let database: TestDatabase;
  let env: Record<string, string>;
  let app: Running | undefined;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'axenta-production-'));
    copySources(folder);
    database = await createTestDatabase({ empty: true });
    env = await productionEnvironment(database.url);
  });
  after(async () => {
    if (app) await stop(app);
    rmSync(folder, { recursive: true, force: true });
    await database?.drop();
  });

  const stop = (running: Running) => {
    running.signal('SIGTERM');
    return running.ended;
  };

  it('is built by `npm start` where the tools are, once, and anew when a source has changed or gone', async () => {
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    const extra = (file: string) => path.join(folder, file);
    writeFileSync(extra('app/extra.ts'), 'export const extra = true;\n');
    const builtAt: number[] = [];
    for (const change of [() => undefined, () => undefined, () => rmSync(extra('app/extra.ts'))]) {
      change();
      await stop(await serve(folder, env));
      builtAt.push(statSync(extra('dist/.stamp')).mtimeMs);
      expect(existsSync(extra('dist/app/extra.js'))).to.equal(existsSync(extra('app/extra.ts')));
    }
    expect(builtAt[1]).to.equal(builtAt[0]);
    expect(builtAt[2]).to.be.greaterThan(Number(builtAt[0]));
  });

  it('has packages of less than 150 MB', () => {
    rmSync(path.join(folder, 'node_modules'));
    const megabytes = linkProductionPackages(folder) / 2 ** 20;
    expect(megabytes).to.be.greaterThan(20).and.lessThan(150);
  });

  it('says in one sentence that DATABASE_URL is needed where no PostgreSQL came with npm', async () => {
    for (const command of ['start', 'company']) {
      const { code, errors } = await run('node', ['config/launch.js', command, '--name', 'x'], { cwd: folder });
      expect(code).to.equal(1);
      expect(errors.trim().split('\n')).to.have.length(1);
      expect(errors).to.include('Нужна переменная DATABASE_URL').and.include('DATABASE_URL is needed');
    }
  });

  it('migrates an empty database by `npm run migrate`, once', async () => {
    await database.drop();
    database = await createTestDatabase({ empty: true });
    env = await productionEnvironment(database.url);
    const first = await tool(folder, env, 'migrate');
    expect(first.code, first.errors).to.equal(0);
    expect(first.output).to.match(/applied migrations: \d\d/);
    expect((await tool(folder, env, 'migrate')).output).to.include('no new migrations');
  });

  it('starts what is built, says where it is and what is next', async () => {
    app = await serve(folder, env);
    expect(app.output).to.include('address: https://axenta.example.ru').and.include('npm run company');
    expect((await ask(env, '/')).status).to.equal(200);
  });

  it('has tools that make a company and a token, and encrypt anew', async () => {
    const company = await tool(folder, env, 'company', '--name', 'ООО «Сервер»');
    expect(company.code, company.errors).to.equal(0);
    const [, id = ''] = /company: (\d+)/.exec(company.output) ?? [];
    const token = await tool(folder, env, 'token', '--tenant', id, '--role', 'viewer');
    const headers = { authorization: `Bearer ${token.output.trim()}` };
    expect((await ask(env, '/api/company', { headers })).body.data).to.include({ name: 'ООО «Сервер»' });
    const rotated = await tool(folder, env, 'rotate-keys');
    expect(rotated.code, rotated.errors).to.equal(0);
  });

  it('stops in order when it is told to', async () => {
    const running = app;
    app = undefined;
    if (!running) throw new Error('It did not start');
    expect((await stop(running)).output).to.include('Приложение останавливается');
  });

  it('starts an older build than its sources with a warning, as nothing can build it', async () => {
    writeFileSync(path.join(folder, 'app', 'newer.ts'), 'export const newer = true;\n');
    app = await serve(folder, env);
    expect(app.output).to.include('dist/ was built from other sources');
  });

  it('runs as its image does: what the Dockerfile copies and no more, as a user who may write nothing there', async () => {
    if (app) await stop(app);
    const image = mkdtempSync(path.join(os.tmpdir(), 'axenta-image-'));
    chmodSync(image, 0o755);
    copyFinalStage(folder, image);
    const stage = finalStage();
    const [command] = valuesOf(stage, 'CMD') as [string[]];
    const inImage = { ...environmentOf(stage), ...env, METRICS_PORT: String(await findFreePort()) };
    // Only root can run it as another user.
    app = await serve(image, inImage, { command, uid: process.getuid?.() === 0 ? userWithoutFiles : undefined });
    const [program = '', ...args] = healthCheckOf(stage);
    expect((await run(program, args, { cwd: image, env: inImage })).code).to.equal(0);
    expect((await ask(env, '/')).status).to.equal(200);
    await stop(app);
    app = undefined;
    expect((await run(program, args, { cwd: image, env: inImage })).code).to.equal(1);
    rmSync(image, { recursive: true });
  });

  it('says what to do when nothing is built', async () => {
    const elsewhere = mkdtempSync(path.join(os.tmpdir(), 'axenta-unbuilt-'));
    copySources(elsewhere);
    const { code, errors } = await run('node', ['config/launch.js', 'start'], { cwd: elsewhere });
    rmSync(elsewhere, { recursive: true });
    expect(code).to.equal(1);
    expect(errors).to.include('npm ci && npm run build');
  });
});
