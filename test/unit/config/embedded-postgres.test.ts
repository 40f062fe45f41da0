import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../config/embedded-postgres.ts';
import { eventually } from '../../support/eventually.ts';

const moduleUrl = new URL('../../../config/embedded-postgres.ts', import.meta.url).href;

/** Another process that holds the same cluster until its input ends. */
const holderSource = `
  const { startEmbeddedPostgres } = await import(${JSON.stringify(moduleUrl)});
  const postgres = await startEmbeddedPostgres({ dir: process.env.CLUSTER });
  console.log(postgres.url);
  process.stdin.resume().once('end', () => void postgres.stop());
`;

describe('the embedded PostgreSQL', () => {
  let parent: string;
  let dir: string;
  let own: EmbeddedPostgres;
  let other: ChildProcess;
  let otherUrl: string;

  before(async () => {
    parent = mkdtempSync(path.join(os.tmpdir(), 'axenta-embedded-'));
    // The server may run as somebody else than we do.
    chmodSync(parent, 0o755);
    dir = path.join(parent, 'cluster');
    own = await startEmbeddedPostgres({ dir });
    other = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', holderSource], {
      env: { ...process.env, CLUSTER: dir },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = await once(other.stdout as NodeJS.ReadableStream, 'data');
    otherUrl = String(line).trim();
  });
  after(async () => {
    other.kill('SIGKILL');
    await own.stop();
    const target = existsSync(dir) ? realpathSync(dir) : dir;
    rmSync(target, { recursive: true, force: true });
    rmSync(parent, { recursive: true, force: true });
  });

  const lockFile = () => path.join(dir, 'data', 'postmaster.pid');
  const serverPid = () => Number(readFileSync(lockFile(), 'utf8').split('\n')[0]);

  async function sql(text: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: own.url });
    await client.connect();
    try {
      return (await client.query({ text, rowMode: 'array' })).rows.flat();
    } finally {
      await client.end();
    }
  }

  it('is one for two processes of the same folder', () => {
    expect(otherUrl).to.equal(own.url);
  });

  it('starts again by itself, at the same address, when the server is killed, and keeps what was committed', async () => {
    await sql('create table kept as select generate_series(1, 100) as n');
    const killed = serverPid();
    process.kill(killed, 'SIGKILL');
    await eventually(async () => expect(await sql('select count(*)::int from kept')).to.deep.equal([100]), {
      timeoutMs: 15_000,
    });
    expect(serverPid()).not.to.equal(killed);
    expect(new URL(own.url).port).to.equal(new URL(otherUrl).port);
  });

  it('goes on when a process that held it is killed, and stops with the last one', async () => {
    const second = await startEmbeddedPostgres({ dir });
    // The server was killed: the first two may not have come back to it yet, and one that holds it alone would stop it.
    const holders = `select count(*)::int from pg_stat_activity where application_name = 'axenta-postgres-holder'`;
    await eventually(async () => expect(await sql(holders)).to.deep.equal([3]));
    const pid = serverPid();
    other.kill('SIGKILL');
    await once(other, 'exit');
    await second.stop();
    await second.stop();
    expect(serverPid()).to.equal(pid);
    expect(await sql('select count(*)::int from kept')).to.deep.equal([100]);
    await own.stop();
    expect(existsSync(lockFile())).to.equal(false);
    // A process that has ended is known to the system until its parent asks for it.
    await eventually(() => expect(() => process.kill(pid, 0)).to.throw('ESRCH'));
  });
});
