import { expect } from 'chai';
import type { RemoteRecord } from '../../../../app/bitrix24/client.ts';
import type { Database } from '../../../../app/models/database.ts';
import { isSamePortal } from '../../../../app/portals/connection/same-portal.ts';
import { MockBitrix24Client } from '../../../support/mock-bitrix24-client.ts';

const modifiedAt = new Date('2026-11-01T10:00:00Z');

function portalWith(...records: Partial<RemoteRecord>[]): MockBitrix24Client {
  const client = new MockBitrix24Client();
  for (const record of records) client.put('object', { id: 10, modifiedAt, ...record });
  return client;
}

function databaseWith(rows: object[]): Database {
  return {
    query: async (sql: string) => (sql.includes('axenta_database') ? [{ name: 'abcdefgh' }] : rows),
  } as unknown as Database;
}

const mapped = databaseWith([{ entity: 'object', localId: 7, remoteId: 10, modifiedAt }]);

describe('isSamePortal', () => {
  it('takes any portal when nothing is mapped', async () => {
    expect(await isSamePortal(databaseWith([]), portalWith(), 1)).to.equal(true);
  });

  const cases: { name: string; portal: MockBitrix24Client; expected: boolean }[] = [
    {
      name: 'knows the portal by a record with our origin, even under a new id',
      portal: portalWith({ id: 99, originatorId: 'axenta', originId: 'abcdefgh:1:object:7' }),
      expected: true,
    },
    {
      name: 'is not misled by the origin of another tenant',
      portal: portalWith({ id: 99, originatorId: 'axenta', originId: 'abcdefgh:2:object:7' }),
      expected: false,
    },
    {
      name: 'is not misled by the origin of another database',
      portal: portalWith({ id: 99, originatorId: 'axenta', originId: 'zzzzzzzz:1:object:7' }),
      expected: false,
    },
    {
      name: 'knows the portal by an origin without a database under the very id that was linked',
      portal: portalWith({ id: 10, modifiedAt: new Date(0), originatorId: 'axenta', originId: '1:object:7' }),
      expected: true,
    },
    {
      name: 'is not misled by an origin without a database under another id',
      portal: portalWith({ id: 99, originatorId: 'axenta', originId: '1:object:7' }),
      expected: false,
    },
    {
      name: 'knows the portal by a linked record that has not changed since',
      portal: portalWith({}),
      expected: true,
    },
    {
      name: 'is not misled by a stranger with the same id',
      portal: portalWith({ modifiedAt: new Date('2020-01-01T00:00:00Z') }),
      expected: false,
    },
    { name: 'does not know a portal without any of the records', portal: portalWith(), expected: false },
  ];
  for (const { name, portal, expected } of cases) {
    it(name, async () => expect(await isSamePortal(mapped, portal, 1)).to.equal(expected));
  }
});
