import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

interface ErrorRow {
  id: number;
  status: string;
  attempts: number;
  next_retry_at: Date | null;
  updated_at: Date;
}

describe('records that the portal refuses', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    // Long enough that every attempt is seen, however busy the machine.
    world = await startWorld({ timings: { backoffMs: 400 } });
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  const errorsOf = async (type: string, id: number) =>
    world.sql<ErrorRow>('select * from integration_errors where local_type = $1 and local_id = $2 order by id', [
      type,
      id,
    ]);
  const retry = (id: number) => world.call(tenant.token, 'POST', `/api/integration/errors/${id}/retry`);

  it('for its values: a dead letter at once, and the others of the batch are not held up', async () => {
    await world.sql(
      `insert into users (tenant_id, name, email) values ($1, 'Верный', 'right@mail.example'), ($1, 'Неверный', 'не адрес'),
              ($1, 'Последний', 'last@mail.example')`,
      [tenant.id],
    );
    await world.settled();
    expect(
      world.portal
        .records('contact')
        .list()
        .map((contact) => contact.NAME),
    ).to.have.members(['Верный', 'Последний']);
    const [error, ...more] = await errorsOf('user', 2);
    expect(more).to.deep.equal([]);
    expect(error).to.include({
      status: 'failed',
      attempts: 1,
      operation: 'create_contact',
      kind: 'validation',
      retryable: false,
    });
  });

  it('mended and retried by hand: it goes through, and its error closes itself', async () => {
    await world.sql(`update users set email = 'mended@mail.example' where id = 2`);
    await world.settled();
    expect(await world.remoteOf(tenant, 'user', 2)).to.include({ NAME: 'Неверный' });
    expect((await errorsOf('user', 2)).map((error) => error.status)).to.deep.equal(['resolved']);
  });

  it('with an internal error: three attempts, each later than the one before, then a dead letter that a person retries', async () => {
    const { body } = await world.call(tenant.token, 'POST', '/api/objects', { name: 'Неудачник' });
    const id = body.data.id as number;
    await world.settled();
    const remove = world.portal.faults.add({
      method: 'crm.item.update',
      action: { kind: 'refuse', status: 500, error: 'INTERNAL_SERVER_ERROR', description: 'Internal error' },
    });
    const delays = new Map<number, number>();
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Неудачник упорный' });
    const error = await eventually(
      async () => {
        const [found] = await errorsOf('object', id);
        if (found?.next_retry_at)
          delays.set(found.attempts, found.next_retry_at.getTime() - found.updated_at.getTime());
        if (found?.status !== 'failed') throw new Error('Not a dead letter yet');
        return found;
      },
      { everyMs: 10 },
    );
    expect(error).to.include({ attempts: 3, operation: 'update_deal', kind: 'network', retryable: true });
    expect([...delays.keys()]).to.deep.equal([1, 2]);
    // 400 ms doubled, give or take a fifth.
    expect(delays.get(2)).to.be.above(delays.get(1) ?? Number.POSITIVE_INFINITY);
    expect(await world.sql(`select 1 from sync_queue where entity = 'object' and side = 'local'`)).to.deep.equal([]);
    remove();
    expect((await retry(error.id)).status).to.equal(200);
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', id)).to.include({ TITLE: 'Неудачник упорный' });
    expect((await errorsOf('object', id)).map((one) => one.status)).to.deep.equal(['resolved']);
  });

  it('by a right that one record lacks: that record alone waits for a person', async () => {
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Доступный' });
    await world.settled();
    world.portal.faults.add({
      method: 'crm.item.update',
      when: (params) => Number(params.id) === 0 || JSON.stringify(params).includes('Запретный'),
      action: { kind: 'refuse', status: 403, error: 'ACCESS_DENIED', description: 'Access denied' },
    });
    await world.sql(
      `update objects set name = case name when 'Неудачник упорный' then 'Запретный' else 'Разрешённый' end`,
    );
    await world.settled();
    const titles = world.portal
      .records('deal')
      .list()
      .map((deal) => deal.TITLE);
    expect(titles).to.have.members(['Неудачник упорный', 'Разрешённый']);
    const [connection] = await world.sql('select state, paused_until from bitrix24_connections');
    expect(connection).to.deep.equal({ state: 'active', paused_until: null });
  });
});
