import { expect } from 'chai';
import fc from 'fast-check';
import type { Sequelize } from 'sequelize';
import { makeLog } from '../../app/lib/log.ts';
import { type Entity, entities, pairKinds } from '../../app/lib/records.ts';
import { connectDatabase, queryRows } from '../../app/models/database.ts';
import { readLocal } from '../../app/sync/load/local-rows.ts';
import { bitrix24Facts, crmFacts, type Facts, listFilterOf, mismatchOf } from '../../app/sync/plan/scope.ts';
import { bitrix24Inside, conditionOf } from '../../app/sync/plan/scope-sql.ts';
import { type ReachedPortal, reachPortal } from '../support/portal-client.ts';
import { changedAt, crmRows, crmRules, portalRecords, portalRules } from '../support/scope-arbitraries.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const rowsOfKind = 40;
const runs = { numRuns: 120 };

/** Rows and rules at random: what SQL, the portal's list and the plan say of each row is the same. */
describe('a rule says the same to PostgreSQL, to the portal and to the plan', () => {
  let world: World;
  let tenant: Tenant;
  let reached: ReachedPortal;
  let db: Sequelize;
  const sample = <Value>(values: fc.Arbitrary<Value>) => fc.sample(values, rowsOfKind);

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    db = connectDatabase(world.databaseUrl, makeLog({ level: 'error', format: 'text' }), 2);
    reached = reachPortal(world.portal);
    await fillCrm();
    fillPortal();
  });
  after(async () => {
    await db.close();
    reached.close();
    await world.stop();
  });

  async function insert(table: string, columns: Record<string, unknown>): Promise<void> {
    const all = Object.entries({ tenant_id: tenant.id, ...columns });
    const names = all.map(([name]) => name).join(', ');
    const places = all.map((_, index) => `$${index + 1}`).join(', ');
    await world.sql(
      `insert into ${table} (${names}) values (${places})`,
      all.map(([, value]) => value),
    );
  }

  async function fillCrm(): Promise<void> {
    const clients = [
      ['ООО Ромашка', '7701234567'],
      ['ООО «Василёк»', '7802345678'],
      [null, null],
    ];
    for (const [index, row] of sample(crmRows.contract).entries()) {
      const [client_name, client_inn] = clients[index % clients.length] ?? [];
      await insert('contracts', { number: `Д-${index}`, client_name, client_inn, ...row });
    }
    // Their clients are theirs still.
    await world.sql('update contracts set deleted_at = now() where id = 2');
    for (const row of sample(crmRows.user)) await insert('users', { name: 'Иван', ...row });
    for (const row of sample(crmRows.object)) await insert('objects', { name: 'Камаз', ...row });
  }

  function fillPortal(): void {
    for (const name of ['Сервис', 'Аренда']) world.portal.store.funnels.add(name);
    for (const entity of entities) {
      const kind = pairKinds[entity].bitrix24Type;
      const times = sample(changedAt);
      for (const [index, { place, ...fields }] of sample(portalRecords[entity]).entries()) {
        const [CATEGORY_ID, STAGE_ID] = (place ?? []) as unknown[];
        const created = world.portal.records(kind).create({ ...fields, ...(place ? { CATEGORY_ID, STAGE_ID } : {}) });
        const stored = world.portal.store.get(kind, Number(created.ID));
        const second = String(times[index]).replace(/\.\d+Z/, '.000Z');
        if (stored) stored.fields.DATE_MODIFY = second;
      }
    }
  }

  for (const entity of entities) {
    it(`of the rows of ${pairKinds[entity].table}`, async () => {
      const ids = (await world.sql<{ id: number }>(`select id from ${pairKinds[entity].table}`)).map(({ id }) => id);
      const rows = await readLocal(db, { tenantId: tenant.id, entity }, ids);
      await fc.assert(
        fc.asyncProperty(crmRules[entity], async (rule) => {
          const { sql } = conditionOf(entity, rule);
          const found = await queryRows<{ id: number }>(
            db,
            `select r.id from ${pairKinds[entity].table} r where ${sql} order by r.id`,
            { rule: JSON.stringify(rule) },
          );
          const planned = [...rows.values()].filter((row) => mismatchOf(rule, crmFacts(entity, row)) === null);
          expect(found.map(({ id }) => id)).to.deep.equal(planned.map(({ id }) => id).sort((a, b) => a - b));
        }),
        runs,
      );
    });

    it(`of the portal's ${pairKinds[entity].bitrix24Type} records`, async () => {
      const all = Array.from({ length: rowsOfKind }, (_, index) => index + 1);
      const records = [...(await reached.client.read(entity, all)).values()];
      const facts = records.map((record) => ({ id: record.id, facts: bitrix24Facts(entity, record) }));
      await fc.assert(
        fc.asyncProperty(portalRules[entity], async (rule) => {
          const filter = listFilterOf(rule);
          const listed = await reached.client.list(entity, filter, 0);
          const planned = facts.filter((one) => mismatchOf(rule, one.facts) === null).map(({ id }) => id);
          expect(await known(entity, facts, rule), 'PostgreSQL').to.deep.equal(planned);
          expect(
            listed.records.map(({ id }) => id),
            'the list',
          ).to.deep.equal(planned);
          expect(await reached.client.count(entity, filter), 'the count').to.equal(planned.length);
        }),
        runs,
      );
    });
  }

  /** What PostgreSQL says of facts that mappings keep. */
  async function known(
    entity: Entity,
    facts: readonly { id: number; facts: Facts }[],
    rule: object,
  ): Promise<number[]> {
    const rows = await queryRows<{ id: number }>(
      db,
      `select id from jsonb_to_recordset($rows::jsonb) as m (id integer, facts jsonb)
        where ${bitrix24Inside(entity, 'm.facts', '$rule::jsonb')} order by id`,
      { rows: JSON.stringify(facts), rule: JSON.stringify(rule) },
    );
    return rows.map(({ id }) => id);
  }
});
