import { expect } from 'chai';
import type { Tenant, World } from './world.ts';

const address = '/api/integration/bitrix24';

/** What the tests of matching say and ask, in few words. */
export function matchingOf(world: World, tenant: Tenant) {
  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);
  const add = async (table: 'users' | 'contracts' | 'objects', fields: Record<string, unknown>): Promise<number> => {
    const { status, body } = await call('POST', `/api/${table}`, fields);
    expect(status, JSON.stringify(body)).to.equal(201);
    await world.settled();
    return body.data.id;
  };
  return {
    call,
    addUser: (fields: Record<string, unknown>) => add('users', fields),
    addContract: (fields: Record<string, unknown>) => add('contracts', fields),
    addObject: (fields: Record<string, unknown>) => add('objects', fields),

    contact: (
      first: string,
      last: string,
      values: { email?: string[]; phone?: string[]; [field: string]: unknown } = {},
    ) => {
      const { email = [], phone = [], ...fields } = values;
      const multi = (list: string[]) => list.map((VALUE) => ({ VALUE, VALUE_TYPE: 'WORK' }));
      const record = { NAME: first, LAST_NAME: last, EMAIL: multi(email), PHONE: multi(phone), ...fields };
      return Number(world.portal.records('contact').create(record).ID);
    },

    company: (title: string, values: { email?: string; phone?: string; inn?: string; kpp?: string } = {}) => {
      const { email, phone, inn, kpp } = values;
      const record = {
        TITLE: title,
        ...(email && { EMAIL: [{ VALUE: email, VALUE_TYPE: 'WORK' }] }),
        ...(phone && { PHONE: [{ VALUE: phone, VALUE_TYPE: 'WORK' }] }),
      };
      const id = Number(world.portal.records('company').create(record).ID);
      if (inn) world.portal.requisites.add({ kind: 'company', id }, { RQ_INN: inn, ...(kpp && { RQ_KPP: kpp }) });
      return id;
    },

    /** The Bitrix24 id that a record is linked with; null when it has none. */
    pairOf: async (entity: 'user' | 'contract' | 'object', localId: number): Promise<number | null> => {
      const [row] = await world.sql<{ bitrix24_id: string; state: string }>(
        `select bitrix24_id, state from bitrix24_sync_mappings where tenant_id = $1 and local_type = $2 and local_id = $3`,
        [tenant.id, entity, localId],
      );
      return row?.state === 'linked' ? Number(row.bitrix24_id) : null;
    },

    waiting: async () => (await call('GET', `${address}/matches`)).body.data.matches,
    decide: async (id: number, action: string, bitrix24Id?: number) => {
      const body = { action, ...(bitrix24Id !== undefined && { bitrix24_id: bitrix24Id }) };
      const answer = await call('POST', `${address}/matches/${id}`, body);
      await world.settled();
      return answer;
    },
    conflicts: async () => (await call('GET', `${address}/conflicts?state=open`)).body.data.conflicts,
    errors: async () => (await call('GET', `${address.replace('/bitrix24', '')}/errors`)).body.data.items,
    settings: (settings: Record<string, unknown>) => call('PUT', `${address}/settings`, settings),
    run: async (body: Record<string, unknown>) =>
      (await call('POST', `${address}/sync/to`, { wait: true, ...body })).body.data.run,
  };
}
