import { expect } from 'chai';
import { failuresOf } from '../support/failures.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

/** What people and the portal itself put into records, against what the CRM holds. */
describe('whose value it is', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    world.portal.store.catalogue.addUserField('company', 'UF_CRM_SUM', 'money', false);
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  const deals = () => world.portal.records('deal');
  const dealOf = (id: number) => world.remoteOf(tenant, 'object', id);
  const edit = async (id: number, fields: Record<string, unknown>) => {
    deals().update(Number((await dealOf(id)).ID), fields);
    await world.settled();
  };
  const choose = (settings: Record<string, unknown>) =>
    world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
  const day = (value: unknown) => String(value).slice(0, 10);

  async function addObject(name: string, contract: Record<string, unknown> | null = null): Promise<number> {
    const made = contract && (await world.call(tenant.token, 'POST', '/api/contracts', contract));
    const body = { name, ...(made && { contract_id: made.body.data.id }) };
    const answer = await world.call(tenant.token, 'POST', '/api/objects', body);
    await world.settled();
    return answer.body.data.id;
  }

  it('a company and dates that a manager gives the deal of an object without a contract stay', async () => {
    const id = await addObject('Без договора');
    const company = world.portal.records('company').create({ TITLE: 'Клиент портала' });
    await edit(id, { COMPANY_ID: Number(company.ID), BEGINDATE: '2026-05-01', CLOSEDATE: '2026-06-01' });
    await world.sql(`update objects set name = 'Без договора 2' where id = $1`, [id]);
    await world.settled();
    const deal = await dealOf(id);
    expect(deal).to.include({ TITLE: 'Без договора 2', COMPANY_ID: company.ID });
    expect([day(deal.BEGINDATE), day(deal.CLOSEDATE)]).to.deep.equal(['2026-05-01', '2026-06-01']);
  });

  it('contracts that are not synchronised take nothing away from the deals of their objects', async () => {
    const contract = { number: 'Н-1', client_name: 'Несинхронный', end_date: '2027-01-31' };
    const id = await addObject('С договором', contract);
    const { COMPANY_ID } = await dealOf(id);
    await choose({ automatic: { contract: false } });
    const other = world.portal.records('company').create({ TITLE: 'Другой клиент' });
    await world.sql(`delete from bitrix24_sync_mappings where local_type = 'contract'`);
    await edit(id, { COMPANY_ID: Number(other.ID) });
    await world.sql(`update objects set name = 'С договором 2' where id = $1`, [id]);
    await world.settled();
    const deal = await dealOf(id);
    expect(deal.COMPANY_ID).to.equal(other.ID).and.not.equal(COMPANY_ID);
    expect(day(deal.CLOSEDATE)).to.equal('2027-01-31');
    await choose({});
    await world.settled();
  });

  it('a deal that is won keeps the day on which it was won, also when the contract is prolonged', async () => {
    const id = await addObject('Выигранный', { number: 'В-1', client_name: 'Ромашка', end_date: '2027-01-31' });
    await edit(id, { STAGE_ID: 'WON' });
    const { CLOSEDATE } = await dealOf(id);
    expect(day(CLOSEDATE)).not.to.equal('2027-01-31');
    await world.sql(`update contracts set end_date = '2028-01-31', number = 'В-2' where number = 'В-1'`);
    await world.settled();
    expect(await dealOf(id)).to.include({ TITLE: 'Выигранный (договор В-2)', CLOSEDATE });
    expect(await failures.openErrors()).to.deep.equal([]);
  });

  it('a contract that is deleted here with the policy keep leaves its deals company, dates and number', async () => {
    const id = await addObject('Оставшийся', { number: 'К-1', client_name: 'Хранимый', end_date: '2027-01-31' });
    const before = await dealOf(id);
    const [{ id: contractId } = { id: 0 }] = await world.sql<{ id: number }>(
      `select id from contracts where number = 'К-1'`,
    );
    await world.call(tenant.token, 'DELETE', `/api/contracts/${contractId}`);
    await world.settled();
    await world.sql(`update objects set name = 'Переименованный' where id = $1`, [id]);
    await world.settled();
    const deal = await dealOf(id);
    expect(deal).to.include({ TITLE: 'Переименованный (договор К-1)', COMPANY_ID: before.COMPANY_ID });
    expect(deal.CLOSEDATE).to.equal(before.CLOSEDATE);
    expect(deal.COMMENTS).to.equal(before.COMMENTS);
  });

  it('an amount travels with its currency, both ways', async () => {
    const custom = [{ local: 'total_amount', bitrix24: 'UF_CRM_SUM', owner: 'both' }];
    const shown = [{ local: 'contract_total_amount', bitrix24: 'OPPORTUNITY', owner: 'crm' }];
    const saved = await choose({ field_map: { contract: { custom }, object: { custom: shown } } });
    expect(saved.status).to.equal(200);
    const money = { total_amount: 1500, currency: 'USD' };
    const id = await addObject('Платный', { number: 'Д-1', client_name: 'Платящий', ...money });
    const deal = await dealOf(id);
    expect([Number(deal.OPPORTUNITY), deal.CURRENCY_ID]).to.deep.equal([1500, 'USD']);
    world.portal.records('company').update(Number(deal.COMPANY_ID), { UF_CRM_SUM: '1800|EUR' });
    await world.settled();
    const [contract] = await world.sql(`select total_amount::text, currency from contracts where number = 'Д-1'`);
    expect(contract).to.deep.equal({ total_amount: '1800.00', currency: 'EUR' });
    const after = await dealOf(id);
    expect([Number(after.OPPORTUNITY), after.CURRENCY_ID]).to.deep.equal([1800, 'EUR']);
    await world.sql(`update contracts set total_amount = 1900 where number = 'Д-1'`);
    await world.settled();
    const last = await dealOf(id);
    expect([Number(last.OPPORTUNITY), last.CURRENCY_ID]).to.deep.equal([1900, 'EUR']);
    await choose({});
    await world.settled();
  });

  it("a phone is dialled in the company's country, and sent as it was typed where it is not valid there", async () => {
    const sentFor = async (phone: string) => {
      const { body } = await world.call(tenant.token, 'POST', '/api/users', { name: 'Диспетчер', phone });
      await world.settled();
      const { PHONE } = await world.remoteOf(tenant, 'user', body.data.id);
      return (PHONE as { VALUE: string }[]).map(({ VALUE }) => VALUE);
    };
    expect((await choose({ country: 'BY' })).status).to.equal(200);
    expect(await sentFor('8 (029) 123-45-67')).to.deep.equal(['+375291234567']);
    await choose({});
    expect(await sentFor('8 (029) 765-43-21')).to.deep.equal(['8 (029) 765-43-21']);
  });

  it('a field that is deleted in the portal empties nothing here', async () => {
    const custom = [{ local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both' }];
    await choose({ field_map: { object: { custom } } });
    const id = await addObject('Серийный');
    await world.sql(`update objects set serial_number = 'SN-1' where id = $1`, [id]);
    await world.settled();
    expect(await dealOf(id)).to.include({ UF_CRM_SERIAL: 'SN-1' });
    world.portal.store.catalogue.removeUserField('deal', 'UF_CRM_SERIAL');
    await edit(id, { TITLE: 'Серийный 2' });
    const [object] = await world.sql('select name, serial_number from objects where id = $1', [id]);
    expect(object).to.deep.equal({ name: 'Серийный 2', serial_number: 'SN-1' });
    await choose({});
    await world.settled();
  });

  describe('a portal that cuts texts at a character of four bytes', () => {
    let id: number;

    before(async () => {
      world.portal.switches.cutsAtFourBytes = true;
      const { body } = await world.call(tenant.token, 'POST', '/api/objects', {
        name: 'Эмодзи',
        imei: '490154203237518',
        description: 'Машина 🚚 резерв',
      });
      id = body.data.id;
      await world.settled();
    });

    it('shows our part all the same, and the description has an error', async () => {
      expect(String((await dealOf(id)).COMMENTS)).to.match(/^Машина\n\n—.*\nIMEI: 490154203237518$/);
      const [error, ...more] = await failures.openErrors();
      expect(more).to.deep.equal([]);
      expect(error?.message).to.match(/«description».*обрезал текст перед символом «🚚»/);
    });

    it('is not written to again, and a later note of a manager loses nothing here', async () => {
      world.portal.journal.clear();
      await world.sql('update objects set updated_at = now() where id = $1', [id]);
      await world.settled();
      expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
      const { COMMENTS } = await dealOf(id);
      await edit(id, { COMMENTS: `Позвонить\n${COMMENTS}` });
      const [object] = await world.sql<{ description: string }>('select description from objects where id = $1', [id]);
      const conflicts = await world.sql<Record<'local_value' | 'bitrix24_value', string>>(
        'select local_value, bitrix24_value from sync_conflicts where local_id = $1',
        [id],
      );
      const kept = [object, ...conflicts].map((row) => JSON.stringify(row)).join('\n');
      expect(kept).to.include('Позвонить').and.to.include('Машина 🚚 резерв');
    });

    it('is in order again when the character is taken out', async () => {
      await world.sql(`update objects set description = 'Машина в резерве' where id = $1`, [id]);
      await world.settled();
      expect(String((await dealOf(id)).COMMENTS)).to.match(/^Машина в резерве\n\n—.*\nIMEI: 490154203237518$/);
      expect(await failures.openErrors()).to.deep.equal([]);
    });
  });
});
