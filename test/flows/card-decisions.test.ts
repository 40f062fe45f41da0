import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const base = '/api/integration/bitrix24';
/** Somebody who works in the portal. */
const manager = 7;

describe('the tab in a card, when something is to be decided', () => {
  let world: World;
  let tenant: Tenant;
  let user: string;

  before(async () => {
    world = await startWorld({ ...unlimited, apps: true });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    user = mintToken(world.config.jwtSecret ?? '', { tenantId: tenant.id, role: 'user', subject: 'manager' }, 1);
  });
  after(() => world.stop());

  const asAdmin = (method: string, path: string, body?: unknown) =>
    world.call(tenant.token, method, `${base}${path}`, body);
  const asUser = (method: string, path: string, body?: unknown) => world.call(user, method, `${base}${path}`, body);
  const pairOf = async (card: string) => (await asUser('GET', `/cards/${card}/pair`)).body.data;
  const deals = () => world.portal.records('deal');

  async function addContract(number: string, client: string): Promise<number> {
    const body = { number, client_name: client, client_inn: '7707083893', end_date: '2026-12-10' };
    return (await world.call(tenant.token, 'POST', '/api/contracts', body)).body.data.id;
  }
  async function addObject(name: string, contractId?: number): Promise<{ id: number; dealId: number }> {
    const body = { name, ...(contractId && { contract_id: contractId }) };
    const { id } = (await world.call(tenant.token, 'POST', '/api/objects', body)).body.data;
    await world.settled();
    return { id, dealId: Number((await world.remoteOf(tenant, 'object', id)).ID) };
  }

  it('a conflict is settled there by those who may change records, and only one of that card', async () => {
    const [own, other] = [await addObject('Камаз'), await addObject('Газель')];
    await world.stopApp();
    await world.sql(`update objects set name = 'Камаз наш' where id = $1`, [own.id]);
    deals().update(own.dealId, { TITLE: 'Камаз их' }, manager);
    await world.startApp();
    await world.settled();
    const [conflict] = (await pairOf(`deal/${own.dealId}`)).conflicts;
    expect(conflict).to.include({
      field: 'title',
      local_value: 'Камаз наш',
      bitrix24_value: 'Камаз их',
      local_id: own.id,
    });
    const lost = conflict.winner === 'crm' ? 'bitrix24' : 'crm';
    const path = (id: number) => `/cards/deal/${id}/conflicts/${conflict.id}/resolve`;
    expectRefusal(await asUser('POST', path(other.dealId), { keep: lost }), 404, 'not_found');
    const answer = await asUser('POST', path(own.dealId), { keep: lost });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    await world.settled();
    const kept = lost === 'crm' ? 'Камаз наш' : 'Камаз их';
    expect(deals().get(own.dealId).TITLE).to.equal(kept);
    expect(await world.sql('select name from objects where id = $1', [own.id])).to.deep.equal([{ name: kept }]);
    expect((await pairOf(`deal/${own.dealId}`)).conflicts).to.deep.equal([]);
    expectRefusal(await asUser('POST', path(own.dealId), { keep: lost }), 409, 'already_resolved');
  });

  it('the history tells who changed what in the portal, and calls companies by their clients', async () => {
    const contract = await addContract('17/26', 'ООО Ветер');
    const { dealId } = await addObject('Кран', contract);
    deals().update(dealId, { TITLE: 'Автокран' }, manager);
    await world.settled();
    const { log, company_names: names, mapping } = await pairOf(`deal/${dealId}`);
    expect(log[0]).to.include({ direction: 'from_bitrix', cause: 'portal' });
    expect(log[0]).to.include({ portal_user: manager, portal_user_name: 'Ирина Лисина' });
    expect(log.at(-1)).to.include({ direction: 'to_bitrix', portal_user: null, cause: 'crm' });
    const company = log.at(-1).changes.company.after;
    expect(names).to.deep.equal({ [company]: 'ООО Ветер' });
    const { body } = await asAdmin('GET', `/mappings/${mapping.id}/history`);
    expect(body.data.lines[0].portal_user_name).to.equal('Ирина Лисина');
    expect(body.data.company_names).to.deep.equal(names);
  });

  it('a company lists the contracts behind it, those that end first before the others, with vehicles and deals', async () => {
    const [first, second] = [await addContract('А-1', 'ООО Поле'), await addContract('А-2', 'ООО Поле')];
    await world.sql(`update contracts set end_date = '2027-06-01' where id = $1`, [first]);
    const vehicle = await addObject('Трактор', second);
    const { ID: company } = await world.remoteOf(tenant, 'contract', second);
    const { contracts } = await pairOf(`company/${company}`);
    expect(contracts.map(({ id }: { id: number }) => id)).to.include.members([first, second]);
    const ends = contracts.map(({ end_date: end }: { end_date: string }) => end);
    expect(ends).to.deep.equal([...ends].sort());
    const shown = contracts.find(({ id }: { id: number }) => id === second);
    expect(shown).to.include({ number: 'А-2', end_date: '2026-12-10', object_count: 1 });
    expect(shown.objects).to.deep.equal([{ id: vehicle.id, name: 'Трактор', imei: null, deal_id: vehicle.dealId }]);
  });

  it('a card is linked with another record by an administrator, and the former one goes on by itself', async () => {
    const former = await addObject('Прежний');
    await asAdmin('PUT', '/settings', { automatic: { object: false } });
    const { id } = (await world.call(tenant.token, 'POST', '/api/objects', { name: 'Новый' })).body.data;
    const path = `/cards/deal/${former.dealId}/relink`;
    expect((await asUser('POST', path, { local_id: id })).status).to.equal(403);
    const answer = await asAdmin('POST', path, { local_id: id });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    expect(answer.body.data.mapping).to.include({ local_id: id, bitrix24_id: String(former.dealId), state: 'linked' });
    await asAdmin('PUT', '/settings', {});
    await world.sql(`update objects set name = 'Прежний 2' where id = $1`, [former.id]);
    await world.settled();
    const own = await world.remoteOf(tenant, 'object', former.id);
    expect(Number(own.ID)).not.to.equal(former.dealId);
    expect(own.TITLE).to.equal('Прежний 2');
    expect(deals().get(former.dealId).TITLE).not.to.equal('Прежний 2');
  });

  it('a record that has a pair is not taken for another link, and the card keeps the one that it has', async () => {
    const [one, two] = [await addObject('Один'), await addObject('Два')];
    const refused = await asAdmin('POST', `/cards/deal/${one.dealId}/relink`, { local_id: two.id });
    expectRefusal(refused, 409, 'already_linked');
    expect((await pairOf(`deal/${one.dealId}`)).mapping).to.include({ local_id: one.id, state: 'linked' });
  });

  it('people for a task are found by name; where the portal does not show them it says so', async () => {
    const { dealId } = await addObject('С задачей');
    const { body } = await asUser('GET', `/cards/deal/${dealId}/people?q=ли`);
    expect(body.data).to.deep.equal({ items: [{ id: 7, name: 'Ирина Лисина' }], total: 1, unread: null });
    world.portal.faults.add({
      method: 'user.get',
      action: { kind: 'refuse', status: 401, error: 'insufficient_scope', description: 'no scope' },
    });
    await asAdmin('DELETE', '/cache');
    const closed = (await asUser('GET', `/cards/deal/${dealId}/people`)).body.data;
    world.portal.faults.clear();
    expect(closed.items).to.deep.equal([]);
    expect(closed.unread.code).to.equal('insufficient_scope');
  });
});
