import { expect } from 'chai';
import { objectMap } from '../../../../app/field-maps/objects.ts';
import type { LocalRecord } from '../../../../app/field-maps/types.ts';
import type { LoadedPair } from '../../../../app/sync/pair.ts';
import { type PlanContext, planPair } from '../../../../app/sync/plan/plan-pair.ts';
import { settingsOf } from '../../../../app/sync/plan/settings.ts';
import { shadowsOf, wantedRemote } from '../../../../app/sync/plan/shadows.ts';

const at = new Date('2026-11-26T10:00:00Z');
const settings = settingsOf({ on_bitrix24_delete: { object: 'recreate' } });
const context = { settings, fieldMap: objectMap, runFilters: new Map(), database: 'abcdefgh', tenantId: 1 };

/** A linked pair whose row was queued for this reason. */
function pairWith(reason: string, changes: Partial<LoadedPair> = {}): LoadedPair {
  const record: LocalRecord = { name: 'КамАЗ', description: null, imei: null, type: null, contract_id: null };
  const wanted = wantedRemote(objectMap, record);
  return {
    ...{
      entity: 'object',
      readAt: at,
      localId: 1,
      remoteId: 7,
      companions: [],
      asked: [],
      matched: false,
      former: null,
    },
    ...{ duplicate: false, question: null, unsettled: false, sent: null, readError: null, remoteGone: false },
    rows: [{ reason, runId: 5 }],
    local: { id: 1, record, modifiedAt: at, deleted: false, standing: null },
    remote: { ...wanted, id: 7, modifiedAt: at, createdAt: at, originatorId: null, originId: null },
    mapping: { state: 'linked', fieldErrors: {}, excluded: null },
    shadows: shadowsOf(objectMap, record, wanted),
    ...changes,
  } as unknown as LoadedPair;
}

const actionOf = (pair: LoadedPair) => planPair(context as unknown as PlanContext, pair).plan.action;

describe('a record whose creation is undone', () => {
  it('goes on the side that the run made it on, while both sides are as they were made', () => {
    expect(actionOf(pairWith('undo_create'))).to.equal('delete_remote');
    expect(actionOf(pairWith('undo_import'))).to.equal('delete_local');
    expect(actionOf(pairWith('run'))).to.equal('update');
  });

  it('stays where it was edited since, and where other contracts stand for it', () => {
    const fields = { TITLE: 'Набрано' };
    const remote = { ...pairWith('undo_create').remote, fields } as LoadedPair['remote'];
    expect(actionOf(pairWith('undo_create', { remote }))).to.equal('update');
    expect(actionOf(pairWith('undo_create', { companions: [2] }))).to.equal('update');
  });

  it('deleted by a process that did not live to say so is let go of, and not made anew by the policy', () => {
    const gone = { remote: null, remoteGone: true };
    expect(actionOf(pairWith('undo_create', gone))).to.equal('orphan');
    expect(actionOf(pairWith('run', gone))).to.equal('create_remote');
  });
});
