import { expect } from 'chai';
import { fingerprint } from '../support/fingerprint.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const path = '/api/integration/bitrix24/settings';
const each = <Value>(value: Value) => ({ object: value, user: value, contract: value });

describe('settings', () => {
  let world: World;
  let tenant: Tenant;
  /** Which version they are is another story. */
  const call = async (method: string, address: string, body?: unknown) => {
    const answer = await world.call(tenant.token, method, address, body);
    if (address === path) delete answer.body.data?.version;
    return answer;
  };
  const put = async (settings: unknown) => {
    const answer = await call('PUT', path, settings);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body;
  };

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_MANY', 'string', true);
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_SUM', 'double', false);
  });
  after(() => world.stop());

  const defaults = {
    directions: each('bidirectional'),
    policies: each('latest'),
    automatic: each(true),
    import_new: each(false),
    on_local_delete: each('keep'),
    on_bitrix24_delete: each('keep'),
    field_map: each({}),
    matching: {
      user: {
        keys: [
          { key: 'email', action: 'link' },
          { key: 'phone_and_name', action: 'link' },
          { key: 'phone', action: 'ask' },
        ],
      },
      contract: { keys: ['inn', 'name_and_email', 'name_and_phone'].map((key) => ({ key, action: 'link' })) },
      object: {},
    },
    first_link: each('fill_only'),
    country: null,
    portal_access: { employee: 'cards', employee_edits: false, administrator: 'all' },
    scope: { object: {}, user: {}, contract: {} },
    placement: each({}),
    problems: [],
  };

  it('are the defaults at first', async () => {
    expect((await call('GET', path)).body.data).to.deep.equal(defaults);
  });

  it('are replaced as a whole: what is absent goes back to its default', async () => {
    await put({ directions: { user: 'to_bitrix' }, on_local_delete: { object: 'close' } });
    const saved = await put({ policies: { contract: 'crm' } });
    expect(saved.message).to.equal('Настройки сохранены');
    const expected = { ...defaults, policies: { ...each('latest'), contract: 'crm' } };
    expect(saved.data).to.deep.equal(expected);
    expect((await call('GET', path)).body.data).to.deep.equal(expected);
    await put({});
    expect((await call('GET', path)).body.data).to.deep.equal(defaults);
  });

  const custom = (...pairs: unknown[]) => ({ field_map: { object: { custom: pairs } } });
  const serial = { local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both' };
  const bad: { name: string; settings: unknown; paths: string[] }[] = [
    { name: 'a direction that is none', settings: { directions: { object: 'up' } }, paths: ['directions.object'] },
    { name: 'a country that is none', settings: { country: 'Беларусь' }, paths: ['country'] },
    { name: 'a kind that is none', settings: { automatic: { deals: true } }, paths: ['automatic.deals'] },
    { name: 'a switch that is no switch', settings: { automatic: { object: 'yes' } }, paths: ['automatic.object'] },
    {
      name: 'several problems at once',
      settings: { policies: { user: 1 }, import_new: { user: 1 } },
      paths: ['policies.user', 'import_new.user'],
    },
    {
      name: 'a pair that is not there',
      settings: { field_map: { user: { disabled: ['email', 'salary'] } } },
      paths: ['field_map.user.disabled.1'],
    },
    {
      name: 'an owner of a pair that is not there',
      settings: { field_map: { user: { owners: { salary: 'crm' } } } },
      paths: ['field_map.user.owners.salary'],
    },
    {
      name: 'an owner that is none',
      settings: { field_map: { user: { owners: { email: 'me' } } } },
      paths: ['field_map.user.owners.email'],
    },
    {
      name: 'a field that the portal does not have',
      settings: custom({ ...serial, bitrix24: 'UF_CRM_NOWHERE' }),
      paths: ['field_map.object.custom.0.bitrix24'],
    },
    {
      name: 'a column that cannot be paired',
      settings: custom({ ...serial, local: 'tenant_id' }),
      paths: ['field_map.object.custom.0.local'],
    },
    {
      name: 'a field of many values',
      settings: custom({ ...serial, bitrix24: 'UF_CRM_MANY' }),
      paths: ['field_map.object.custom.0.bitrix24'],
    },
    {
      name: 'a field of another type',
      settings: custom({ ...serial, bitrix24: 'UF_CRM_SUM' }),
      paths: ['field_map.object.custom.0.bitrix24'],
    },
    {
      name: 'a field that a pair of ours uses',
      settings: custom({ ...serial, bitrix24: 'TITLE' }),
      paths: ['field_map.object.custom.0.bitrix24'],
    },
    {
      name: 'a field that only the portal writes',
      settings: custom({ local: 'status', bitrix24: 'ID', owner: 'crm' }),
      paths: ['field_map.object.custom.0.bitrix24'],
    },
    {
      name: 'one field for two columns',
      settings: custom(serial, { ...serial, local: 'phone_number' }),
      paths: ['field_map.object.custom.1.bitrix24'],
    },
    {
      name: 'a name that is no field',
      settings: custom({ ...serial, bitrix24: 'ufCrmSerial' }),
      paths: ['field_map.object.custom.0.bitrix24'],
    },
  ];
  for (const { name, settings, paths } of bad) {
    it(`refuse ${name}, with the path, and stay as they were`, async () => {
      await put({ policies: { contract: 'crm' } });
      const untouched = await fingerprint(world);
      const answer = await call('PUT', path, settings);
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.details.map((one: { path: string }) => one.path)).to.deep.equal(paths);
      for (const one of paths) expect(answer.body.error).to.include(one);
      expect(await fingerprint(world)).to.deep.equal(untouched);
    });
  }

  for (const key of Object.keys(defaults).filter((name) => name !== 'problems')) {
    it(`refuse nonsense in ${key}, name it, and stay as they were`, async () => {
      const untouched = await fingerprint(world);
      for (const value of [key === 'country' ? 'Россия' : { object: 'nonsense' }, 17, 'nonsense']) {
        const answer = await call('PUT', path, { [key]: value });
        expectRefusal(answer, 400, 'invalid_request');
        for (const { path: where } of answer.body.details) expect(where).to.match(new RegExp(`^${key}`));
      }
      expect(await fingerprint(world)).to.deep.equal(untouched);
    });
  }

  it('a pair of their own is kept equal both ways', async () => {
    await put(custom(serial));
    const { id } = (await call('POST', '/api/objects', { name: 'Камаз', serial_number: 'SN-1' })).body.data;
    await world.settled();
    const deal = await world.remoteOf(tenant, 'object', id);
    expect(deal.UF_CRM_SERIAL).to.equal('SN-1');
    world.portal.records('deal').update(Number(deal.ID), { UF_CRM_SERIAL: 'SN-2' });
    await world.settled();
    expect((await call('GET', `/api/objects/${id}`)).body.data.serial_number).to.equal('SN-2');
  });

  it('a pair that is switched off is left alone on both sides', async () => {
    await put({ field_map: { object: { disabled: ['description'] } } });
    const { id } = (await call('POST', '/api/objects', { name: 'Тихий', description: 'наше' })).body.data;
    await world.settled();
    expect(String((await world.remoteOf(tenant, 'object', id)).COMMENTS)).to.not.include('наше');
  });

  it('one direction: what the other side writes is not taken', async () => {
    await put({ directions: { user: 'to_bitrix' } });
    const { id } = (await call('POST', '/api/users', { name: 'Анна Ли' })).body.data;
    await world.settled();
    const contact = await world.remoteOf(tenant, 'user', id);
    world.portal.records('contact').update(Number(contact.ID), { NAME: 'Инна' });
    await world.settled();
    expect((await call('GET', `/api/users/${id}`)).body.data.name).to.equal('Анна Ли');
  });

  it('the other direction: what we write is not sent', async () => {
    await put({ directions: { user: 'from_bitrix' } });
    const [user] = (await call('GET', '/api/users?q=Анна')).body.data.items;
    world.portal.journal.clear();
    await call('PATCH', `/api/users/${user.id}`, { name: 'Анна Ким' });
    await call('POST', '/api/users', { name: 'Лишь Здесь' });
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
  });

  describe('that another program writes', () => {
    const write = (settings: unknown) =>
      world.sql('update companies set settings = $2::jsonb where id = $1', [tenant.id, JSON.stringify(settings)]);
    const stored = async () =>
      (
        await world.sql<{ settings: Record<string, unknown> }>('select settings from companies where id = $1', [
          tenant.id,
        ])
      )[0]?.settings;
    const problemPaths = async () =>
      (await call('GET', path)).body.data.problems.map((one: { path: string }) => one.path);

    it('keep their own keys: nothing else changes, and saving ours leaves them', async () => {
      await write({ ui: { theme: 'dark' }, directions: { user: 'from_bitrix' } });
      expect((await call('GET', path)).body.data).to.deep.equal({
        ...defaults,
        directions: { ...each('bidirectional'), user: 'from_bitrix' },
      });
      await put({ policies: { contract: 'crm' } });
      expect(await stored()).to.deep.equal({ ui: { theme: 'dark' }, policies: { contract: 'crm' } });
    });

    it('damage one key: it stays as it was last good, the others are obeyed, one line of the log tells it', async () => {
      await put({ directions: { user: 'from_bitrix' }, on_local_delete: { object: 'close' } });
      await write({ directions: { user: 'sideways', object: 'to_bitrix' }, on_local_delete: { object: 'close' } });
      const { data } = (await call('GET', path)).body;
      expect(data.directions).to.deep.equal({ contract: 'bidirectional', user: 'from_bitrix', object: 'to_bitrix' });
      expect(data.on_local_delete.object).to.equal('close');
      expect(await problemPaths()).to.deep.equal(['directions.user']);
      world.lines.length = 0;
      world.portal.journal.clear();
      for (const name of ['Раз', 'Два']) {
        await call('POST', '/api/users', { name });
        await world.settled();
      }
      expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
      const told = world.lines.filter((line) => line.includes('Настройки поняты не полностью'));
      expect(told).to.have.length(1);
      expect(told[0]).to.include('directions.user');
      await put({});
      expect(await problemPaths()).to.deep.equal([]);
    });

    it('are remembered as good once they were obeyed', async () => {
      await write({ directions: { user: 'from_bitrix' } });
      await call('POST', '/api/objects', { name: 'Проход' });
      await world.settled();
      await write({ directions: 'all of them' });
      expect((await call('GET', path)).body.data.directions.user).to.equal('from_bitrix');
      expect(await problemPaths()).to.deep.equal(['directions']);
      await put({});
    });

    for (const automatic of [{ object: 'maybe' }, 'on', { object: null }, null, [1]]) {
      it(`never fail a writer of records: automatic ${JSON.stringify(automatic)}`, async () => {
        await put({ automatic: { object: false } });
        await write({ automatic });
        await world.sql(`insert into objects (tenant_id, name) values ($1, 'Чужой')`, [tenant.id]);
        expect(await world.sql(`select 1 from sync_queue where entity = 'object'`)).to.deep.equal([]);
        await world.sql('update companies set settings_good = null where id = $1', [tenant.id]);
        const [{ id } = { id: 0 }] = await world.sql<{ id: number }>(
          `insert into objects (tenant_id, name) values ($1, 'Чужой') returning id`,
          [tenant.id],
        );
        await world.settled();
        expect(await world.remoteOf(tenant, 'object', id)).to.include({ TITLE: 'Чужой' });
        await put({});
        await world.settled();
      });
    }
  });

  it('pairs of their own need a portal to be checked against', async () => {
    const other = await world.addTenant('ООО Без портала');
    expectRefusal(await world.call(other.token, 'PUT', path, custom(serial)), 400, 'not_configured');
    expect((await world.call(other.token, 'PUT', path, { automatic: { user: false } })).status).to.equal(200);
  });
});
