import { expect } from 'chai';
import { type PlanInput, plan } from '../../../../app/sync/plan/plan.ts';
import { type StoredSettings, settingsOf } from '../../../../app/sync/plan/settings.ts';

interface Case {
  name: string;
  given: Partial<Omit<PlanInput, 'settings'>>;
  settings?: StoredSettings;
  expect: string;
}

const cases: Case[] = [
  { name: 'a new local record is created there', given: { localPresent: true }, expect: 'create_remote' },
  {
    name: 'a new local record of a kind that only comes from there stays here',
    given: { localPresent: true },
    settings: { directions: { object: 'from_bitrix' } },
    expect: 'skip',
  },
  { name: 'a new record there stays there by default', given: { remote: 'present' }, expect: 'skip' },
  {
    name: 'a new record there is imported when that is on',
    given: { remote: 'present' },
    settings: { import_new: { object: true } },
    expect: 'create_local',
  },
  { name: 'or when a person asked for it', given: { remote: 'present', importAsked: true }, expect: 'create_local' },
  {
    name: 'but never a record that we made ourselves',
    given: { remote: 'present', remoteIsOurs: true, importAsked: true },
    settings: { import_new: { object: true } },
    expect: 'skip',
  },
  {
    name: 'an unknown record that is gone is nothing to us',
    given: { remote: 'gone' },
    settings: { import_new: { object: true } },
    expect: 'skip',
  },
  { name: 'deleted here: the link is taken off', given: { mapping: 'linked', remote: 'present' }, expect: 'unlink' },
  {
    name: 'deleted here, policy close',
    given: { mapping: 'linked', remote: 'present' },
    settings: { on_local_delete: { object: 'close' } },
    expect: 'close_remote',
  },
  {
    name: 'deleted here, policy close: a contact has no stages',
    given: { entity: 'user', mapping: 'linked', remote: 'present' },
    settings: { on_local_delete: { user: 'close' } },
    expect: 'unlink',
  },
  {
    name: 'deleted here, policy delete',
    given: { mapping: 'linked', remote: 'present' },
    settings: { on_local_delete: { object: 'delete' } },
    expect: 'delete_remote',
  },
  {
    name: 'deleted there: our record stays',
    given: { mapping: 'linked', localPresent: true, remote: 'gone' },
    expect: 'orphan',
  },
  {
    name: 'deleted there, policy recreate',
    given: { mapping: 'linked', localPresent: true, remote: 'gone' },
    settings: { on_bitrix24_delete: { object: 'recreate' } },
    expect: 'create_remote',
  },
  {
    name: 'deleted there, policy delete',
    given: { mapping: 'linked', localPresent: true, remote: 'gone' },
    settings: { on_bitrix24_delete: { object: 'delete' } },
    expect: 'delete_local',
  },
  { name: 'deleted on both sides', given: { mapping: 'linked', remote: 'gone' }, expect: 'forget' },
  {
    name: 'an orphan that was edited here is not made again',
    given: { mapping: 'orphaned', localPresent: true, remote: 'gone' },
    expect: 'skip',
  },
  {
    name: 'a record restored here whose pair is gone is created again',
    given: { mapping: 'unlinked', localPresent: true, remote: 'gone' },
    expect: 'create_remote',
  },
  {
    name: 'a record that stays deleted here is left alone',
    given: { mapping: 'unlinked', remote: 'present' },
    expect: 'skip',
  },
  {
    name: 'deleted here before its create was known to have worked: the policy holds, keep',
    given: { remote: 'present', remoteIsOurs: true, unsettled: true },
    expect: 'unlink',
  },
  {
    name: 'deleted here before its create was known to have worked: the policy holds, delete',
    given: { mapping: 'orphaned', remote: 'present', remoteIsOurs: true, unsettled: true },
    settings: { on_local_delete: { object: 'delete' } },
    expect: 'delete_remote',
  },
];

describe('plan', () => {
  for (const test of cases) {
    it(test.name, () => {
      const input: PlanInput = {
        entity: 'object',
        mapping: null,
        localPresent: false,
        remote: 'none',
        remoteIsOurs: false,
        unsettled: false,
        othersStand: false,
        importAsked: false,
        merging: () => {
          throw new Error('Nothing to merge here');
        },
        ...test.given,
        settings: settingsOf(test.settings),
      };
      expect(plan(input).action).to.equal(test.expect);
    });
  }
});
