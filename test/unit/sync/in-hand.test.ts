import { expect } from 'chai';
import { makeLog } from '../../../app/lib/log.ts';
import { connectDatabase, queryRows } from '../../../app/models/database.ts';
import type { StepDeps } from '../../../app/sync/apply/write-step.ts';
import { type FillState, forgetDone, searchDue } from '../../../app/sync/in-hand.ts';
import { Owners } from '../../../app/sync/lane.ts';
import { enqueue, priorities } from '../../../app/sync/queue/sync-queue.ts';
import { createTestDatabase } from '../../support/database.ts';

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
      const state: FillState = {
        owners: new Owners(),
        handled: new Map(),
        blocked: new Map(),
        loading: new Set(),
        searches: new Set(),
      };
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
