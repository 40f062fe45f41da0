import { expect } from 'chai';
import type { RecordAccess } from '../../../../app/bitrix24/visitor-api.ts';
import { tooManyRequests } from '../../../../app/http/rate-limits.ts';
import type { Visitor } from '../../../../app/http/route.ts';
import type { Installation } from '../../../../app/portals/install/installations.ts';
import { makeCardCheck } from '../../../../app/portals/pages/card-check.ts';

const anna: Visitor = { installation: 1, memberId: 'm', userId: 7, isAdministrator: false };
const oleg: Visitor = { ...anna, userId: 9 };
const deal = (id: number) => ({ type: 'deal', id }) as const;

describe('whether a visitor may read a record', () => {
  let now: number;
  let asked: string[];
  let access: RecordAccess;
  let counted: string[];
  let isTooOften: boolean;
  let check: ReturnType<typeof makeCardCheck>;

  beforeEach(() => {
    now = 0;
    asked = [];
    access = 'readable';
    counted = [];
    isTooOften = false;
    check = makeCardCheck({
      // The check looks at the id alone.
      installations: { findByMember: async () => ({ id: 1 }) as Installation },
      async mayRead(_installation, token, { id }) {
        asked.push(`${token} ${id}`);
        return { userId: token.startsWith('anna') ? 7 : 9, access };
      },
      async countAsked(visitor) {
        if (isTooOften) throw tooManyRequests(1);
        counted.push(visitor);
      },
      digest: (token) => `digest of ${token}`,
      clock: { now: () => new Date(now), sleep: async () => undefined },
    });
  });

  const codeOf = (visitor: Visitor, token: string, id = 5) =>
    check(visitor, token, deal(id)).then(
      () => null,
      (error: { code: string }) => error.code,
    );

  it('is asked once in twenty seconds for the same token and record', async () => {
    await Promise.all([codeOf(anna, 'anna'), codeOf(anna, 'anna')]);
    now = 19_999;
    await codeOf(anna, 'anna');
    expect(asked).to.deep.equal(['anna 5']);
    await codeOf(anna, 'anna', 6);
    await codeOf(anna, 'anna 2');
    now = 20_000;
    await codeOf(anna, 'anna');
    expect(asked).to.deep.equal(['anna 5', 'anna 6', 'anna 2 5', 'anna 5']);
  });

  it('is asked again soon after a refusal', async () => {
    access = 'closed';
    expect(await codeOf(anna, 'anna')).to.equal('record_closed');
    access = 'readable';
    now = 4999;
    expect(await codeOf(anna, 'anna')).to.equal('record_closed');
    now = 5000;
    expect(await codeOf(anna, 'anna')).to.equal(null);
  });

  it('counts for no other visitor, also while it is remembered', async () => {
    expect(await codeOf(anna, 'anna')).to.equal(null);
    expect(await codeOf(oleg, 'anna')).to.equal('portal_token_refused');
    expect(await codeOf({ ...anna, installation: 2 }, 'anna')).to.equal('portal_token_refused');
  });

  it('is counted for the visitor who asks, when the portal is asked and not when it is remembered', async () => {
    for (const id of [1, 1, 2]) await codeOf(anna, 'anna', id);
    await codeOf(oleg, 'oleg', 1);
    expect(counted).to.deep.equal(['1 7', '1 7', '1 9']);
    isTooOften = true;
    expect(await codeOf(anna, 'anna', 3)).to.equal('too_many_requests');
    expect(asked).not.to.include('anna 3');
    expect(await codeOf(anna, 'anna', 2)).to.equal(null);
  });
});
