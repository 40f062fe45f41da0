import { expect } from 'chai';
import { matchingOf } from '../support/matching.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('which contact is the user', () => {
  let world: World;
  let tenant: Tenant;
  let my: ReturnType<typeof matchingOf>;
  const contacts = () => world.portal.records('contact');

  beforeEach(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    my = matchingOf(world, tenant);
    await world.connectWithEvents(tenant);
  });
  afterEach(() => world.stop());

  it('a colleague with the same office number and another e-mail is another person: neither name nor e-mail of theirs is touched', async () => {
    const anna = my.contact('Анна', 'Белова', { email: ['anna@romashka.example'], phone: ['+7 495 765-43-21'] });
    const before = contacts().get(anna);
    const user = await my.addUser({ name: 'Пётр Сидоров', email: 'petr@romashka.example', phone: '+7 495 765-43-21' });
    expect(contacts().get(anna)).to.deep.equal(before);
    expect(await my.pairOf('user', user))
      .to.be.a('number')
      .and.not.equal(anna);
    expect(await my.waiting()).to.deep.equal([]);
  });

  it('the same number under another name, where no e-mail tells them apart, waits for a person: no record, no error, no retries', async () => {
    const anna = my.contact('Анна', 'Белова', { phone: ['+7 495 765-43-21'] });
    const user = await my.addUser({ name: 'Пётр Сидоров', phone: '8 (495) 765-43-21' });
    expect(await my.pairOf('user', user)).to.equal(null);
    expect(contacts().list()).to.have.length(1);
    expect(await my.errors()).to.deep.equal([]);
    const [match, ...others] = await my.waiting();
    expect(others).to.deep.equal([]);
    expect(match).to.include({ local_type: 'user', local_id: user, reason: 'uncertain', state: 'open' });
    expect(match.local_name).to.equal('Пётр Сидоров');
    expect(match.candidates).to.deep.equal([
      {
        ...{ id: anna, title: 'Анна Белова', email: null, phone: '+74957654321', inn: null },
        ...{ agrees: ['phone'], contradicts: ['name'] },
      },
    ]);
    const { body } = await my.call('GET', '/api/integration/bitrix24/stats');
    expect(body.data.matches_waiting).to.equal(1);
  });

  it('the same number and name, in any notation and order, is the same person', async () => {
    const ivan = my.contact('Иван', 'Петров', { phone: ['8 912 111 22 33'] });
    expect(await my.pairOf('user', await my.addUser({ name: 'Петров Иван', phone: '+79121112233' }))).to.equal(ivan);
  });

  it('the same number and name with another e-mail contradicts: a person is asked', async () => {
    my.contact('Иван', 'Петров', { email: ['ivan@one.example'], phone: ['+79121112233'] });
    const user = await my.addUser({ name: 'Иван Петров', email: 'ivan@two.example', phone: '+79121112233' });
    expect(await my.pairOf('user', user)).to.equal(null);
    const [match] = await my.waiting();
    expect(match).to.include({ reason: 'contradicts' });
    expect(match.candidates[0].contradicts).to.deep.equal(['email']);
  });

  it('several contacts with the e-mail of one user: a person decides, and the one that he names is linked', async () => {
    const ids = ['Первый', 'Второй', 'Третий'].map((name) =>
      my.contact(name, 'Иванов', { email: ['ivanov@mail.example'] }),
    );
    const user = await my.addUser({ name: 'Олег Иванов', email: 'Ivanov@mail.example' });
    expect(await my.pairOf('user', user)).to.equal(null);
    const [match] = await my.waiting();
    expect(match.reason).to.equal('several');
    expect(match.candidates.map(({ id }: { id: number }) => id)).to.have.members(ids);
    const { status, body } = await my.decide(match.id, 'link', ids[1]);
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body.data).to.include({ state: 'decided', decision: 'link', decided_by: 'tester' });
    expect(await my.pairOf('user', user)).to.equal(ids[1]);
    expect(contacts().list()).to.have.length(3);
    expect(await my.waiting()).to.deep.equal([]);
  });

  it('a decision is repeated without effect; another one about what is decided is refused', async () => {
    const ids = ['Первый', 'Второй'].map((name) => my.contact(name, 'Иванов', { email: ['ivanov@mail.example'] }));
    const stranger = my.contact('Чужой', 'Человек');
    await my.addUser({ name: 'Олег Иванов', email: 'ivanov@mail.example' });
    const [match] = await my.waiting();
    expect((await my.decide(match.id, 'link')).body.code).to.equal('invalid_request');
    expect((await my.decide(match.id, 'create', ids[0])).body.code).to.equal('invalid_request');
    expect((await my.decide(match.id, 'link', stranger)).body.code).to.equal('not_a_candidate');
    expect((await my.decide(9999, 'create')).body.code).to.equal('not_found');
    expect((await my.decide(match.id, 'link', ids[0])).status).to.equal(200);
    expect((await my.decide(match.id, 'link', ids[0])).status).to.equal(200);
    expect((await my.decide(match.id, 'create')).body.code).to.equal('already_decided');
    expect((await my.decide(match.id, 'link', ids[1])).body.code).to.equal('already_decided');
    const links = await world.sql(`select 1 from sync_log where operation = 'match_link'`);
    expect(links).to.have.length(1);
  });

  it('`create` makes a new contact in spite of the candidates', async () => {
    my.contact('Первый', 'Иванов', { email: ['ivanov@mail.example'] });
    my.contact('Второй', 'Иванов', { email: ['ivanov@mail.example'] });
    const user = await my.addUser({ name: 'Олег Иванов', email: 'ivanov@mail.example' });
    const [match] = await my.waiting();
    await my.decide(match.id, 'create');
    expect(await my.pairOf('user', user)).to.be.greaterThan(2);
    expect(contacts().list()).to.have.length(3);
  });

  it('`ignore` leaves the user without a contact through every later edit, until he is linked after all', async () => {
    const ids = ['Первый', 'Второй'].map((name) => my.contact(name, 'Иванов', { email: ['ivanov@mail.example'] }));
    const user = await my.addUser({ name: 'Олег Иванов', email: 'ivanov@mail.example' });
    const [match] = await my.waiting();
    await my.decide(match.id, 'ignore');
    await my.call('PUT', `/api/users/${user}`, { name: 'Олег Иванов-Новый' });
    await world.settled();
    expect(await my.pairOf('user', user)).to.equal(null);
    expect(await my.waiting()).to.deep.equal([]);
    expect(contacts().list()).to.have.length(2);
    await my.decide(match.id, 'link', ids[0]);
    expect(await my.pairOf('user', user)).to.equal(ids[0]);
  });

  it('waits no longer when an edit on our side makes the match clear', async () => {
    my.contact('Первый', 'Иванов', { email: ['ivanov@mail.example'] });
    my.contact('Второй', 'Иванов', { email: ['ivanov@mail.example'] });
    const third = my.contact('Олег', 'Иванов', { email: ['oleg@mail.example'] });
    const user = await my.addUser({ name: 'Олег Иванов', email: 'ivanov@mail.example' });
    expect(await my.waiting()).to.have.length(1);
    await my.call('PUT', `/api/users/${user}`, { email: 'oleg@mail.example' });
    await world.settled();
    expect(await my.pairOf('user', user)).to.equal(third);
    expect(await my.waiting()).to.deep.equal([]);
  });

  it('waits no longer when an edit or a deletion in the portal makes the match clear', async () => {
    const ids = ['Первый', 'Второй', 'Третий'].map((name) =>
      my.contact(name, 'Иванов', { email: ['ivanov@mail.example'] }),
    );
    const user = await my.addUser({ name: 'Олег Иванов', email: 'ivanov@mail.example' });
    contacts().delete(ids[0] ?? 0);
    await world.settled();
    expect((await my.waiting())[0].candidates).to.have.length(2);
    const [email] = contacts().get(ids[1] ?? 0).EMAIL as { ID: string }[];
    contacts().update(ids[1] ?? 0, { EMAIL: [{ ID: email?.ID, VALUE: 'other@mail.example' }] });
    await world.settled();
    expect(await my.pairOf('user', user)).to.equal(ids[2]);
    expect(await my.waiting()).to.deep.equal([]);
  });

  it('a contact that a user may be is not imported as another user meanwhile', async () => {
    my.contact('Первый', 'Иванов', { email: ['ivanov@mail.example'] });
    const second = my.contact('Второй', 'Иванов', { email: ['ivanov@mail.example'] });
    await my.addUser({ name: 'Олег Иванов', email: 'ivanov@mail.example' });
    await my.settings({ import_new: { user: true } });
    contacts().update(second, { POST: 'Директор' });
    await world.settled();
    expect(await world.sql('select 1 from users')).to.have.length(1);
  });

  it('a user that was deleted and entered again is linked to the contact that stayed, whose origin is renewed', async () => {
    const fields = { name: 'Мария Котова', email: 'maria@mail.example', phone: '+79161112233' };
    const first = await my.addUser(fields);
    const contact = await my.pairOf('user', first);
    await my.call('DELETE', `/api/users/${first}`);
    await world.settled();
    const again = await my.addUser(fields);
    expect(await my.pairOf('user', again)).to.equal(contact);
    expect(contacts().list()).to.have.length(1);
    expect(contacts().get(contact ?? 0).ORIGIN_ID).to.match(new RegExp(`:user:${again}$`));
    await my.call('PUT', `/api/users/${again}`, { name: 'Мария Орлова' });
    await world.settled();
    expect(contacts().get(contact ?? 0)).to.include({ NAME: 'Мария', LAST_NAME: 'Орлова' });
  });

  it('a contact that is gone and would be made anew is replaced by one that has the same e-mail', async () => {
    await my.settings({ on_bitrix24_delete: { user: 'recreate' } });
    const user = await my.addUser({ name: 'Иван Петров', email: 'ivan@mail.example' });
    const first = await my.pairOf('user', user);
    const second = my.contact('Иван', 'Петров', { email: ['ivan@mail.example'] });
    contacts().delete(first ?? 0);
    await world.settled();
    expect(await my.pairOf('user', user)).to.equal(second);
    expect(contacts().list()).to.have.length(1);
    expect(contacts().get(second).ORIGIN_ID).to.match(new RegExp(`:user:${user}$`));
  });

  it('decisions are for administrators, and for those of the same company', async () => {
    const other = await world.addTenant('ООО Василёк');
    await world.connect(other);
    my.contact('Первый', 'Иванов', { email: ['ivanov@mail.example'] });
    my.contact('Второй', 'Иванов', { email: ['ivanov@mail.example'] });
    await my.addUser({ name: 'Олег Иванов', email: 'ivanov@mail.example' });
    const [match] = await my.waiting();
    const theirs = matchingOf(world, other);
    expect(await theirs.waiting()).to.deep.equal([]);
    expect((await theirs.decide(match.id, 'create')).status).to.equal(404);
  });
});
