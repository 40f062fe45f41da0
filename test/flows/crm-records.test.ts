import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

/** One kind of CRM record: a full body, a change, and what another record may not have too. */
const kinds = [
  {
    path: '/api/objects',
    table: 'objects',
    least: { name: 'Камаз' },
    defaults: {
      type: null,
      description: null,
      imei: null,
      phone_number: null,
      serial_number: null,
      status: 'active',
      contract_id: null,
    },
    full: {
      name: 'Камаз 5490',
      type: 'truck',
      description: 'Датчик топлива\nвторая строка',
      imei: '490154203237518',
      phone_number: '+79121234567',
      serial_number: 'SN-1',
      status: 'repair',
    },
    change: { status: 'active' },
    clear: 'description',
    unique: { field: 'imei', code: 'imei_taken', ru: 'Объект с таким IMEI уже есть' },
    search: { q: '5490', filter: 'status=repair' },
  },
  {
    path: '/api/users',
    table: 'users',
    least: { name: 'Иван' },
    defaults: { email: null, phone: null, role: 'user', is_active: true },
    full: {
      name: 'Пётр Сидоров',
      email: 'petr@mail.example',
      phone: '8 912 000-00-00',
      role: 'dispatcher',
      is_active: false,
    },
    change: { is_active: true },
    clear: 'phone',
    unique: null,
    search: { q: 'petr@', filter: 'role=dispatcher' },
  },
  {
    path: '/api/contracts',
    table: 'contracts',
    least: { number: '2026-1' },
    defaults: {
      title: null,
      client_name: null,
      start_date: null,
      total_amount: null,
      currency: 'RUB',
      status: 'active',
    },
    full: {
      number: '2026-2',
      title: 'Мониторинг',
      description: 'Условия',
      client_name: 'ООО «Ромашка»',
      client_inn: '7701234567',
      client_kpp: '770101001',
      client_email: 'info@romashka.example',
      client_phone: '+74951234567',
      client_address: 'Москва',
      start_date: '2026-02-28',
      end_date: '2027-02-28',
      total_amount: '1234567890123.45',
      currency: 'USD',
      status: 'draft',
    },
    change: { end_date: '2028-02-29' },
    clear: 'client_address',
    unique: { field: 'number', code: 'number_taken', ru: 'Договор с таким номером уже есть' },
    search: { q: 'ромашка', filter: 'status=draft' },
  },
];

