import { expect } from 'chai';
import { failuresOf } from '../support/failures.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const tooLong = 'спросить Анну Петровну на проходной, второй этаж, кабинет 201';
const fits = '+79160000000';

/** One value that one side does not take costs its own field; the rest of the record is in step. */
describe('one value that is refused', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    await world.connect(tenant);
    await world.sql(
      `insert into users (tenant_id, name, email, phone)
       values ($1, 'Анна Смирнова', 'anna@mail.example', '+79161111111'), ($1, 'Пётр Орлов', 'petr@mail.example', '+79162222222')`,
      [tenant.id],
    );
    await world.settled();
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  const userOf = async (id: number) =>
    (await world.sql('select name, email, phone from users where id = $1', [id]))[0] as Record<string, string>;
  const look = (id: number) => failures.call('POST', `/api/integration/bitrix24/mappings/${id}/sync`);

  async function lookAt(userId: number): Promise<void> {
    const [row] = await world.sql<{ id: number }>(
      `select id from bitrix24_sync_mappings where local_type = 'user' and local_id = $1`,
      [userId],
    );
    await look(row?.id ?? 0);
    await world.settled();
  }

  async function setPhone(userId: number, phone: string, fields = {}): Promise<void> {
    const contact = (await world.remoteOf(tenant, 'user', userId)) as unknown as {
      ID: string;
      PHONE?: { ID: string }[];
    };
    world.portal
      .records('contact')
      .update(Number(contact.ID), { ...fields, PHONE: [{ ID: contact.PHONE?.[0]?.ID, VALUE: phone }] });
    await lookAt(userId);
  }

  const retry = async (id: number) => {
    expect((await failures.call('POST', `/api/integration/errors/${id}/retry`)).status).to.equal(200);
    await world.settled();
  };

  it('by our database (a phone of 60 characters typed in the portal): the name beside it arrives, the phone has an error', async () => {
    expect(tooLong.length).to.be.above(50);
    await setPhone(1, tooLong, { NAME: 'Мария' });
    expect(await userOf(1)).to.deep.equal({
      name: 'Мария Смирнова',
      email: 'anna@mail.example',
      phone: '+79161111111',
    });
    const errors = await failures.openErrors();
    expect(errors).to.have.length(1);
    expect(errors[0]).to.include({ local_id: 1, code: 'local_value_refused', status: 'failed' });
    expect(errors[0]?.message)
      .to.include('«phone»')
      .and.to.include(tooLong.slice(0, 30))
      .and.to.include('слишком длинное');
    expect(errors[0]?.request).to.have.nested.property('fields[0].field', 'phone');
  });

  it('rests: further looks at the record try nothing, and its other fields go on both ways', async () => {
    world.portal.journal.clear();
    await lookAt(1);
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    await world.sql(`update users set email = 'maria@mail.example' where id = 1`);
    await world.settled();
    const contact = (await world.remoteOf(tenant, 'user', 1)) as unknown as Record<string, { VALUE: string }[]>;
    expect(contact.EMAIL?.[0]?.VALUE).to.equal('maria@mail.example');
    expect(contact.PHONE?.[0]?.VALUE).to.equal(tooLong);
    expect(await failures.openErrors()).to.have.length(1);
  });

  it('retried by hand before it is corrected, fails again with the same error', async () => {
    const [error] = await failures.errors();
    await retry(error.id);
    expect(await failures.openErrors()).to.have.length(1);
    expect((await failures.openErrors())[0]).to.include({ code: 'local_value_refused', status: 'failed' });
  });

  it('retried by hand when our database takes it, arrives', async () => {
    await world.sql('alter table users alter column phone type varchar(100)');
    const [error] = await failures.errors();
    await retry(error.id);
    expect((await userOf(1)).phone).to.equal(tooLong);
    expect(await failures.openErrors()).to.deep.equal([]);
    await world.sql(`update users set phone = '+79161111111' where id = 1`);
    await world.settled();
    await world.sql('alter table users alter column phone type varchar(50)');
  });

  it('corrected in the portal, arrives, and its error is resolved', async () => {
    await setPhone(1, tooLong);
    expect(await failures.openErrors()).to.have.length(1);
    await setPhone(1, fits);
    expect((await userOf(1)).phone).to.equal(fits);
    expect(await failures.openErrors()).to.deep.equal([]);
  });

  /** The portal refuses updates that hold these words in one field. */
  const refuse = (words: string) =>
    world.portal.faults.add({
      method: 'crm.item.update',
      when: (params) => JSON.stringify(params).includes(words),
      action: {
        kind: 'refuse',
        status: 400,
        error: 'CRM_FIELD_ERROR_VALUE_NOT_VALID',
        description: 'Поле заполнено неверно',
      },
    });

  it('by the portal, inside an update of several fields: the other fields arrive, that field has an error', async () => {
    refuse('bad@mail.example');
    await world.sql(
      `update users set name = 'Павел Орлов', email = 'bad@mail.example', phone = '+79163333333' where id = 2`,
    );
    await world.settled();
    const contact = (await world.remoteOf(tenant, 'user', 2)) as unknown as Record<string, { VALUE: string }[]>;
    expect(contact).to.include({ NAME: 'Павел' });
    expect(contact.PHONE?.[0]?.VALUE).to.equal('+79163333333');
    expect(contact.EMAIL?.[0]?.VALUE).to.equal('petr@mail.example');
    const errors = await failures.openErrors();
    expect(errors).to.have.length(1);
    expect(errors[0]).to.include({ local_id: 2, code: 'CRM_FIELD_ERROR_VALUE_NOT_VALID' });
    expect(errors[0]?.message).to.match(/email/);
    expect(errors[0]?.request).to.have.nested.property('fields[0].field', 'email');
    expect(errors[0]?.request).to.have.nested.property('fields').with.length(1);
  });

  it('by the portal: later looks write nothing; retried by hand after the refusal is lifted, it arrives', async () => {
    refuse('bad@mail.example');
    world.portal.journal.clear();
    await lookAt(2);
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    const [error] = await failures.errors();
    await retry(error.id);
    expect(await failures.openErrors()).to.have.length(1);
    world.portal.faults.clear();
    await retry(error.id);
    const contact = (await world.remoteOf(tenant, 'user', 2)) as unknown as Record<string, { VALUE: string }[]>;
    expect(contact.EMAIL?.[0]?.VALUE).to.equal('bad@mail.example');
    expect(await failures.openErrors()).to.deep.equal([]);
  });
});
