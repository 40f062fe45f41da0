import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { makeFleet, type Vehicle } from '../support/fleet.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

/** A deal that was given to somebody else, or that the portal cannot show: everyday work. */
describe('one linked deal that the portal does not show', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;
  let vehicles: Vehicle[];

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    failures = failuresOf(world, tenant);
    vehicles = await makeFleet(world, tenant).add(8, {});
  });
  after(() => world.stop());
  afterEach(() => {
    world.portal.rights.clear();
    world.portal.faults.clear();
  });

  const titleOf = ({ dealId }: Vehicle) => world.portal.records('deal').get(dealId).TITLE;
  const nameOf = async ({ id }: Vehicle) => (await world.sql('select name from objects where id = $1', [id]))[0]?.name;

  /** Two ways to get no answer; each takes what it did away again. */
  const ways: [string, string, (hidden: Vehicle) => void][] = [
    [
      'left out of lists, and refused by its id',
      'ACCESS_DENIED',
      ({ dealId }) => void world.portal.rights.deny({ kind: 'deal', action: 'read', ids: [dealId] }),
    ],
    [
      'left out of lists, and an internal error by its id',
      'INTERNAL_SERVER_ERROR',
      ({ dealId }) => {
        // Lists leave it out, and its own reading breaks before its rights are looked at.
        world.portal.rights.deny({ kind: 'deal', action: 'read', ids: [dealId] });
        world.portal.faults.add({
          method: 'crm.item.get',
          when: ({ id }) => Number(id) === dealId,
          action: { kind: 'refuse', status: 500, error: 'INTERNAL_SERVER_ERROR', description: 'Internal error' },
        });
      },
    ],
  ];

  for (const [index, [how, code, hide]] of ways.entries()) {
    it(`(${how}) has an error of its own; all others go on`, async () => {
      const hidden = vehicles[index] as Vehicle;
      const others = vehicles.filter((vehicle) => vehicle !== hidden);
      const edited = others.at(-1) as Vehicle;
      hide(hidden);
      await world.sql(`update objects set name = 'Правка ${index} ' || id`);
      world.portal.records('deal').update(edited.dealId, { COMMENTS: `С портала ${index}` });
      await world.settled();
      for (const other of others) expect(titleOf(other)).to.equal(`Правка ${index} ${other.id}`);
      const [row] = await world.sql('select description from objects where id = $1', [edited.id]);
      expect(row?.description).to.equal(`С портала ${index}`);

      const errors = await failures.openErrors();
      expect(errors).to.have.length(1);
      expect(errors[0]).to.include({ local_type: 'object', local_id: hidden.id, code, status: 'failed' });
      expect(await failures.openFaults()).to.deep.equal([]);
      expect(await world.sql('select 1 from bitrix24_connections where pause_failures > 0')).to.deep.equal([]);
      expect(world.lines.some((line) => line.includes(`объекта ${hidden.id}:`))).to.equal(true);
      expect(world.lines.some((line) => line.includes('Портал не отвечает'))).to.equal(false);
      const { data } = (await failures.call('GET', '/api/integration/bitrix24/stats')).body;
      expect(data.errors_count).to.equal(1);
      expect((await failures.errors())[0]).to.include({ local_id: hidden.id, external_id: String(hidden.dealId) });
    });

    it(`(${how}) is mended when it is shown again and edited`, async () => {
      const hidden = vehicles[index] as Vehicle;
      world.portal.records('deal').update(hidden.dealId, { COMMENTS: 'Снова видна' });
      await world.settled();
      await eventually(async () => expect(titleOf(hidden)).to.equal(await nameOf(hidden)));
      expect(titleOf(hidden)).to.equal(`Правка ${index} ${hidden.id}`);
      expect(await failures.openErrors()).to.deep.equal([]);
    });
  }
});
