import { expect } from 'chai';
import { objectMap } from '../../../../app/field-maps/objects.ts';
import { merge } from '../../../../app/sync/plan/merge.ts';
import { sentUpdateOf, withSentUpdate } from '../../../../app/sync/plan/sent-update.ts';
import { mergedRemote, nextShadows, type Shadows, shadowsOf, wantedRemote } from '../../../../app/sync/plan/shadows.ts';

const [earlier, later] = [new Date('2026-11-26T10:00:00Z'), new Date('2026-11-26T10:01:00Z')];
const first = { name: 'Камаз', contract_number: null };

/** Both sides renamed the pair, the portal later, and the object got a contract: the portal's name is taken, the number is sent. */
function renamedByBoth() {
  const local = { name: 'Волво', contract_number: 'Д-1' };
  const remote = { fields: { TITLE: 'Рено' }, multifields: [] };
  const shadows = shadowsOf(objectMap, first, wantedRemote(objectMap, first));
  const input = { fieldMap: objectMap, policy: 'latest', direction: 'bidirectional', now: later } as const;
  const moments = { localModifiedAt: earlier, remoteModifiedAt: later };
  const result = merge({
    ...input,
    ...moments,
    local,
    remote,
    localShadow: shadows.local,
    remoteShadow: shadows.remote,
  });
  const stored = mergedRemote(result, remote, shadows.remote);
  const mergeWith = (known: Shadows, row: typeof local) =>
    merge({ ...input, ...moments, local: row, remote: stored, localShadow: known.local, remoteShadow: known.remote });
  const after = (localAfter: typeof local | null) => {
    const outcome = { before: { local, remote }, localAfter, remoteAfter: stored };
    const { local: localShadow, remote: remoteShadow } = nextShadows(objectMap, shadows, result, outcome);
    return mergeWith({ local: localShadow, remote: remoteShadow }, localAfter ?? local);
  };
  return { result, local, shadows, stored, after, mergeWith };
}

describe('a name of the portal that is to be taken over while ours is completed there', () => {
  it('is taken, with the number of the contract beside it', () => {
    const { result, stored } = renamedByBoth();
    expect(result.toLocal.map(({ columns }) => columns)).to.deep.equal([{ name: 'Рено' }]);
    expect(stored.fields.TITLE).to.equal('Рено (договор Д-1)');
  });

  it('rests once it is taken', () => {
    const { after } = renamedByBoth();
    const { toLocal, toRemote, conflicts } = after({ name: 'Рено', contract_number: 'Д-1' });
    expect({ toLocal, toRemote, conflicts }).to.deep.equal({ toLocal: [], toRemote: [], conflicts: [] });
  });

  it('is taken when the answer to our completion is lost: what was sent does not make the sides equal', () => {
    const { result, local, shadows, stored, mergeWith } = renamedByBoth();
    const assumed = withSentUpdate(objectMap, shadows, sentUpdateOf(result, local), stored);
    expect(mergeWith(assumed, local).toLocal.map(({ columns }) => columns)).to.deep.equal([{ name: 'Рено' }]);
  });

  it('is decided anew when our row changed before it could be taken: the sides do not stay apart', () => {
    const { toLocal, conflicts } = renamedByBoth().after(null);
    expect(toLocal.map(({ columns }) => columns)).to.deep.equal([{ name: 'Рено' }]);
    expect(conflicts.map(({ localValue, remoteValue }) => [localValue, remoteValue])).to.deep.equal([
      ['Волво (договор Д-1)', 'Рено (договор Д-1)'],
    ]);
  });
});
