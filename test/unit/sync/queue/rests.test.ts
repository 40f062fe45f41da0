import { expect } from 'chai';
import { type Rests, restOf } from '../../../../app/sync/queue/rests.ts';
import { priorities, type QueueRow } from '../../../../app/sync/queue/sync-queue.ts';

const nothing: Rests = { everything: false, kinds: new Set(), records: new Set(), byHand: new Set() };
const byHand: Rests = { ...nothing, byHand: new Set(['object']) };

const row: QueueRow = {
  entity: 'object',
  side: 'bitrix24',
  recordId: 5,
  changes: 1,
  reason: 'event',
  runId: null,
  attempts: 0,
  priority: priorities.event,
  createSentAt: null,
  createValues: null,
  dueAt: new Date(0),
};

const cases: { name: string; rests: Rests; rows?: Partial<QueueRow>[]; expected: string | null }[] = [
  { name: 'nothing rests', rests: nothing, expected: null },
  { name: 'everything is paused', rests: { ...nothing, everything: true }, expected: 'paused' },
  { name: 'its kind is paused', rests: { ...nothing, kinds: new Set(['object']) }, expected: 'paused' },
  { name: 'another kind is paused', rests: { ...nothing, kinds: new Set(['user']) }, expected: null },
  { name: 'it is paused itself', rests: { ...nothing, records: new Set(['object:7']) }, expected: 'paused' },
  { name: 'another record is paused', rests: { ...nothing, records: new Set(['object:8', 'user:7']) }, expected: null },
  { name: 'paused, and a run asks', rests: { ...nothing, everything: true }, rows: [{ runId: 1 }], expected: 'paused' },
  { name: 'by hand, and an event tells', rests: byHand, expected: 'by_hand' },
  { name: 'by hand, and a search found it', rests: byHand, rows: [{ reason: 'sweep' }], expected: 'by_hand' },
  { name: 'by hand, and a run asks', rests: byHand, rows: [{ runId: 1 }], expected: null },
  { name: 'by hand, and a person waits', rests: byHand, rows: [{ priority: priorities.interactive }], expected: null },
  { name: 'by hand, and an error is tried again', rests: byHand, rows: [{ reason: 'retry' }], expected: null },
  { name: 'by hand, and what was asked failed once', rests: byHand, rows: [{ attempts: 1 }], expected: null },
  {
    name: 'by hand, and a create has no answer yet',
    rests: byHand,
    rows: [{ createSentAt: new Date(0) }],
    expected: null,
  },
  { name: 'by hand, one row of two is asked for', rests: byHand, rows: [{}, { reason: 'asked' }], expected: null },
];

describe('whether a pair rests', () => {
  for (const { name, rests, rows = [{}], expected } of cases) {
    it(`${name}: ${expected ?? 'it goes on'}`, () => {
      const pair = { entity: 'object' as const, localId: 7, rows: rows.map((change) => ({ ...row, ...change })) };
      expect(restOf(rests, pair)).to.equal(expected);
    });
  }
});
