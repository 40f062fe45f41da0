import { expect } from 'chai';
import { matchingOf } from '../support/matching.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('the first link of two records that are the same', () => {
  let world: World;
  let tenant: Tenant;
  let my: ReturnType<typeof matchingOf>;
  const contacts = () => world.portal.records('contact');
  const userOf = async (id: number) => (await my.call('GET', `/api/users/${id}`)).body.data;
  const phonesOf = (id: number) => (contacts().get(id).PHONE as { VALUE: string }[]).map(({ VALUE }) => VALUE);

  beforeEach(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    my = matchingOf(world, tenant);
    await world.connectWithEvents(tenant);
  });
  afterEach(() => world.stop());

  const ivan = () => my.contact('Ваня', 'Петров', { email: ['ivan@mail.example'], POST: 'Директор' });
  const addIvan = () => my.addUser({ name: 'Иван Петров', email: 'ivan@mail.example', phone: '+79121112233' });

  /** Everything is looked at once more: nothing may be written. */
  async function expectQuiet(): Promise<void> {
    world.portal.journal.clear();
    const run = await my.run({ sync_users: true });
    expect(run).to.include({ updated: 0, failed: 0, conflicts: 0 });
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
  }

  it('fills what is empty and overwrites nothing: what differs is an open conflict with both values', async () => {
    const contact = ivan();
    const user = await addIvan();
    expect(contacts().get(contact)).to.include({ NAME: 'Ваня', LAST_NAME: 'Петров', POST: 'Директор' });
    expect(phonesOf(contact)).to.deep.equal(['+79121112233']);
    expect(await userOf(user)).to.include({ name: 'Иван Петров' });
    const [conflict, ...others] = await my.conflicts();
    expect(others).to.deep.equal([]);
    expect(conflict).to.include({
      ...{ field: 'name', winner: 'none', policy: 'fill_only', state: 'open' },
      ...{ local_value: 'Иван Петров', bitrix24_value: 'Ваня\nПетров' },
    });
    await expectQuiet();
  });

  it('what the contact has and the user lacks comes here', async () => {
    my.contact('Иван', 'Петров', { email: ['ivan@mail.example'], phone: ['+7 912 111-22-33'] });
    const user = await my.addUser({ name: 'Иван Петров', email: 'ivan@mail.example' });
    expect((await userOf(user)).phone).to.equal('+79121112233');
    expect(await my.conflicts()).to.deep.equal([]);
    await expectQuiet();
  });

  it('a later edit of either side travels as usual', async () => {
    const contact = ivan();
    const user = await addIvan();
    contacts().update(contact, { NAME: 'Иоанн' });
    await world.settled();
    expect(await userOf(user)).to.include({ name: 'Иоанн Петров' });
    await my.call('PUT', `/api/users/${user}`, { name: 'Иван Иванов' });
    await world.settled();
    expect(contacts().get(contact)).to.include({ NAME: 'Иван', LAST_NAME: 'Иванов' });
    await expectQuiet();
  });

  for (const [keep, name] of [
    ['crm', 'Иван Петров'],
    ['bitrix24', 'Ваня Петров'],
  ] as const)
    it(`a person who keeps the value of ${keep} has it on both sides`, async () => {
      const contact = ivan();
      const user = await addIvan();
      const [conflict] = await my.conflicts();
      const answer = await my.call('POST', `/api/integration/bitrix24/conflicts/${conflict.id}/resolve`, { keep });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
      await world.settled();
      expect(await userOf(user)).to.include({ name });
      expect(contacts().get(contact)).to.include({ NAME: name.split(' ')[0], LAST_NAME: 'Петров' });
      expect(await my.conflicts()).to.deep.equal([]);
      await expectQuiet();
    });

  it('with the rule `crm` our value stands, and the other is kept in the conflicts', async () => {
    await my.settings({ first_link: { user: 'crm' } });
    const contact = ivan();
    await addIvan();
    expect(contacts().get(contact)).to.include({ NAME: 'Иван' });
    expect(await my.conflicts()).to.have.length(1);
    expect((await my.conflicts())[0]).to.include({ winner: 'crm', policy: 'crm', bitrix24_value: 'Ваня\nПетров' });
    await expectQuiet();
  });

  it('with the rule `bitrix24` the portal’s value stands, and ours is kept in the conflicts', async () => {
    await my.settings({ first_link: { user: 'bitrix24' } });
    const contact = ivan();
    const user = await addIvan();
    expect(contacts().get(contact)).to.include({ NAME: 'Ваня' });
    expect(await userOf(user)).to.include({ name: 'Ваня Петров' });
    expect((await my.conflicts())[0]).to.include({
      winner: 'bitrix24',
      policy: 'bitrix24',
      local_value: 'Иван Петров',
    });
    await expectQuiet();
  });

  it('of several e-mails that people typed all stay: a later one of the CRM is added beside them, without a conflict', async () => {
    const contact = my.contact('Иван', 'Петров', { email: ['director@mail.example', 'ivan@mail.example'] });
    const user = await my.addUser({ name: 'Иван Петров', email: 'ivan@mail.example' });
    expect(await my.conflicts()).to.deep.equal([]);
    await my.call('PUT', `/api/users/${user}`, { email: 'new@mail.example' });
    await world.settled();
    const emails = (contacts().get(contact).EMAIL as { VALUE: string }[]).map(({ VALUE }) => VALUE);
    expect(emails).to.deep.equal(['director@mail.example', 'ivan@mail.example', 'new@mail.example']);
  });

  it('the rule holds when the answer of the first write is lost, too', async () => {
    const contact = ivan();
    const isUpdate = (params: Record<string, unknown>) => JSON.stringify(params).includes('crm.item.update');
    world.portal.faults.add({ method: 'batch', when: isUpdate, action: { kind: 'dropAfter' }, times: 1 });
    const user = await addIvan();
    expect(await my.pairOf('user', user)).to.equal(contact);
    expect(contacts().get(contact)).to.include({ NAME: 'Ваня' });
    expect(await userOf(user)).to.include({ name: 'Иван Петров' });
    expect((await my.conflicts()).map(({ winner }: { winner: string }) => winner)).to.deep.equal(['none']);
    await expectQuiet();
  });

  it('a preview says what the run then does, record for record', async () => {
    await my.settings({ automatic: { user: false } });
    const contact = ivan();
    my.contact('Первый', 'Иванов', { email: ['ivanov@mail.example'] });
    my.contact('Второй', 'Иванов', { email: ['ivanov@mail.example'] });
    await addIvan();
    await my.addUser({ name: 'Олег Иванов', email: 'ivanov@mail.example' });
    await my.addUser({ name: 'Новый Человек', email: 'new@mail.example' });
    const counts = { total: 3, created: 1, updated: 1, skipped: 1, failed: 0, conflicts: 1 };
    world.portal.journal.clear();
    const preview = await my.run({ sync_users: true, dry_run: true });
    expect(preview).to.include(counts);
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    expect(await world.sql('select 1 from bitrix24_sync_mappings union all select 1 from sync_matches')).to.deep.equal(
      [],
    );
    const [link, wait, create] = preview.preview.sort(
      (a: { local_id: number }, b: { local_id: number }) => a.local_id - b.local_id,
    );
    expect(link).to.include({ action: 'link', bitrix24_id: contact });
    expect(wait).to.include({ action: 'wait', reason: 'several', bitrix24_id: null });
    expect(wait.candidates).to.have.length(2);
    expect(create).to.include({ action: 'create_remote' });
    expect(await my.run({ sync_users: true })).to.include(counts);
    expect(await my.waiting()).to.have.length(1);
  });
});
