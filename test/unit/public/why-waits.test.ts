import { expect } from 'chai';
import type { Health, LimitUsage } from '../../../public/src/api/overview.ts';
import { whyRunWaits } from '../../../public/src/runs/why-waits.ts';

const now = new Date('2026-11-26T12:00:00Z');
const later = '2026-11-26T12:05:00Z';
const connection = { kind: 'webhook', portal: 'p', state: 'active', paused_until: null, pause_reason: null } as const;
const health = { status: 'healthy', faults: [], connection } as unknown as Health;
const outage = { scope: 'connection', subject: '', next_try_at: later };
const usage = (until: string | null): LimitUsage => ({
  portal: 'p',
  methods: [{ method: 'crm.item.add', used_sec: 480, budget_sec: 480, share: 1, blocked_until: until }],
});

describe('why a run waits', () => {
  const cases: [string, ReturnType<typeof whyRunWaits>, Parameters<typeof whyRunWaits>][] = [
    ['nothing holds it up', null, [health, usage(null), now]],
    ['a limit that was spent and is free again holds nothing up', null, [health, usage('2026-11-26T11:00:00Z'), now]],
    ['a method is spent', { name: 'limit', until: later }, [health, usage(later), now]],
    [
      'the connection rests for the limits',
      { name: 'limit', until: later },
      [{ ...health, connection: { ...connection, paused_until: later } }, null, now],
    ],
    [
      'the portal does not answer',
      { name: 'outage', until: later },
      [{ ...health, faults: [outage] } as unknown as Health, null, now],
    ],
    [
      'a person paused everything',
      { name: 'paused', until: null },
      [
        { ...health, paused: { tenant: { since: '', by: '', by_name: null }, kinds: [], records: 0 } },
        usage(later),
        now,
      ],
    ],
    [
      'the connection is suspended',
      { name: 'suspended', until: null },
      [{ ...health, connection: { ...connection, state: 'suspended' } }, null, now],
    ],
  ];
  for (const [title, expected, given] of cases) {
    it(title, () => expect(whyRunWaits(...given)).to.deep.equal(expected));
  }
});