describe('records of the CRM', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
  });
  after(() => world.stop());

  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);

  for (const { path, table, least, defaults, full, change, clear, unique, search } of kinds) {
    describe(path, () => {
      let id: number;
      let fullId: number;

      it('are made from the obvious fields alone, the rest has defaults', async () => {
        const answer = await call('POST', path, least);
        expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
        expect(answer.body.data).to.deep.include({ ...defaults, ...least, tenant_id: tenant.id });
        expect(answer.body.data).to.not.have.property('deleted_at');
        id = answer.body.data.id;
      });

      it('keep every field as it was given', async () => {
        const answer = await call('POST', path, full);
        expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
        expect(answer.body.data).to.deep.include(full);
        fullId = answer.body.data.id;
        const read = await call('GET', `${path}/${fullId}`);
        expect(read.body.data).to.deep.equal(answer.body.data);
      });

      for (const method of ['PUT', 'PATCH']) {
        it(`${method} changes the given field and no other`, async () => {
          const before = (await call('GET', `${path}/${fullId}`)).body.data;
          await call(
            'PATCH',
            `${path}/${fullId}`,
            Object.fromEntries(Object.keys(change).map((key) => [key, full[key as keyof typeof full]])),
          );
          const answer = await call(method, `${path}/${fullId}`, change);
          expect(answer.status).to.equal(200);
          expect({ ...answer.body.data, updated_at: '' }).to.deep.equal({ ...before, ...change, updated_at: '' });
        });
      }

      it('are emptied with null, and with an empty text', async () => {
        for (const nothing of [null, '  ']) {
          await call('PATCH', `${path}/${fullId}`, { [clear]: 'что-то' });
          const answer = await call('PATCH', `${path}/${fullId}`, { [clear]: nothing });
          expect(answer.body.data[clear]).to.equal(null);
        }
      });

      it('a change of nothing is refused, and a change to the same leaves the time as it was', async () => {
        expectRefusal(await call('PUT', `${path}/${fullId}`, {}), 400, 'invalid_request');
        const before = (await call('GET', `${path}/${fullId}`)).body.data;
        const answer = await call('PUT', `${path}/${fullId}`, change);
        expect(answer.body.data.updated_at).to.equal(before.updated_at);
      });

      if (unique) {
        it('are refused with 409 when what must be unique is taken', async () => {
          const taken = { [unique.field]: full[unique.field as keyof typeof full] };
          const untouched = await fingerprint(world);
          for (const answer of [
            await call('POST', path, { ...least, ...taken }),
            await call('PATCH', `${path}/${id}`, taken),
          ]) {
            expectRefusal(answer, 409, unique.code);
            expect(answer.body.error).to.equal(unique.ru);
            expect(answer.body.details[0].path).to.equal(unique.field);
          }
          expect(await fingerprint(world)).to.deep.equal(untouched);
          const other = await world.addTenant('ООО Другая');
          expect((await world.call(other.token, 'POST', path, { ...least, ...taken })).status).to.equal(201);
        });
      }

      it('are found by a text, whatever its letters, and narrowed by a filter', async () => {
        for (const query of [`q=${encodeURIComponent(search.q)}`, `q=${encodeURIComponent(search.q.toUpperCase())}`]) {
          const { body } = await call('GET', `${path}?${query}`);
          expect(
            body.data.items.map((item: { id: number }) => item.id),
            query,
          ).to.deep.equal([fullId]);
        }
        for (const pattern of ['%', '_', '\\', "'"]) {
          const { body } = await call('GET', `${path}?q=${encodeURIComponent(pattern)}`);
          expect(body.data.items, pattern).to.deep.equal([]);
        }
        const [key = '', value = ''] = search.filter.split('=');
        await call('PATCH', `${path}/${fullId}`, { [key]: value });
        const { body } = await call('GET', `${path}?${search.filter}`);
        expect(body.data.items.map((item: { id: number }) => item.id)).to.deep.equal([fullId]);
      });

      it('are listed page by page, each once', async () => {
        const column = table === 'contracts' ? 'number' : 'name';
        await world.sql(
          `insert into ${table} (tenant_id, ${column}) select $1, 'Ряд ' || n from generate_series(1, 25) n`,
          [tenant.id],
        );
        const pages = await Promise.all([1, 2, 3, 4].map((page) => call('GET', `${path}?page=${page}&limit=10`)));
        expect(pages.map(({ body }) => body.data.items.length)).to.deep.equal([10, 10, 7, 0]);
        expect(pages[1]?.body.data.pagination).to.deep.equal({
          page: 2,
          limit: 10,
          total: 27,
          total_pages: 3,
          has_next: true,
          has_prev: true,
        });
        const ids = pages.flatMap(({ body }) => body.data.items.map((item: { id: number }) => item.id));
        expect(new Set(ids).size).to.equal(27);
        expectRefusal(await call('GET', `${path}?limit=101`), 400, 'invalid_request');
      });

      it('are gone for everybody when deleted, and stay in the table', async () => {
        const answer = await call('DELETE', `${path}/${fullId}`);
        expect(answer.body).to.deep.include({ data: { id: fullId }, message: 'Запись удалена' });
        for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
          expectRefusal(
            await call(method, `${path}/${fullId}`, method.startsWith('P') ? change : undefined),
            404,
            'not_found',
          );
        }
        const list = await call('GET', `${path}?limit=100`);
        expect(list.body.data.items.map((item: { id: number }) => item.id)).to.not.include(fullId);
        const [row] = await world.sql(`select deleted_at is not null as deleted from ${table} where id = $1`, [fullId]);
        expect(row).to.deep.equal({ deleted: true });
        // What was unique is free again.
        expect((await call('POST', path, full)).status).to.equal(201);
      });
    });
  }

  describe('together', () => {
    it('an object takes the contracts that are there, and lets go of them', async () => {
      const contract = (await call('POST', '/api/contracts', { number: 'связь' })).body.data;
      const object = (await call('POST', '/api/objects', { name: 'Связан', contract_id: contract.id })).body.data;
      expect(object.contract_id).to.equal(contract.id);
      const found = await call('GET', `/api/objects?contract_id=${contract.id}`);
      expect(found.body.data.items).to.have.length(1);
      expect((await call('PATCH', `/api/objects/${object.id}`, { contract_id: null })).body.data.contract_id).to.equal(
        null,
      );
      await call('DELETE', `/api/contracts/${contract.id}`);
      expectRefusal(
        await call('PATCH', `/api/objects/${object.id}`, { contract_id: contract.id }),
        400,
        'invalid_request',
      );
    });

    it("a contract's period may not end before it begins, also when one end is changed alone", async () => {
      const { id } = (
        await call('POST', '/api/contracts', { number: 'срок', start_date: '2026-01-01', end_date: '2026-12-31' })
      ).body.data;
      expectRefusal(await call('PATCH', `/api/contracts/${id}`, { end_date: '2025-12-31' }), 400, 'invalid_request');
      expectRefusal(await call('PATCH', `/api/contracts/${id}`, { start_date: '2027-01-01' }), 400, 'invalid_request');
      expect((await call('GET', `/api/contracts/${id}`)).body.data).to.include({
        start_date: '2026-01-01',
        end_date: '2026-12-31',
      });
    });

    it('an IMEI with a wrong check digit is stored with a warning, one of a wrong length is refused', async () => {
      const imei = '490154203237519';
      const made = await call('POST', '/api/objects', { name: 'Трекер', imei });
      expect(made.status).to.equal(201);
      expect(made.body.warnings[0]).to.include({ path: 'imei', code: 'imei_check_digit' });
      expect(made.body.warnings[0].text).to.include('Контрольная цифра');
      const { id } = made.body.data;
      expect((await call('GET', `/api/objects/${id}`)).body.data.imei).to.equal(imei);
      for (const method of ['PUT', 'PATCH']) {
        const changed = await call(method, `/api/objects/${id}`, { imei: '356938035643800' });
        expect(changed.status).to.equal(200);
        expect(changed.body.warnings).to.have.length(1);
        const right = await call(method, `/api/objects/${id}`, { imei: '352099001761481' });
        expect(right.body).to.include({ status: 'success' }).and.not.have.property('warnings');
        for (const wrong of ['49015420323751', '4901542032375180', '49015420323751X', '490154203237 18'])
          expectRefusal(await call(method, `/api/objects/${id}`, { imei: wrong }), 400, 'invalid_request');
      }
      expect((await call('PATCH', `/api/objects/${id}`, { name: 'Трекер 2' })).body).to.not.have.property('warnings');
    });

    it('of two who take one IMEI at the same instant one is refused', async () => {
      const body = { name: 'Гонка', imei: '356938035643809' };
      const answers = await Promise.all(Array.from({ length: 6 }, () => call('POST', '/api/objects', body)));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409, 409, 409]);
    });

    it('the company is shown and renamed, by an administrator', async () => {
      const shown = await call('GET', '/api/company');
      expect(shown.body.data).to.include({ id: tenant.id, name: 'ООО Ромашка', bitrix24_connected: false });
      for (const [method, name] of [
        ['PUT', 'ООО Новая'],
        ['PATCH', 'ООО Новейшая'],
      ] as const) {
        expect((await call(method, '/api/company', { name })).body.data).to.include({ id: tenant.id, name });
      }
      const user = mintToken(world.config.jwtSecret ?? '', { tenantId: tenant.id, role: 'user', subject: 'x' }, 1);
      expectRefusal(await world.call(user, 'PUT', '/api/company', { name: 'x' }), 403, 'role_required');
      expectRefusal(await call('PUT', '/api/company', { bitrix24_webhook_url: 'x' }), 400, 'invalid_request');
      expect((await call('GET', '/api/company')).body.data.name).to.equal('ООО Новейшая');
    });
  });
});
