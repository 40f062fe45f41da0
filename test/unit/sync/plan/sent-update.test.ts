import { expect } from 'chai';
import { contractMapFor } from '../../../../app/field-maps/contracts.ts';
import { defaultPlace, type RemoteValues } from '../../../../app/field-maps/types.ts';
import { emptyRemoteShadow, merge } from '../../../../app/sync/plan/merge.ts';
import { sentUpdateOf, withSentUpdate } from '../../../../app/sync/plan/sent-update.ts';
import type { Shadows } from '../../../../app/sync/plan/shadows.ts';

const fieldMap = contractMapFor(defaultPlace);
const key = 'client_email';
const moment = new Date('2026-11-26T10:00:00Z');
const email = (id: number, value: string) => ({ id, typeId: 'EMAIL' as const, valueType: 'WORK', value });

interface Case {
  title: string;
  /** E-mails of the company as the pair was equal, the one that stands for ours, and those of people. */
  stood: ReturnType<typeof email>[];
  ours: number | undefined;
  foreign: number[];
  /** E-mails of the company now. */
  stand: ReturnType<typeof email>[];
  /** The change of the CRM is sent (again), or is known to have arrived. */
  expected: 'sent' | 'arrived';
}

const cases: Case[] = [
  {
    title: 'that was not carried out is sent again',
    ...{ stood: [email(1, 'old@a.ru')], ours: 1, foreign: [], stand: [email(1, 'old@a.ru')], expected: 'sent' },
  },
  {
    title: 'that was carried out is not sent again',
    ...{ stood: [email(1, 'old@a.ru')], ours: 1, foreign: [], stand: [email(1, 'new@a.ru')], expected: 'arrived' },
  },
  {
    title: 'beside an e-mail of people that was not carried out is sent again',
    ...{ stood: [email(1, 'boss@a.ru')], ours: 1, foreign: [1], stand: [email(1, 'boss@a.ru')], expected: 'sent' },
  },
  {
    title: 'beside an e-mail of people that was carried out is not sent again',
    ...{ stood: [email(1, 'boss@a.ru')], ours: 1, foreign: [1] },
    ...{ stand: [email(1, 'boss@a.ru'), email(2, 'new@a.ru')], expected: 'arrived' },
  },
  {
    title: 'where no value of the company is known as ours, not carried out, is sent again',
    ...{ stood: [email(1, 'old@a.ru')], ours: undefined, foreign: [], stand: [email(1, 'old@a.ru')], expected: 'sent' },
  },
];

describe('an update of an e-mail whose answer was lost', () => {
  for (const { title, stood, ours, foreign, stand, expected } of cases) {
    it(title, () => {
      const [before] = stood;
      const [was, local] = [before?.value ?? null, { number: 'Д-1', client_name: 'Ромашка', client_email: 'new@a.ru' }];
      const recordOf = (multifields: typeof stood): RemoteValues => ({ fields: { TITLE: 'Ромашка' }, multifields });
      const ids: Record<string, number> = ours === undefined ? {} : { [key]: ours };
      const shadows: Shadows = {
        local: { [key]: was },
        remote: {
          ...emptyRemoteShadow,
          values: { [key]: was },
          ids,
          foreign: { [key]: foreign },
        },
      };
      const mergeWith = ({ local: localShadow, remote: remoteShadow }: Shadows, remote: RemoteValues) =>
        merge({
          ...{ fieldMap, local, remote, localShadow, remoteShadow, policy: 'latest', direction: 'bidirectional' },
          ...{ localModifiedAt: moment, remoteModifiedAt: moment, now: moment },
        });
      const first = mergeWith(shadows, recordOf(stood));
      expect(first.toRemote.map(({ pair }) => pair.key)).to.include(key);
      const assumed = withSentUpdate(fieldMap, shadows, sentUpdateOf(first, local), recordOf(stand));
      const again = mergeWith(assumed, recordOf(stand)).toRemote.map(({ pair }) => pair.key);
      if (expected === 'sent') expect(again).to.include(key);
      else expect(again).not.to.include(key);
    });
  }
});
