import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = path.join(root, 'test/client');

/** What the program answers: it is checked by the compiler against the generated types, not against these. */
type Use = (
  baseUrl: string,
  token: string,
) => Promise<{ id: number; names: string[]; total: number; code: string; wrong: string; direction: string }>;

describe('a client that is made of the description', () => {
  let world: World;
  let tenant: Tenant;
  // Inside the project, so that packages are found from there.
  const folder = path.join(root, 'dist', `client-${process.pid}`);

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    const { body } = await world.call(null, 'GET', '/api/openapi.json');
    const types = execFileSync(process.execPath, [path.join(sources, 'generate.mjs')], {
      ...{ input: JSON.stringify(body), cwd: root, encoding: 'utf8', maxBuffer: 50_000_000 },
    });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'paths.d.ts'), types);
    copyFileSync(path.join(sources, 'program.ts'), path.join(folder, 'program.ts'));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await world.stop();
  });

  const check = (file: string) =>
    execFileSync(
      process.execPath,
      [
        ...[path.join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--ignoreConfig'],
        ...['--module', 'nodenext', '--target', 'es2023', '--allowImportingTsExtensions', '--types', 'node', file],
      ],
      { cwd: folder, encoding: 'utf8', stdio: 'pipe' },
    );

  it('is checked by the compiler: its program uses names and types that are there', () => {
    check('program.ts');
  });

  it('is refused by the compiler where it reads a field that no answer has', () => {
    const program = [
      "import createClient from 'openapi-fetch';",
      "import type { paths } from './paths.d.ts';",
      "const { data } = await createClient<paths>().GET('/api/objects');",
      'export const wrong = data?.data.items[0]?.colour;',
    ];
    writeFileSync(path.join(folder, 'wrong.ts'), program.join('\n'));
    expect(() => check('wrong.ts'))
      .to.throw()
      .with.property('stdout')
      .that.matches(/^wrong\.ts.*'colour' does not exist/);
  });

  it('makes an object, reads the list, and gets typed errors', async () => {
    // A path of this run's folder: its module is unknown before.
    const program = (await import(pathToFileURL(path.join(folder, 'program.ts')).href)) as { useInterface: Use };
    const said = await program.useInterface(`http://127.0.0.1:${world.port}`, tenant.token);
    const [object] = await world.sql<{ id: number }>('select id from objects where tenant_id = $1', [tenant.id]);
    expect(said).to.deep.equal({
      id: object?.id,
      names: ['КамАЗ 5490'],
      total: 1,
      code: 'imei_taken',
      wrong: 'Invalid request. contract_id: must be a number, got text',
      direction: 'bidirectional',
    });
  });
});
