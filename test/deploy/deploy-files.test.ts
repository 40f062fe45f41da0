import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { parse } from 'yaml';
import { z } from 'zod';
import { variables } from '../../config/env.ts';
import { environmentOf, healthCheckOf, readDockerfile, valuesOf } from './dockerfile.ts';
import { finalStage, ignoredNames } from './image-folder.ts';
import { root } from './production-copy.ts';

const file = (name: string) => path.join(root, 'config/deploy', name);
const read = (name: string) => readFileSync(file(name), 'utf8');
const isInstalled = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

const list = z.array(z.string());
const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  command: list.optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)).optional(),
  volumes: list.optional(),
  healthcheck: z.strictObject({ test: list, interval: z.string() }).optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }))
    .optional(),
  read_only: z.literal(true),
  tmpfs: z.union([z.string(), list]),
  cap_drop: z.tuple([z.literal('ALL')]).optional(),
  security_opt: list.optional(),
  stop_grace_period: z.string().optional(),
  restart: z.enum(['unless-stopped', 'on-failure']),
});
const compose = z.strictObject({
  name: z.string(),
  'x-app': z.object({}),
  'x-database': z.object({}),
  services: z.strictObject({ postgres: service, migrate: service, web: service, worker: service, bulk: service }),
  volumes: z.record(z.string(), z.null()),
});

describe('files for a server', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'axenta-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  describe('Dockerfile', () => {
    const stage = finalStage();

    it('ends as a user without rights, with nothing but what runs', () => {
      expect(valuesOf(stage, 'USER')).to.deep.equal(['node']);
      expect(valuesOf(stage, 'RUN')).to.deep.equal([]);
      expect(new Set(readDockerfile().map(({ from }) => from)).size).to.equal(1);
    });

    it('builds with the Node.js of package.json', () => {
      const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
      expect(engines.node).to.match(/^>=20\./);
      expect(stage.from).to.match(/^node:20-/);
    });

    it('sets and exposes variables and ports that the app has', () => {
      const { PORT, METRICS_PORT, ...rest } = environmentOf(stage);
      expect(rest).to.deep.equal({ NODE_ENV: 'production' });
      expect(valuesOf(stage, 'EXPOSE')).to.deep.equal([`${PORT} ${METRICS_PORT}`]);
    });

    it('checks health by Node.js itself', () => expect(healthCheckOf(stage)[0]).to.equal('node'));

    it('gives Docker neither installed nor built things nor secrets', () => {
      const ignored = ignoredNames();
      expect(ignored).to.include.members(['node_modules', 'dist', '.git', '.data', 'config/deploy/environment']);
      const copied = readDockerfile().flatMap((one) => valuesOf(one, 'COPY').map(String));
      const wanted = copied.filter((one) => !one.startsWith('--from')).flatMap((one) => one.split(' ').slice(0, -1));
      expect(wanted.filter((name) => !existsSync(path.join(root, name)))).to.deep.equal([]);
      expect(wanted.filter((name) => ignored.includes(name))).to.deep.equal([]);
    });
  });

  describe('compose.yaml', () => {
    const content = compose.parse(parse(read('compose.yaml'), { merge: true }));
    const { postgres, migrate, web, worker, bulk } = content.services;

    it('names variables, services, volumes and files that exist', () => {
      for (const one of [migrate, web, worker, bulk]) {
        expect(Object.keys(variables)).to.include.members(Object.keys(one.environment));
        expect(path.resolve(file(''), one.build?.context ?? '', one.build?.dockerfile ?? '')).to.equal(
          file('Dockerfile'),
        );
        expect(Object.keys(content.services)).to.include.members(Object.keys(one.depends_on ?? {}));
        for (const part of one.command?.slice(1, 2) ?? []) expect(existsSync(path.join(root, part))).to.equal(true);
      }
      expect(postgres.volumes?.map((volume) => volume.split(':')[0])).to.deep.equal(Object.keys(content.volumes));
    });

    it('starts the database, then migrates, then serves and works, and starts again what has ended', () => {
      expect(migrate.depends_on).to.deep.equal({ postgres: { condition: 'service_healthy' } });
      for (const [one, role] of [
        [web, 'web'],
        [worker, 'urgent'],
        [bulk, 'bulk'],
      ] as const) {
        expect(one.environment.ROLE).to.equal(role);
        expect(one.depends_on).to.deep.equal({ migrate: { condition: 'service_completed_successfully' } });
        expect(one.restart).to.equal('unless-stopped');
      }
      expect(migrate.command).to.deep.equal(['node', 'config/launch.js', 'migrate']);
    });

    it('shows the server to this machine alone, on the port that the image has', () => {
      expect(web.ports).to.deep.equal([`127.0.0.1:8080:${environmentOf(finalStage()).PORT}`]);
      for (const one of [migrate, worker, bulk, postgres]) expect(one.ports).to.equal(undefined);
    });
  });

  it('environment.example names variables that exist, and is refused until its secrets are filled in', () => {
    const lines = read('environment.example')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const given = Object.fromEntries(lines.map((line) => line.split('=', 2)));
    expect(Object.keys(variables)).to.include.members(Object.keys(given));
    expect([given.JWT_SECRET, given.ENCRYPTION_KEYS]).to.deep.equal(['', '']);
  });

  it('the systemd unit is one that systemd takes, and starts what package.json starts', () => {
    const unit = read('axenta-bitrix24@.service');
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(unit).to.include(`ExecStart=/usr/bin/node ${scripts.start.replace('exec node ', '')}`);
    for (const line of unit.split('\n')) expect(line).to.match(/^(#.*|\[\w+\]|\w+=.*|)$/);
    if (!isInstalled('systemd-analyze')) return;
    const copy = path.join(folder, 'axenta-bitrix24@web.service');
    // What is checked is the unit, not whether this machine has Node.js there.
    writeFileSync(copy, unit.replace('/usr/bin/node', process.execPath));
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', copy], { encoding: 'utf8' });
    expect(stderr.split('\n').filter((line) => line.includes('axenta-bitrix24'))).to.deep.equal([]);
  });

  it('the nginx sample leads to the port of the image, and is one that nginx takes', async () => {
    const text = read('nginx.conf');
    expect(text).to.include(`server 127.0.0.1:${environmentOf(finalStage()).PORT};`);
    const opened = text.split('{').length;
    expect(text.split('}').length).to.equal(opened);
    if (!isInstalled('nginx')) return;
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'axenta.example.ru' }]);
    const put = (name: string, content: string) => {
      writeFileSync(path.join(folder, name), content);
      return path.join(folder, name);
    };
    const pem = { fullchain: put('cert.pem', cert), privkey: put('key.pem', key) };
    const sample = text
      .replace(/\/etc\S+\/(fullchain|privkey)\.pem/g, (_, name: 'fullchain' | 'privkey') => pem[name])
      // Ports that anybody may open.
      .replace(/listen (\[::\]:)?(80|443)/g, (_, any = '', port) => `listen ${any}5${port.padStart(4, '0')}`);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const http = [...temporary, 'access_log off;', `include ${put('sample.conf', sample)};`].join(' ');
    const main = `pid ${folder}/pid; error_log stderr; events {} http { ${http} }`;
    const { status, stderr } = spawnSync('nginx', ['-t', '-p', folder, '-c', put('nginx.conf', main)], {
      encoding: 'utf8',
    });
    expect(status, stderr).to.equal(0);
  });
});
