import { expect } from 'chai';
import type { DoctorDeps, InstallationFacts, Patient } from '../../../app/doctor/check.ts';
import { checkAddress, checkLimits, checkSchema, checkToken } from '../../../app/doctor/own-checks.ts';
import { checkAdministrator, checkClock, checkInstallation, checkRights } from '../../../app/doctor/portal-checks.ts';

const now = new Date('2026-01-27T10:30:00.500Z');

const installed: InstallationFacts = { failedSteps: [], waitingSteps: 0, refreshedAt: now, offline: 'extended' };

function patientWith(
  installation: Partial<InstallationFacts> | null = {},
  state: 'active' | 'suspended' = 'active',
): Patient {
  return {
    tenantId: 1,
    connection: { kind: 'installation', state, portal: 'p.example', outgoingTokenSet: false, lastEventAt: null },
    installation: installation && { ...installed, ...installation },
  };
}

/** What the looks below ask, and nothing else. */
function told(facts: {
  publicUrl?: string;
  serverTime?: string;
  isFinished?: boolean;
  granted?: string[];
  isAdmin?: boolean;
  share?: number;
  schema?: { readAt: Date | null; touching: number };
}): DoctorDeps {
  const {
    serverTime = '2026-01-27T13:30:00+03:00',
    isFinished = true,
    granted = [],
    isAdmin = true,
    share = 0,
  } = facts;
  const client = { scope: async () => granted, profile: async () => ({ id: 7, name: '', isAdmin }) };
  const deps = {
    publicUrl: facts.publicUrl,
    clock: { now: () => now },
    checkupOf: async () => ({ serverTime: async () => serverTime, isFinished: async () => isFinished }),
    clientFor: async () => client,
    usageOf: async () => ({ requests: { blocked_until: null }, methods: [], share }),
    schemaOf: async () => facts.schema,
  };
  // The looks take their parts of it alone.
  return deps as unknown as DoctorDeps;
}

const dayMs = 86_400_000;
const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs);

const cases: [string, () => Promise<{ state: string; saw: { en: string } }>, string, RegExp][] = [
  [
    'clocks that agree',
    () => checkClock(told({}), patientWith()),
    'ok',
    /0 s apart; the portal's time zone is \+03:00/,
  ],
  [
    'clocks a minute apart',
    () => checkClock(told({ serverTime: '2026-01-27T13:31:00+03:00' }), patientWith()),
    'warning',
    /60 s/,
  ],
  [
    'clocks an hour apart',
    () => checkClock(told({ serverTime: '2026-01-27T10:30:00+01:00' }), patientWith()),
    'broken',
    /3600 s/,
  ],
  [
    'a portal without a clock',
    () => checkClock(told({ serverTime: 'null' }), patientWith()),
    'unknown',
    /did not tell/,
  ],
  [
    'an installation that was not finished',
    () => checkInstallation(told({ isFinished: false }), patientWith()),
    'broken',
    /not finished/,
  ],
  [
    'an installation whose steps wait',
    () => checkInstallation(told({}), patientWith({ waitingSteps: 2 })),
    'warning',
    /under way/,
  ],
  [
    'an installation with a failed step',
    () =>
      checkInstallation(told({}), patientWith({ failedSteps: [{ code: 'x', text: { ru: 'Нет', en: 'No tabs' } }] })),
    'broken',
    /No tabs/,
  ],
  ['a suspended connection', () => checkInstallation(told({}), patientWith({}, 'suspended')), 'broken', /suspended/],
  [
    'every permission',
    () => checkRights(told({ granted: ['crm', 'placement', 'user'] }), patientWith()),
    'ok',
    /crm, placement/,
  ],
  [
    'no permission to see people',
    () => checkRights(told({ granted: ['crm', 'placement'] }), patientWith()),
    'warning',
    /user_brief/,
  ],
  [
    'no permission for tabs',
    () => checkRights(told({ granted: ['crm', 'user'] }), patientWith()),
    'broken',
    /: placement$/,
  ],
  [
    'a webhook without tabs',
    () => checkRights(told({ granted: ['crm', 'user'] }), patientWith(null)),
    'ok',
    /crm, user/,
  ],
  ['an administrator', () => checkAdministrator(told({}), patientWith()), 'ok', /administrator \(#7\)/],
  ['an employee', () => checkAdministrator(told({ isAdmin: false }), patientWith()), 'warning', /no administrator/],
  ['tokens of yesterday', () => checkToken(told({}), patientWith({ refreshedAt: daysAgo(1) })), 'ok', /renewed: 1$/],
  [
    'tokens of three weeks ago',
    () => checkToken(told({}), patientWith({ refreshedAt: daysAgo(21) })),
    'warning',
    /renewed: 21$/,
  ],
  ['an https address', () => checkAddress(told({ publicUrl: 'https://a.example' }), patientWith()), 'ok', /a\.example/],
  [
    'an http address',
    () => checkAddress(told({ publicUrl: 'http://a.example' }), patientWith()),
    'warning',
    /a\.example/,
  ],
  ['no address of an application', () => checkAddress(told({}), patientWith()), 'broken', /does not know/],
  ['no address beside a webhook', () => checkAddress(told({}), patientWith(null)), 'warning', /does not know/],
  ['limits that are nearly full', () => checkLimits(told({ share: 0.95 }), patientWith()), 'warning', /95 %/],
  ['free limits', () => checkLimits(told({ share: 0.1 }), patientWith()), 'ok', /10 %/],
  [
    'fields that were never read',
    () => checkSchema(told({ schema: { readAt: null, touching: 0 } }), patientWith()),
    'unknown',
    /not read/,
  ],
  [
    'fields that changed under pairs',
    () => checkSchema(told({ schema: { readAt: now, touching: 2 } }), patientWith()),
    'broken',
    /: 2$/,
  ],
];

describe('what the doctor makes of what it sees', () => {
  for (const [title, look, state, saw] of cases) {
    it(`${title}: ${state}`, async () => {
      const found = await look();
      expect(found.state).to.equal(state);
      expect(found.saw.en).to.match(saw);
    });
  }
});
