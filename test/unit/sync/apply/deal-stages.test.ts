import { expect } from 'chai';
import type { DealStage } from '../../../../app/bitrix24/client.ts';
import { chooseStage } from '../../../../app/sync/apply/deal-stages.ts';
import type { LoadedPair, SyncContext } from '../../../../app/sync/pair.ts';
import { mockRecord } from '../../../support/mock-values.ts';

const funnel: DealStage[] = [
  { id: 'NEW', semantics: 'P' },
  { id: 'WON', semantics: 'S' },
  { id: 'LOSE', semantics: 'F' },
  { id: 'APOLOGY', semantics: 'F' },
];

const cases: { title: string; deal: Record<string, unknown>; stages?: DealStage[]; to: string | null }[] = [
  { title: 'in progress: closed into the first lost stage', deal: { STAGE_ID: 'NEW' }, to: 'LOSE' },
  { title: 'won: keeps its outcome', deal: { STAGE_ID: 'WON' }, to: null },
  { title: 'lost in another stage: keeps its outcome', deal: { STAGE_ID: 'APOLOGY' }, to: null },
  {
    title: 'won in a stage that the funnel does not have any more: keeps its outcome',
    deal: { STAGE_ID: 'C1:WON', STAGE_SEMANTIC_ID: 'S' },
    to: null,
  },
  {
    title: 'in progress in a stage that the funnel does not have any more: closed',
    deal: { STAGE_ID: 'UC_1', STAGE_SEMANTIC_ID: 'P' },
    to: 'LOSE',
  },
  {
    title: 'in a funnel without a lost stage: stays where it is',
    deal: { STAGE_ID: 'NEW' },
    stages: funnel.slice(0, 2),
    to: null,
  },
];

describe('the deal of an object that is deleted with the policy close', () => {
  for (const { title, deal, stages = funnel, to } of cases) {
    it(title, async () => {
      // Only what the choice looks at.
      const context = { client: { stages: async () => stages }, options: {} } as unknown as SyncContext;
      const pair = { remote: mockRecord({ id: 7, fields: deal }), mapping: null } as unknown as LoadedPair;
      const { plan } = await chooseStage(context, { pair, plan: { action: 'close_remote' } });
      expect(plan).to.deep.equal(
        to === null
          ? { action: 'unlink', keptStage: deal.STAGE_ID }
          : { action: 'close_remote', move: { from: deal.STAGE_ID, to } },
      );
    });
  }
});
