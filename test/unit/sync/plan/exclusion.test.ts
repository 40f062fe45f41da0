import { expect } from 'chai';
import type { LoadedPair } from '../../../../app/sync/pair.ts';
import { exclusionOf, isOutsideByCrm } from '../../../../app/sync/plan/exclusion.ts';
import { bothRules, listFilterOf } from '../../../../app/sync/plan/scope.ts';
import type { KindScope } from '../../../../app/sync/plan/scope-settings.ts';
import { settingsOf } from '../../../../app/sync/plan/settings.ts';

const trucks: KindScope = { crm: { types: ['truck'] } };
const working: KindScope = { bitrix24: { stages: ['EXECUTING'] } };

/** A pair of an object and a deal, as far as scopes look at it. */
function pairOf({
  type,
  stage,
  rows = [{ reason: 'changed' }],
  mark = null,
}: {
  type?: string | null;
  stage?: string;
  rows?: { reason: string; runId?: number; changes?: number; createSentAt?: Date }[];
  mark?: string | null;
}): LoadedPair {
  const modifiedAt = new Date('2026-01-01T00:00:00Z');
  const pair = {
    entity: 'object',
    localId: 1,
    local: type === undefined ? null : { record: { type, status: 'active', contract_id: null }, modifiedAt },
    remote: stage === undefined ? null : { fields: { STAGE_ID: stage, CATEGORY_ID: 0 }, modifiedAt },
    remoteGone: false,
    mapping: { state: 'linked', excluded: mark, scopeFacts: null },
    rows: rows.map((row) => ({ runId: null, changes: 1, createSentAt: null, ...row })),
  };
  // Only what scopes look at.
  return pair as unknown as LoadedPair;
}

const decide = (scope: KindScope, filter: KindScope, pair: LoadedPair) =>
  exclusionOf({ settings: settingsOf({ scope: { object: scope } }), runFilters: new Map([[7, filter]]) }, pair);

const byRun = [{ reason: 'run', runId: 7 }];

describe('whether a pair takes part', () => {
  const cases: { name: string; scope?: KindScope; filter?: KindScope; pair: LoadedPair; expected: string | null }[] = [
    {
      name: 'inside both rules',
      scope: { ...trucks, ...working },
      pair: pairOf({ type: 'truck', stage: 'EXECUTING' }),
      expected: null,
    },
    {
      name: 'outside by the CRM record',
      scope: trucks,
      pair: pairOf({ type: null, stage: 'NEW' }),
      expected: 'scope crm.types',
    },
    {
      name: 'outside by the deal',
      scope: { ...trucks, ...working },
      pair: pairOf({ type: 'truck', stage: 'NEW' }),
      expected: 'scope bitrix24.stages',
    },
    { name: 'no deal yet: its rule is not asked', scope: working, pair: pairOf({ type: 'car' }), expected: null },
    {
      name: 'a row that is gone for good rests on',
      scope: trucks,
      pair: pairOf({ stage: 'NEW', mark: 'crm.types' }),
      expected: 'scope crm.types',
    },
    {
      name: 'a row that is gone for good and took part',
      scope: trucks,
      pair: pairOf({ stage: 'NEW' }),
      expected: null,
    },
    {
      name: 'a row that is gone for good, and no rule any more',
      pair: pairOf({ stage: 'NEW', mark: 'crm.types' }),
      expected: null,
    },
    {
      name: "outside of its run's rule",
      filter: working,
      pair: pairOf({ type: 'car', stage: 'NEW', rows: byRun }),
      expected: 'run bitrix24.stages',
    },
    {
      name: "a real change beside the run's asking",
      filter: working,
      pair: pairOf({ type: 'car', stage: 'NEW', rows: [...byRun, { reason: 'event' }] }),
      expected: null,
    },
    {
      name: 'a change that joined the row of the run',
      filter: working,
      pair: pairOf({ type: 'car', stage: 'NEW', rows: [{ reason: 'run', runId: 7, changes: 2 }] }),
      expected: null,
    },
    {
      name: 'a run without rules',
      filter: {},
      pair: pairOf({ type: 'car', stage: 'NEW', rows: byRun }),
      expected: null,
    },
    {
      name: 'another run',
      filter: working,
      pair: pairOf({ type: 'car', stage: 'NEW', rows: [{ reason: 'run', runId: 8 }] }),
      expected: null,
    },
  ];
  for (const { name, scope = {}, filter = {}, pair, expected } of cases) {
    it(name, () => {
      const excluded = decide(scope, filter, pair);
      expect(excluded && `${excluded.of} ${excluded.by.side}.${excluded.by.field}`).to.equal(expected);
    });
  }

  it('a create without an answer is settled before its record is left alone', () => {
    const settings = settingsOf({ scope: { object: trucks } });
    const sent = [{ reason: 'create', createSentAt: new Date() }];
    expect(isOutsideByCrm({ settings }, pairOf({ type: 'car' }))).to.equal(true);
    expect(isOutsideByCrm({ settings }, pairOf({ type: 'car', rows: sent }))).to.equal(false);
  });

  it('two rules at once ask for what both take, and for nothing when they have nothing in common', () => {
    expect(bothRules({ stages: ['NEW', 'WON'] }, { stages: ['WON'], sources: ['WEB'] })).to.deep.equal({
      stages: ['WON'],
      sources: ['WEB'],
    });
    expect(bothRules({ categories: [1] }, { categories: [0] })).to.equal(null);
    const later = bothRules({ updated_since: '2026-01-01T00:00:00Z' }, { updated_since: '2026-02-01T00:00:00Z' });
    expect(listFilterOf(later ?? {})).to.deep.equal({ changedSince: new Date('2026-02-01T00:00:00Z') });
  });
});
