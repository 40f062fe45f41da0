import { z } from 'zod';
import type { RateLimits } from '../http/rate-limits.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Language } from '../lib/errors.ts';
import { doctorAnswer, repairAnswer } from './answers.ts';
import type { DoctorDeps } from './check.ts';
import { type Examined, examine } from './examine.ts';
import { type Repaired, repair, repairable } from './repair.ts';

export interface DoctorRouteDeps extends DoctorDeps {
  rates: RateLimits;
}

const address = '/api/integration/bitrix24/doctor';

/** Makes the routes that look at everything a connection consists of, and mend what can be mended from here. */
export function makeDoctorRoutes(deps: DoctorRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: address,
      summary: 'Looks at everything that the connection consists of, one after another: what was seen, and what to do',
      tag: 'Monitoring',
      answers: { 200: doctorAnswer },
      role: 'admin',
      async handle({ caller: { tenantId }, language, log }) {
        await deps.rates.take('doctorByTenant', tenantId);
        const examined = await examine(deps, tenantId, { log });
        return { data: { checks: examined.map((one) => present(one, language)) } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${address}/repair`,
      summary: 'Mends the named parts as far as that is possible from here, and looks at them again',
      tag: 'Monitoring',
      answers: { 200: repairAnswer },
      role: 'admin',
      body: z.strictObject({ checks: z.array(z.enum(repairable)).min(1).max(repairable.length) }),
      async handle({ caller: { tenantId }, body, language, log }) {
        await deps.rates.take('doctorByTenant', tenantId);
        const names = [...new Set(body.checks)];
        const repaired = await repair(deps, tenantId, { names, log });
        const examined = await examine(deps, tenantId, { names, log });
        return {
          data: {
            repairs: repaired.map((one) => presentRepair(one, language)),
            checks: examined.map((one) => present(one, language)),
          },
        };
      },
    }),
  ];
}

function present({ name, state, saw, advice, at }: Examined, language: Language) {
  return {
    check: name,
    state,
    saw: saw[language],
    advice: advice?.[language] ?? null,
    repairable: isWrong(name, state) && (repairable as readonly string[]).includes(name),
    at,
  };
}

/** What could not be looked at may be in order; fields that were never read can be read. */
function isWrong(name: Examined['name'], state: Examined['state']): boolean {
  return state === 'broken' || state === 'warning' || (name === 'schema' && state === 'unknown');
}

function presentRepair({ name, error }: Repaired, language: Language) {
  return { check: name, done: error === null, error: error?.text[language] ?? null, code: error?.code ?? null };
}
