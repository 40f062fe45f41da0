import { expect } from 'chai';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database } from '../../app/models/database.ts';
import { listTenantsToReadAgain, tryIdleFaults } from '../../app/sync/faults/idle-faults.ts';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const noticedMs = 15_000;

describe('a fault behind which nothing waits any more', () => {
  let world: World;
  let db: Database;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  before(async () => {
    world = await startWorld({ ...unlimited, timings: { backoffMs: 60_000 } });
    db = connectDatabase(world.databaseUrl, makeLog({ level: 'fatal', format: 'json' }), 2);
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 6) n`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(async () => {
    await db.close();
    await world.stop();
  });
  afterEach(() => world.portal.rights.clear());

  const tryNow = () => world.sql('update sync_faults set next_try_at = now() where ended_at is null');

  async function loseRightToChange(word: string): Promise<void> {
    world.portal.rights.deny({ kind: 'deal', action: 'write' });
    await world.sql(`update objects set name = name || $1`, [word]);
    await failures.faultOpened('kind', 'object:update');
    await eventually(async () => {
      const rows = await world.sql(`select 1 from sync_queue where waits_for = 'kind:object:update'`);
      expect(rows).to.have.length(6);
    });
  }

  it('ends by itself within seconds of its next try, when no record needs the right any more', async () => {
    await loseRightToChange(' раз');
    // What was to be written is as before: nothing is left to do.
    await world.sql(`update objects set name = replace(name, ' раз', '')`);
    await eventually(async () => expect(await world.sql('select 1 from sync_queue')).to.deep.equal([]));
    await tryNow();
    await eventually(async () => expect(await failures.openFaults()).to.deep.equal([]), { timeoutMs: noticedMs });
    expect(await failures.health()).to.include({ status: 'healthy' });
  });

  it('opens again with the next refusal, and stays while a record waits for its end', async () => {
    await loseRightToChange(' два');
    await tryNow();
    await tryIdleFaults(db);
    expect(await failures.openFaults()).to.have.length(1);
    await world.skipWaits();
    await eventually(
      async () => {
        const [fault] = await world.sql<{ attempts: number }>(
          'select attempts from sync_faults where ended_at is null',
        );
        expect(fault?.attempts).to.be.greaterThan(1);
      },
      { timeoutMs: noticedMs },
    );
    world.portal.rights.clear();
    await world.skipWaits();
    await world.settled();
    expect(await failures.openFaults()).to.deep.equal([]);
  });

  it('takes a record with an error as its probe, and heals the others with it', async () => {
    world.portal.rights.deny({ kind: 'deal', action: 'write' });
    const ids = await world.sql<{ id: number }>('select id from objects order by id limit 3');
    for (const [index, { id }] of ids.entries()) {
      await world.sql(`update objects set name = name || ' три' where id = $1`, [id]);
      await eventually(async () => expect(await failures.openErrors()).to.have.length(index + 1));
    }
    await failures.faultOpened('kind', 'object:update');
    await eventually(async () => expect(await world.sql('select 1 from sync_queue')).to.deep.equal([]));
    await tryNow();
    await tryIdleFaults(db);
    await eventually(async () => {
      const faults = await world.sql('select attempts from sync_faults where ended_at is null');
      expect(faults).to.deep.equal([{ attempts: 2 }]);
    });
    world.portal.rights.clear();
    await world.skipWaits();
    await eventually(async () => expect(await failures.openFaults()).to.deep.equal([]), { timeoutMs: noticedMs });
    await world.settled();
    expect(await failures.openErrors()).to.deep.equal([]);
    const titles = world.portal.records('deal').list();
    expect(titles.filter(({ TITLE }) => String(TITLE).endsWith(' три'))).to.have.length(3);
  });

  describe('about a kind that could not be read', () => {
    const look = () => world.call(tenant.token, 'POST', '/api/integration/bitrix24/rights');

    it('is looked at in the portal again, and ends when the kind can be read', async () => {
      world.portal.rights.deny({ kind: 'company', action: 'read' });
      expect((await look()).body.data.unreadable).to.have.length(1);
      expect(await listTenantsToReadAgain(db), 'before its next try').to.deep.equal([]);
      await tryNow();
      expect(await listTenantsToReadAgain(db)).to.deep.equal([tenant.id]);
      await world.runJob('recheck', tenant);
      await failures.faultOpened('kind', 'contract');
      expect(await listTenantsToReadAgain(db), 'put off').to.deep.equal([]);

      world.portal.rights.clear();
      await tryNow();
      await world.runJob('recheck', tenant);
      expect(await failures.openFaults()).to.deep.equal([]);
    });
  });
});
