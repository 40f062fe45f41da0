import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const kinds = [
  { entity: 'object', kind: 'deal', table: 'objects', column: 'name', field: 'TITLE', key: 'title' },
  {
    entity: 'contract',
    kind: 'company',
    table: 'contracts',
    column: 'client_name',
    field: 'TITLE',
    key: 'client_name',
  },
  { entity: 'user', kind: 'contact', table: 'users', column: 'name', field: 'NAME', key: 'name' },
] as const;

describe('both sides changed one field, policy by policy', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await world.sql(`insert into contracts (tenant_id, number, client_name) values ($1, '7', 'ООО Клиент')`, [
      tenant.id,
    ]);
    await world.sql(`insert into users (tenant_id, name) values ($1, 'Иван')`, [tenant.id]);
    await world.settled();
  });
  after(() => world.stop());

  for (const { entity, kind, table, column, field, key } of kinds) {
    for (const [policy, theirsAheadMs, winner] of [
      ['latest', 60_000, 'bitrix24'],
      ['latest', -60_000, 'crm'],
      ['crm', 60_000, 'crm'],
      ['bitrix24', -60_000, 'bitrix24'],
    ] as const) {
      it(`${entity}, policy ${policy}, theirs ${theirsAheadMs > 0 ? 'later' : 'earlier'}: ${winner} wins, the loser can be put back`, async () => {
        const settings = { policies: { [entity]: policy } };
        await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
        // One word: of a person's name it is the first name alone.
        const ours = `Наше-${policy}${theirsAheadMs}`;
        const theirs = `Их-${policy}${theirsAheadMs}`;
        const remote = () => world.remoteOf(tenant, entity, 1);
        await world.stopApp();
        await world.sql(`update ${table} set ${column} = $1`, [ours]);
        world.portal.clock.aheadMs = theirsAheadMs;
        world.portal.records(kind).update(Number((await remote()).ID), { [field]: theirs });
        world.portal.clock.aheadMs = 0;
        await world.startApp();
        await world.settled();
        const [won, lost] = winner === 'crm' ? [ours, theirs] : [theirs, ours];
        expect((await remote())[field]).to.equal(won);
        expect(await world.sql(`select ${column} as value from ${table}`)).to.deep.equal([{ value: won }]);
        const [conflict] = await world.sql(
          `select id, field, winner, policy, local_value, bitrix24_value
          from sync_conflicts where state = 'open' and entity = $1`,
          [entity],
        );
        expect(conflict).to.include({ field: key, winner, policy });
        // First and last name stand on lines of their own.
        expect(String(conflict?.local_value).trim()).to.equal(ours);
        expect(String(conflict?.bitrix24_value).trim()).to.equal(theirs);
        const keep = winner === 'crm' ? 'bitrix24' : 'crm';
        const path = `/api/integration/bitrix24/conflicts/${conflict?.id}/resolve`;
        expect((await world.call(tenant.token, 'POST', path, { keep })).status).to.equal(200);
        await world.settled();
        expect((await remote())[field]).to.equal(lost);
        expect(await world.sql(`select ${column} as value from ${table}`)).to.deep.equal([{ value: lost }]);
      });
    }
  }
});
