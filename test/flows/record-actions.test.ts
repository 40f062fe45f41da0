import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const base = '/api/integration/bitrix24';

describe('what is done with several records', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  const act = async (action: string, ids: readonly number[]) => {
    const records = ids.map((id) => ({ local_type: 'object', local_id: id }));
    const answer = await world.call(tenant.token, 'POST', `${base}/records/${action}`, { records });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body.data;
  };
  const stateOf = async (name: string) => {
    const answer = await world.call(tenant.token, 'GET', `${base}/records?q=${encodeURIComponent(name)}`);
    return answer.body.data.records[0]?.state;
  };
  const deals = (name: string) =>
    world.portal
      .records('deal')
      .list()
      .filter(({ TITLE }) => TITLE === name).length;

  it('paused records rest, those that are not there are told, and the others go on', async () => {
    const first = await objectWithDeal(world, tenant, 'Первый');
    const second = await objectWithDeal(world, tenant, 'Второй');
    const { done, left } = await act('pause', [first.id, second.id, 999_999]);
    expect(done).to.equal(2);
    expect(left).to.have.length(1);
    expect(left[0]).to.include({ local_type: 'object', local_id: 999_999, code: 'not_found' });
    expect(await stateOf('Первый')).to.equal('paused');
    const refused = await act('sync', [first.id]);
    expect(refused.left[0].code).to.equal('paused');
    expect((await act('resume', [first.id, second.id])).done).to.equal(2);
    await eventually(async () => expect(await stateOf('Первый')).to.equal('in_step'));
  });

  it('an unlinked record is not linked until it is synchronised, and its deal is known again then', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Отвязанный');
    expect((await act('unlink', [id])).done).to.equal(1);
    expect(await stateOf('Отвязанный')).to.equal('not_linked');
    expect((await act('unlink', [id])).left[0].code).to.equal('not_linked');
    expect((await act('sync', [id])).done).to.equal(1);
    await eventually(async () => expect(await stateOf('Отвязанный')).to.equal('in_step'));
    expect(Number((await world.remoteOf(tenant, 'object', id)).ID)).to.equal(dealId);
    expect(deals('Отвязанный')).to.equal(1);
  });

  it('a deal that was deleted is made again, once; one that is there is not', async () => {
    const gone = await objectWithDeal(world, tenant, 'Удалённый');
    const there = await objectWithDeal(world, tenant, 'Живой');
    world.portal.records('deal').delete(gone.dealId);
    await world.portal.events.settled();
    await eventually(async () => expect(await stateOf('Удалённый')).to.equal('orphaned'));
    const { done, left } = await act('recreate', [gone.id, there.id]);
    expect(done).to.equal(1);
    expect(left[0]).to.include({ local_id: there.id, code: 'not_orphaned' });
    await eventually(async () => expect(await stateOf('Удалённый')).to.equal('in_step'));
    await act('recreate', [gone.id]);
    await world.settled();
    expect([deals('Удалённый'), deals('Живой')]).to.deep.equal([1, 1]);
  });

  it('an orphaned record is linked anew with another deal', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Перепривязанный');
    world.portal.records('deal').delete(dealId);
    await world.portal.events.settled();
    await eventually(async () => expect(await stateOf('Перепривязанный')).to.equal('orphaned'));
    const other = world.portal.records('deal').create({ TITLE: 'Другая сделка' }).ID;
    const path = `${base}/cards/deal/${other}/link`;
    const answer = await world.call(tenant.token, 'POST', path, { local_id: id });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    expect(Number((await world.remoteOf(tenant, 'object', id)).ID)).to.equal(Number(other));
  });

  it('a viewer changes nothing', async () => {
    const viewer = mintToken(world.config.jwtSecret ?? '', { tenantId: tenant.id, role: 'viewer', subject: 'x' }, 1);
    const body = { records: [{ local_type: 'object', local_id: 1 }] };
    expect((await world.call(viewer, 'POST', `${base}/records/unlink`, body)).status).to.equal(403);
  });
});
