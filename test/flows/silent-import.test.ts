import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a silent first load', () => {
  let world: World;
  let tenant: Tenant;
  let robots = 0;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    world.portal.store.robot = () => {
      robots += 1;
      return undefined;
    };
    await world.connect(tenant);
    // Nothing goes by itself: the run is what loads.
    const settings = { automatic: { object: false, user: false } };
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  async function load(kind: 'sync_objects' | 'sync_users'): Promise<Record<string, number>> {
    const answer = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', {
      [kind]: true,
      silent: true,
    });
    expect(answer.status).to.equal(202);
    return eventually(
      async () => {
        const { body } = await world.call(tenant.token, 'GET', `/api/integration/bitrix24/runs/${answer.body.data.id}`);
        return body.data.state === 'finished' && body.data;
      },
      { timeoutMs: 15_000 },
    );
  }

  it('starts no robot, twenty records a command, and links what it made', async () => {
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Тихий ' || n from generate_series(1, 130) n`, [
      tenant.id,
    ]);
    world.portal.journal.clear();
    expect(await load('sync_objects')).to.include({ total: 130, created: 130, failed: 0 });
    expect(world.portal.records('deal').list()).to.have.length(130);
    expect(robots).to.equal(0);
    expect(world.portal.journal.calls({ method: 'crm.item.add' })).to.deep.equal([]);
    const imports = world.portal.journal.calls({ method: 'crm.item.batchimport' });
    expect(imports).to.have.length(7);
    world.portal.journal.clear();
    expect(await load('sync_objects')).to.include({ total: 130, unchanged: 130 });
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
  });

  it('a refused row is a dead letter of its own; the other nineteen are made', async () => {
    await world.sql(
      `insert into users (tenant_id, name, email) select $1, 'Человек ' || n,
              case when n = 7 then 'не адрес' else 'person' || n || '@mail.example' end from generate_series(1, 20) n`,
      [tenant.id],
    );
    expect(await load('sync_users')).to.include({ total: 20, created: 19, failed: 1 });
    expect(world.portal.records('contact').list()).to.have.length(19);
    const errors = await world.call(tenant.token, 'GET', '/api/integration/errors?status=failed');
    expect(errors.body.data.items).to.have.length(1);
    expect(errors.body.data.items[0]).to.include({ operation: 'create_contact', kind: 'validation' });
  });

  for (const [title, fault] of [
    ['the answer to the import itself', { method: 'batch', when: isImport, action: { kind: 'dropAfter' } }],
    [
      'the answer to the reading that follows it',
      {
        method: 'crm.item.list',
        action: { kind: 'refuse', status: 503, error: 'QUERY_LIMIT_EXCEEDED', description: 'Too many requests' },
      },
    ],
  ] as const) {
    it(`lost: ${title}: one deal per object in the end`, async () => {
      const name = title.slice(-5);
      await world.sql(`insert into objects (tenant_id, name) select $1, $2 || n from generate_series(1, 30) n`, [
        tenant.id,
        name,
      ]);
      const before = world.portal.records('deal').list().length;
      let isArmed = fault.method === 'batch';
      const arm = world.portal.journal.subscribe((entry) => {
        if (entry.method === 'crm.item.batchimport') isArmed = true;
      });
      const when = (params: Record<string, unknown>) => isArmed && (!('when' in fault) || fault.when(params));
      world.portal.faults.add({ ...fault, when, times: 1 });
      const run = await load('sync_objects');
      arm();
      expect(world.portal.records('deal').list()).to.have.length(before + 30);
      expect(run).to.include({ created: 30, failed: 0 });
      const [mapped] = await world.sql(
        `select count(*)::int as n from bitrix24_sync_mappings m join objects o on o.id = m.local_id
          where m.local_type = 'object' and o.name like $1`,
        [`${name}%`],
      );
      expect(mapped).to.deep.equal({ n: 30 });
    });
  }
});

function isImport(params: Record<string, unknown>): boolean {
  return JSON.stringify(params).includes('batchImport');
}
