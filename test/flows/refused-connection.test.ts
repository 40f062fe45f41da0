import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a refusal that is not about the records', () => {
  let world: World;
  let tenant: Tenant;
  let neighbour: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    neighbour = await world.addTenant('ООО Василёк');
    await world.connect(tenant);
    await world.connect(neighbour);
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  const dealsOf = ({ id }: Tenant) =>
    world.portal
      .records('deal')
      .list()
      .filter((deal) => String(deal.ORIGIN_ID).includes(`:${id}:`));
  const addObjects = ({ id }: Tenant, name: string) =>
    world.sql(`insert into objects (tenant_id, name) select $1, $2 || n from generate_series(1, 40) n`, [id, name]);
  const errors = () =>
    world.sql<{ operation: string }>(`select operation, kind, code from integration_errors where status <> 'resolved'`);
  const charged = () => world.sql('select 1 from sync_queue where attempts > 0');

  for (const [title, method, prepare] of [
    ['creates', 'crm.item.add', (name: string) => addObjects(tenant, name)],
    [
      'updates',
      'crm.item.update',
      () => world.sql(`update objects set name = name || '!' where tenant_id = $1`, [tenant.id]),
    ],
  ] as const) {
    it(`a limit that ${title} meet inside a batch costs no attempt: the method waits, then everything goes through`, async () => {
      world.portal.faults.add({
        method,
        times: 3 * 50,
        action: { kind: 'refuse', status: 429, error: 'OPERATION_TIME_LIMIT', description: 'Method is blocked' },
      });
      await prepare(`${title} `);
      await eventually(async () => {
        const faults = await world.sql(
          `select scope, subject, code from sync_faults where tenant_id = $1 and ended_at is null`,
          [tenant.id],
        );
        expect(faults).to.deep.equal([{ scope: 'method', subject: method, code: 'OPERATION_TIME_LIMIT' }]);
      });
      expect(await charged()).to.deep.equal([]);
      expect(await errors()).to.deep.equal([]);
      world.portal.faults.clear();
      // A minute passes.
      await world.skipWaits();
      await world.settled();
      expect(dealsOf(tenant)).to.have.length(40);
      expect(new Set(dealsOf(tenant).map((deal) => deal.ORIGIN_ID))).to.have.property('size', 40);
    });
  }

  it('a limit that the last commands of a batch meet: the first are settled, the last wait', async () => {
    let left = 2;
    world.portal.faults.add({
      method: 'crm.item.add',
      when: () => left-- <= 0,
      action: { kind: 'refuse', status: 429, error: 'OPERATION_TIME_LIMIT', description: 'Method is blocked' },
    });
    await addObjects(neighbour, 'Частью ');
    await eventually(async () => expect(dealsOf(neighbour)).to.have.length(2));
    expect(await charged()).to.deep.equal([]);
    world.portal.faults.clear();
    await eventually(async () => {
      await world.skipWaits();
      expect(dealsOf(neighbour)).to.have.length(40);
    });
    await world.settled();
    expect(await errors()).to.deep.equal([]);
  });

  it('access that is refused to every command: one error, the tenant stops, its neighbour goes on', async () => {
    world.portal.faults.add({
      method: 'crm.item.add',
      when: (params) => JSON.stringify(params).includes(`:${tenant.id}:object:`),
      action: { kind: 'refuse', status: 401, error: 'insufficient_scope', description: 'Higher privileges are needed' },
    });
    await addObjects(tenant, 'Без прав ');
    await eventually(async () => {
      const open = await errors();
      expect(open).to.have.length(1);
      expect(open[0]).to.include({ operation: 'connect', kind: 'auth' });
    });
    await world.call(neighbour.token, 'POST', '/api/objects', { name: 'Сосед работает' });
    await eventually(() => dealsOf(neighbour).some((deal) => deal.TITLE === 'Сосед работает'));
    expect(
      await world.sql('select count(*)::int as n from sync_queue where tenant_id = $1', [tenant.id]),
    ).to.deep.equal([{ n: 40 }]);
    expect(await charged()).to.deep.equal([]);
  });

  it('and goes on where it stopped when a working webhook is stored', async () => {
    tenant.webhookUrl = world.portal.addWebhook().url;
    await world.connect(tenant);
    await world.settled();
    expect(dealsOf(tenant)).to.have.length(80);
    expect(await errors()).to.deep.equal([]);
  });
});
