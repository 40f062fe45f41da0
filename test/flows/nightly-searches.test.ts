import { expect } from 'chai';
import { lastNightlyMoment } from '../../app/events/night.ts';
import { takeNightly } from '../../app/events/schedules.ts';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database } from '../../app/models/database.ts';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const minute = 60_000;

/** Novosibirsk. */
const portalOffset = 420;

describe('nightly searches of a company', () => {
  let world: World;
  let db: Database;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ portal: { switches: { offsetMinutes: portalOffset } } });
    db = connectDatabase(world.databaseUrl, makeLog({ level: 'fatal', format: 'json' }), 2);
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(async () => {
    await db.close();
    await world.stop();
  });

  it('keep to the clock of its portal', async () => {
    await world.runJob('sweep', tenant);
    await eventually(async () => {
      const [row] = await world.sql('select utc_offset_min from bitrix24_connections');
      expect(row).to.deep.equal({ utc_offset_min: portalOffset });
    });
  });

  it('run once a night at its own minute, also when the process starts anew between', async () => {
    const night = lastNightlyMoment(tenant.id, portalOffset, new Date(Date.now() + 24 * 60 * minute));
    const at = (minutes: number) => takeNightly(db, 'nightly_fired_at', new Date(night.getTime() + minutes * minute));
    expect(await at(-1)).to.deep.equal([]);
    expect(await at(3)).to.deep.equal([tenant.id]);
    expect(await at(8)).to.deep.equal([]);
    await world.stopApp();
    await world.startApp();
    expect(await at(13)).to.deep.equal([]);
    expect(await at(24 * 60 + 1)).to.deep.equal([tenant.id]);
  });

  it('wait while the company is paused, and are made up for', async () => {
    const night = lastNightlyMoment(tenant.id, portalOffset, new Date(Date.now() + 4 * 24 * 60 * minute));
    await world.sql(`update bitrix24_connections set paused_until = now() + interval '1 hour'`);
    expect(await takeNightly(db, 'nightly_fired_at', new Date(night.getTime() + 3 * minute))).to.deep.equal([]);
    await world.sql('update bitrix24_connections set paused_until = null');
    expect(await takeNightly(db, 'nightly_fired_at', new Date(night.getTime() + 300 * minute))).to.deep.equal([
      tenant.id,
    ]);
  });
});
