import { expect } from 'chai';
import type { Bitrix24Client, RemoteRecord } from '../../../app/bitrix24/client.ts';
import type { Database } from '../../../app/models/database.ts';
import { isSamePortal } from '../../../app/portals/same-portal.ts';

const modifiedAt = new Date('2026-11-01T10:00:00Z');

function record(changes: Partial<RemoteRecord>): RemoteRecord {
  return { id: 10, modifiedAt, originatorId: null, originId: null, fields: {}, multifields: [], ...changes };
}

function portalWith({ byOrigin = [] as RemoteRecord[], byId = [] as RemoteRecord[] }): Bitrix24Client {
  return {
    findByOrigin: async () => byOrigin,
    read: async () => new Map(byId.map((found) => [found.id, found])),
  } as unknown as Bitrix24Client;
}

function databaseWith(rows: object[]): Database {
  return { query: async () => rows } as unknown as Database;
}

const mapped = databaseWith([{ entity: 'object', localId: 7, remoteId: 10, modifiedAt }]);

describe('isSamePortal', () => {
  it('takes any portal when nothing is mapped', async () => {
    expect(await isSamePortal(databaseWith([]), portalWith({}), 1)).to.equal(true);
  });

  const cases: { name: string; portal: Bitrix24Client; expected: boolean }[] = [
    {
      name: 'knows the portal by a record with our origin, even under a new id',
      portal: portalWith({ byOrigin: [record({ id: 99, originatorId: 'axenta', originId: '1:object:7' })] }),
      expected: true,
    },
    {
      name: 'is not misled by the origin of another tenant',
      portal: portalWith({ byOrigin: [record({ originatorId: 'axenta', originId: '2:object:7' })] }),
      expected: false,
    },
    {
      name: 'knows the portal by a linked record that has not changed since',
      portal: portalWith({ byId: [record({})] }),
      expected: true,
    },
    {
      name: 'is not misled by a stranger with the same id',
      portal: portalWith({ byId: [record({ modifiedAt: new Date('2020-01-01T00:00:00Z') })] }),
      expected: false,
    },
    { name: 'does not know a portal without any of the records', portal: portalWith({}), expected: false },
  ];
  for (const { name, portal, expected } of cases) {
    it(name, async () => expect(await isSamePortal(mapped, portal, 1)).to.equal(expected));
  }
});
