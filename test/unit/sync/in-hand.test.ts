import { expect } from 'chai';
import { makeLog } from '../../../app/lib/log.ts';
import { connectDatabase, queryRows } from '../../../app/models/database.ts';
import type { StepDeps } from '../../../app/sync/apply/write-step.ts';
import { type FillState, forgetDone, leaveOutdated, searchDue } from '../../../app/sync/in-hand.ts';
import { keyOfRow, Lane, Owners } from '../../../app/sync/lane.ts';
import type { LoadedPair } from '../../../app/sync/pair.ts';
import { enqueue, priorities } from '../../../app/sync/queue/sync-queue.ts';
import { createTestDatabase } from '../../support/database.ts';

function nothingInHand(): FillState {
  return { owners: new Owners(), handled: new Map(), blocked: new Map(), loading: new Set(), searches: new Set() };
}

describe('a search for due rows', () => {
  it('does not bring back rows that were dealt with while it was under way', async () => {
    const database = await createTestDatabase();
    const db = connectDatabase(database.url, makeLog({ level: 'fatal', format: 'json' }), 4);
    try {
      const [company] = await queryRows<{ id: number }>(
        db,
        `insert into companies (name) values ('ООО Ромашка') returning id`,
      );
      const tenantId = company?.id ?? 0;
      const row = { tenantId, entity: 'object', side: 'local', reason: 'run', priority: priorities.run } as const;
      await enqueue(db, [
        { ...row, recordId: 1 },
        { ...row, recordId: 2 },
      ]);
      const state = nothingInHand();
      // Of what steps work with, only the database is looked at here.
      const deps = { db } as StepDeps;
      const found = await searchDue(deps, state, tenantId, { limit: 10, lane: 'bulk' });
      expect(found.map(({ recordId }) => recordId)).to.deep.equal([1, 2]);

      let answer: () => void = () => undefined;
      const late = Object.create(db, {
        query: {
          value: async (...args: Parameters<typeof db.query>) => {
            const rows = await db.query(...args);
            await new Promise<void>((resolve) => {
              answer = resolve;
            });
            return rows;
          },
        },
      });
      const searching = searchDue({ ...deps, db: late }, state, tenantId, { limit: 10, lane: 'bulk' });
      const isWaiting = async () => {
        for (let before = answer; answer === before; ) await new Promise((resolve) => setTimeout(resolve, 5));
        return answer;
      };
      (await isWaiting())();
      const release = await isWaiting();
      await queryRows(db, 'delete from sync_queue where record_id = 1');
      await forgetDone(deps, state, tenantId, found);
      release();
      expect((await searching).map(({ recordId }) => recordId)).to.deep.equal([2]);
    } finally {
      await db.close();
      await database.drop();
    }
  });
});

describe('pairs that a lane has read', () => {
  // Of a pair, only its rows and ids are looked at here.
  const pairOf = (localId: number | null, remoteId: number | null) => {
    const rows = localId === null ? [{ side: 'bitrix24', recordId: remoteId }] : [{ side: 'local', recordId: localId }];
    return {
      entity: 'object',
      localId,
      remoteId,
      rows: rows.map((row) => ({ ...row, entity: 'object' })),
    } as LoadedPair;
  };

  it('are read again when the other lane ended work on one of their records meanwhile, and only then', async () => {
    const state = nothingInHand();
    const urgent = new Lane('urgent', state.owners);
    const reserved = urgent.reserve([pairOf(1, null), pairOf(3, 30)]);
    // The one that the urgent lane is creating, known by its local record now; another one; the deal of the third.
    const read = [pairOf(1, 10), pairOf(2, null), pairOf(null, 30)];
    for (const { rows } of read) for (const row of rows) state.handled.set(keyOfRow(row), 'taken');
    const { answer, ended } = await state.owners.watch(async () => {
      urgent.finish(reserved);
      return read;
    });
    expect(leaveOutdated(state, answer, ended)).to.deep.equal([read[1]]);
    expect([...state.handled.keys()]).to.deep.equal(['object:local:2']);
    const later = await state.owners.watch(async () => read);
    expect(leaveOutdated(state, later.answer, later.ended)).to.deep.equal(read);
  });
});
