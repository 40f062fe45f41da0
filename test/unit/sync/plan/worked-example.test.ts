import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { objectMap } from '../../../../app/field-maps/objects.ts';
import { diffRemote } from '../../../../app/field-maps/remote-changes.ts';
import type { LocalRecord, RemoteValues } from '../../../../app/field-maps/types.ts';
import {
  emptyRemoteShadow,
  isUneventful,
  type LocalShadow,
  type MergeInput,
  type MergeResult,
  merge,
} from '../../../../app/sync/plan/merge.ts';
import { plan } from '../../../../app/sync/plan/plan.ts';
import { settingsOf } from '../../../../app/sync/plan/settings.ts';
import { mergedRemote, nextShadows, type Shadows } from '../../../../app/sync/plan/shadows.ts';

const page = readFileSync(new URL('../../../../app/README.md', import.meta.url), 'utf8');
const at = new Date('2026-11-26T10:00:00Z');

describe('the worked example of app/README.md', () => {
  const shown = block('shadows');
  const shadows: Shadows = { local: shown.local, remote: { ...emptyRemoteShadow, values: shown.bitrix24 } };
  const { object: local, deal } = block('now');
  const remote: RemoteValues = { fields: deal, multifields: [] };

  it('plans what the page says', () => {
    const planned = plan({
      entity: 'object',
      settings: settingsOf(null),
      mapping: 'linked',
      localPresent: true,
      remote: 'present',
      remoteIsOurs: true,
      unsettled: false,
      othersStand: false,
      importAsked: false,
      merging: () => inputOf(local, remote, shadows),
    });
    expect('merge' in planned && { action: planned.action, ...present(planned.merge) }).to.deep.equal(block('merge'));
  });

  it('sends what the page says', () => {
    const result = merge(inputOf(local, remote, shadows));
    expect(diffRemote(remote, mergedRemote(result, remote, shadows.remote)).fields).to.deep.equal(block('sent'));
  });

  it('ends with the shadows of the page, and with nothing left to do', () => {
    const result = merge(inputOf(local, remote, shadows));
    const localAfter: LocalRecord = Object.assign({}, local, ...result.toLocal.map(({ columns }) => columns));
    const remoteAfter = { ...remote, fields: { ...remote.fields, ...block('sent') } };
    const after = nextShadows(objectMap, shadows, result, { before: { local, remote }, localAfter, remoteAfter });
    expect(after.local).to.deep.equal({ ...shadows.local, ...block('afterwards').local });
    expect(after.remote.values).to.deep.equal({ ...shadows.remote.values, ...block('afterwards').bitrix24 });
    expect(isUneventful(merge(inputOf(localAfter, remoteAfter, after)))).to.equal(true);
  });
});

interface Blocks {
  shadows: Record<'local' | 'bitrix24', LocalShadow>;
  now: { object: LocalRecord; deal: RemoteValues['fields'] };
  merge: unknown;
  sent: RemoteValues['fields'];
  afterwards: Record<'local' | 'bitrix24', LocalShadow>;
}

/** The values of one JSON block of the page, by the word behind its language. The tests above fail when it has another shape. */
function block<Name extends keyof Blocks>(name: Name): Blocks[Name] {
  const [, text = ''] = new RegExp(`^\`\`\`json ${name}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page) ?? [];
  return JSON.parse(text);
}

function inputOf(local: LocalRecord, remote: RemoteValues, shadows: Shadows): MergeInput {
  return {
    ...{ fieldMap: objectMap, local, remote, localShadow: shadows.local, remoteShadow: shadows.remote },
    ...{ policy: 'latest', direction: 'bidirectional', localModifiedAt: at, remoteModifiedAt: at, now: at },
  };
}

function present({ toRemote, toLocal, conflicts }: MergeResult) {
  return {
    to_bitrix24: toRemote.map(({ pair, before, after }) => ({ field: pair.key, before, after })),
    to_local: toLocal.map(({ pair, before, after, columns }) => ({ field: pair.key, before, after, columns })),
    conflicts,
  };
}
