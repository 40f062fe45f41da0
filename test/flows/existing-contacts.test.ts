import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('contacts that the portal had before', () => {
  let world: World;
  let tenant: Tenant;
  const contacts = () => world.portal.records('contact');

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(() => world.stop());

  async function addUser(fields: Record<string, unknown>): Promise<number> {
    const { body } = await world.call(tenant.token, 'POST', '/api/users', fields);
    await world.settled();
    return body.data.id;
  }

  const contactIdOf = async (id: number) => Number((await world.remoteOf(tenant, 'user', id)).ID);

  it('are found by e-mail, linked, and marked as ours; what only they hold stays', async () => {
    const known = contacts().create({
      NAME: 'Иван',
      LAST_NAME: 'Петров',
      POST: 'Директор',
      EMAIL: [{ VALUE: 'Ivan@Mail.example', VALUE_TYPE: 'HOME' }],
    });
    const id = await addUser({ name: 'Иван Петров', email: 'ivan@mail.example' });
    expect(await contactIdOf(id)).to.equal(Number(known.ID));
    const contact = contacts().get(Number(known.ID));
    expect(contact).to.include({ POST: 'Директор', ORIGINATOR_ID: 'axenta' });
    expect(contact.ORIGIN_ID).to.match(new RegExp(`^[a-z]{8}:${tenant.id}:user:${id}$`));
    expect(contact.EMAIL).to.have.length(1);
    expect(contacts().list()).to.have.length(1);
    const [line] = await world.sql('select operation from sync_log where local_id = $1 order by id limit 1', [id]);
    expect(line).to.deep.equal({ operation: 'link' });
  });

  it('are found by phone in any notation', async () => {
    const known = contacts().create({
      NAME: 'Анна',
      LAST_NAME: 'Смирнова',
      PHONE: [{ VALUE: '8 (912) 111-22-33', VALUE_TYPE: 'WORK' }],
    });
    const id = await addUser({ name: 'Анна Смирнова', phone: '+7 912 111 22 33' });
    expect(await contactIdOf(id)).to.equal(Number(known.ID));
  });

  it('are not taken twice: a second user with the same e-mail gets a contact of its own', async () => {
    const before = contacts().list().length;
    const id = await addUser({ name: 'Пётр Иванов', email: 'ivan@mail.example' });
    expect(await contactIdOf(id)).to.not.equal(await contactIdOf(1));
    expect(contacts().list()).to.have.length(before + 1);
  });

  it('two users of one pass never share one contact', async () => {
    contacts().create({ NAME: 'Общий', EMAIL: [{ VALUE: 'office@mail.example' }] });
    const before = contacts().list().length;
    await world.sql(
      `insert into users (tenant_id, name, email) values ($1, 'Первый', 'office@mail.example'), ($1, 'Второй', 'office@mail.example')`,
      [tenant.id],
    );
    await world.settled();
    expect(contacts().list()).to.have.length(before + 1);
    const linked = await world.sql(
      `select count(distinct bitrix24_id)::int as n from bitrix24_sync_mappings m join users u on u.id = m.local_id
        where m.local_type = 'user' and u.email = 'office@mail.example'`,
    );
    expect(linked).to.deep.equal([{ n: 2 }]);
  });

  it('of another company of ours on the same portal are left alone', async () => {
    const other = await world.addTenant('ООО Василёк');
    await world.connect(other);
    await world.call(other.token, 'POST', '/api/users', { name: 'Иван Петров', email: 'ivan@mail.example' });
    await world.settled();
    const mine = await world.sql(`select bitrix24_id from bitrix24_sync_mappings where tenant_id = $1`, [tenant.id]);
    const theirs = await world.sql(`select bitrix24_id from bitrix24_sync_mappings where tenant_id = $1`, [other.id]);
    expect(theirs).to.have.length(1);
    expect(mine).to.not.deep.include(theirs[0]);
  });

  it('are not looked for by what is no phone number', async () => {
    const known = contacts().create({ NAME: 'Чужой', PHONE: [{ VALUE: 'по запросу', VALUE_TYPE: 'WORK' }] });
    const id = await addUser({ name: 'Без телефона', phone: 'нет' });
    expect(await contactIdOf(id)).to.not.equal(Number(known.ID));
  });
});
