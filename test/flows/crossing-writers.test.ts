import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a writer of the CRM whose way the engine crosses', () => {
  let world: World;
  let tenant: Tenant;
  let writer: pg.Client;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into contracts (tenant_id, number, client_name) values ($1, '17', 'ООО Ромашка')`, [
      tenant.id,
    ]);
    await world.sql(
      `insert into objects (tenant_id, name, contract_id) select $1, 'Камаз ' || n, 1 from generate_series(1, 3) n`,
      [tenant.id],
    );
    await world.settled();
    writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
  });
  after(async () => {
    await writer.end();
    await world.stop();
  });

  it('holds nothing that the engine needs, and is not held up itself', async () => {
    await writer.query('begin');
    await writer.query(`update objects set name = 'Камаз писателя' where id = 1`);
    // The company's new name is written into the contract, whose objects, the writer's among them, are to be looked at.
    world.portal.records('company').update(1, { TITLE: 'ООО Лютик' });
    await eventually(async () => {
      const [contract] = await world.sql('select client_name from contracts');
      expect(contract).to.deep.equal({ client_name: 'ООО Лютик' });
    });
    const startedAt = Date.now();
    await writer.query(`update contracts set description = 'дописано' where id = 1`);
    expect(Date.now() - startedAt).to.be.below(900);
    await writer.query('commit');
    await world.settled();
    const [contract] = await world.sql('select client_name, description from contracts');
    expect(contract).to.deep.equal({ client_name: 'ООО Лютик', description: 'дописано' });
    expect(await world.remoteOf(tenant, 'object', 1))
      .to.have.property('TITLE')
      .that.includes('Камаз писателя');
  });

  it('never fails, however the two meet', async () => {
    const failures: unknown[] = [];
    for (let round = 1; round <= 40; round += 1) {
      world.portal.records('company').update(1, { TITLE: `ООО Лютик ${round}` });
      const ids = round % 2 === 0 ? [1, 2, 3] : [3, 2, 1];
      await writer.query('begin');
      for (const id of ids)
        await writer.query('update objects set description = $2 where id = $1', [id, `раз ${round}`]);
      await writer.query('update contracts set description = $1 where id = 1', [`раз ${round}`]);
      await writer.query('commit').catch((error) => failures.push(error));
    }
    expect(failures).to.deep.equal([]);
    await world.settled();
    const rows = await world.sql('select distinct description from objects union select description from contracts');
    expect(rows).to.deep.equal([{ description: 'раз 40' }]);
  });
});
