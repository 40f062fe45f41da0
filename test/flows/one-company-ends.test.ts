import { expect } from 'chai';
import { type Clients, clientsOf } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('contracts of one client that come and go', () => {
  let world: World;
  let tenant: Tenant;
  let clients: Clients;
  let ids: number[];
  let companyId: number;
  let inn = 7_700_000_000;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    clients = clientsOf(world, tenant);
  });
  after(() => world.stop());

  const settings = (chosen: Record<string, unknown>) =>
    world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', chosen);
  const lists = (id: number) => clients.linesOf(id).filter((line) => line.startsWith('Договор'));
  const isThere = (id: number) => clients.list().some(({ ID }) => Number(ID) === id);
  const stateOf = async (id: number) =>
    (await world.sql('select state from bitrix24_sync_mappings where local_id = $1', [id]))[0]?.state;

  /** Contracts of a new client, linked. */
  async function client(...numbers: string[]): Promise<void> {
    inn += 1;
    // Each story is an hour of its own: too many removals at once would be held.
    await world.sql('delete from sync_removals');
    ids = [];
    for (const number of numbers)
      ids.push(await clients.add(number, { client_name: 'ООО Ромашка', client_inn: String(inn) }));
    await world.settled();
    companyId = await clients.companyOf(ids[0] ?? 0);
    expect(await clients.companyOf(ids.at(-1) ?? 0)).to.equal(companyId);
  }

  const [first, second, third] = [() => ids[0] ?? 0, () => ids[1] ?? 0, () => ids[2] ?? 0];

  it('one that is deleted leaves the list; the company goes with the last one, as the policy says', async () => {
    await settings({ on_local_delete: { contract: 'delete' } });
    await client('1-1', '1-2', '1-3');
    await clients.remove(first());
    await world.settled();
    expect(lists(companyId)).to.deep.equal(['Договор: 1-2', 'Договор: 1-3']);
    await world.sql('delete from contracts where id = $1', [second()]);
    await world.settled();
    expect(lists(companyId)).to.deep.equal(['Договор: 1-3']);
    await clients.remove(third());
    await world.settled();
    expect(isThere(companyId)).to.equal(false);
  });

  it('all deleted in one statement: the company is deleted once', async () => {
    await client('2-1', '2-2');
    world.portal.journal.clear();
    await world.sql(`update contracts set deleted_at = now() where number like '2-%'`);
    await world.settled();
    expect(isThere(companyId)).to.equal(false);
    expect(world.portal.journal.calls({ write: true }).map(({ method }) => method)).to.deep.equal(['crm.item.delete']);
    const errors = await world.call(tenant.token, 'GET', '/api/integration/errors?status=failed');
    expect(errors.body.data.items).to.deep.equal([]);
  });

  it('one that is restored is in the list of the company again', async () => {
    await settings({ on_local_delete: { contract: 'keep' } });
    await client('3-1', '3-2');
    await clients.remove(first());
    await world.settled();
    await world.sql('update contracts set deleted_at = null where id = $1', [first()]);
    await world.settled();
    expect(await clients.companyOf(first())).to.equal(companyId);
    expect(lists(companyId)).to.deep.equal(['Договор: 3-1', 'Договор: 3-2']);
  });

  it('a new contract of a client whose contracts were all deleted is linked with the company that stayed', async () => {
    await client('4-1', '4-2');
    await world.sql(`update contracts set deleted_at = now() where number like '4-%'`);
    await world.settled();
    expect(isThere(companyId)).to.equal(true);
    const again = await clients.add('4-3', { client_name: 'ООО Ромашка', client_inn: String(inn) });
    await world.settled();
    expect(await clients.companyOf(again)).to.equal(companyId);
    expect(lists(companyId)).to.deep.equal(['Договор: 4-3']);
  });

  it('a company deleted in the portal, policy keep: every contract stays, and none is linked', async () => {
    await client('5-1', '5-2', '5-3');
    world.portal.records('company').delete(companyId);
    await world.settled();
    expect(await Promise.all(ids.map(stateOf))).to.deep.equal(['orphaned', 'orphaned', 'orphaned']);
    expect(Object.keys(await clients.values('number'))).to.include.members(['5-1', '5-2', '5-3']);
  });

  it('a company that people merge into another one: all its contracts follow to the survivor', async () => {
    await client('8-1', '8-2', '8-3');
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', contract_id: first() });
    await world.settled();
    const survivor = Number(world.portal.records('company').create({ TITLE: 'ООО Основная' }).ID);
    await world.settled();
    world.portal.merge('company', [survivor, companyId]);
    await eventually(async () =>
      expect(await Promise.all(ids.map((id) => clients.companyOf(id)))).to.deep.equal([survivor, survivor, survivor]),
    );
    await world.settled();
    expect(lists(survivor)).to.deep.equal(['Договор: 8-1', 'Договор: 8-2', 'Договор: 8-3']);
    expect(await world.sql(`select code from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
  });

  it('policy recreate: one company is made for all of them', async () => {
    await settings({ on_bitrix24_delete: { contract: 'recreate' } });
    await client('6-1', '6-2', '6-3');
    world.portal.records('company').delete(companyId);
    await world.settled();
    const anew = await clients.companyOf(first());
    expect(anew).to.not.equal(companyId);
    expect(await Promise.all(ids.map((id) => clients.companyOf(id)))).to.deep.equal([anew, anew, anew]);
    expect(clients.list().filter(({ COMMENTS }) => String(COMMENTS).includes(String(inn)))).to.have.length(1);
    expect(lists(anew)).to.deep.equal(['Договор: 6-1', 'Договор: 6-2', 'Договор: 6-3']);
  });

  it('policy delete: every contract is deleted', async () => {
    await settings({ on_bitrix24_delete: { contract: 'delete' } });
    await client('7-1', '7-2');
    world.portal.records('company').delete(companyId);
    await world.settled();
    expect(Object.keys(await clients.values('number')).filter((number) => number.startsWith('7-'))).to.deep.equal([]);
  });

  it('a company back from the recycle bin beside one of the same address: every contract joins the one that came back', async () => {
    await settings({ on_bitrix24_delete: { contract: 'recreate' } });
    const numbers = ['9-1', '9-2', '9-3', '9-4', '9-5', '9-6'];
    await client(...numbers);
    await clients.edit(first(), { client_email: 'office@romashka.example' });
    await world.settled();
    // Six at once are held for a person.
    world.portal.records('company').delete(companyId);
    await world.settled();
    const held = await world.sql(`select local_id from sync_held where state = 'held' and local_id = any($1)`, [ids]);
    expect(held).to.have.length(numbers.length);
    world.portal.records('company').create({ TITLE: 'Ромашка', EMAIL: [{ VALUE: 'office@romashka.example' }] });
    const back = world.portal.recycleBin.restore('company', companyId, { event: 'told' });
    await world.settled();
    for (const id of ids) await clients.edit(id, { title: 'Аренда' });
    await world.settled();
    expect(await Promise.all(ids.map((id) => clients.companyOf(id)))).to.deep.equal(ids.map(() => back));
    expect(lists(back)).to.have.length(numbers.length);
    expect(await world.sql(`select code from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
  });

  it('a company back from the recycle bin that was made for a contract deleted since: what was equal with it is remembered', async () => {
    await settings({ on_bitrix24_delete: { contract: 'recreate' } });
    await client('10-1', '10-2', '10-3', '10-4', '10-5', '10-6');
    await clients.edit(second(), { client_phone: '+7 495 100-20-30', client_email: 'all@romashka.example' });
    await world.settled();
    const companies = world.portal.records('company');
    const [email] = companies.get(companyId).EMAIL as { ID: string }[];
    // Six at once are held for a person.
    companies.delete(companyId);
    await world.settled();
    await clients.remove(first());
    await world.settled();
    world.portal.events.faults.lossRate = 1;
    const back = world.portal.recycleBin.restore('company', companyId, { event: 'lost' });
    companies.update(back, { EMAIL: [{ ID: email?.ID, VALUE: 'new@romashka.example' }] });
    world.portal.events.faults.lossRate = 0;
    const anew = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/held/restore', { recreate: true });
    expect(anew.status, JSON.stringify(anew.body)).to.equal(200);
    await world.settled();
    expect(await clients.companyOf(second())).to.equal(back);
    expect(await clients.values('client_email')).to.include({ '10-2': 'new@romashka.example' });
    expect(clients.reach(back, 'EMAIL')).to.deep.equal(['new@romashka.example']);
  });
});
