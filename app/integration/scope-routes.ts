import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import { invalidRequest } from '../lib/errors.ts';
import { countRows, countScope } from '../sync/load/scope-changes.ts';
import { listFilterOf } from '../sync/plan/scope.ts';
import { type KindScope, scopeRules } from '../sync/plan/scope-settings.ts';
import type { SettingsProblem } from '../sync/plan/settings.ts';
import { bitrix24Address, type RequireActive } from './address.ts';
import { scopeCountAnswer } from './answers/scope.ts';
import { checkScope, type ScopeCheckDeps } from './check-scope.ts';

export interface ScopeRouteDeps extends ScopeCheckDeps {
  requireActive: RequireActive;
}

const countBody = z.discriminatedUnion('local_type', [
  scopeRules.object.extend({ local_type: z.literal('object') }),
  scopeRules.user.extend({ local_type: z.literal('user') }),
  scopeRules.contract.extend({ local_type: z.literal('contract') }),
]);

/** Makes the route that tells what a scope would take in before it is saved. */
export function makeScopeRoutes(deps: ScopeRouteDeps): Route[] {
  const { db, clientFor, requireActive } = deps;
  return [
    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/scope/count`,
      summary:
        'How many records of a kind are inside a scope, and how many linked pairs would leave or come back; nothing is saved',
      tag: 'Settings',
      answers: { 200: scopeCountAnswer },
      failures: [502],
      role: 'admin',
      body: countBody,
      async handle({ caller: { tenantId }, body }) {
        const { local_type: entity, ...rules } = body;
        const scope: KindScope = rules;
        await requireActive(tenantId);
        const problems = await checkScope(deps, { tenantId, entity, path: '' }, scope);
        if (problems.length > 0) throw refuse(problems);
        const client = await clientFor(tenantId);
        const [crm, inside, linked] = await Promise.all([
          countRows(db, tenantId, entity, scope.crm),
          client.count(entity, listFilterOf(scope.bitrix24), { urgency: 'interactive' }),
          countScope(db, tenantId, entity, scope),
        ]);
        return { data: { local_type: entity, crm, bitrix24: { inside }, linked } };
      },
    }),
  ];
}

function refuse(problems: readonly SettingsProblem[]) {
  const told = problems.map(({ path, problem }) => ({ path: path.replace(/^\./, ''), problem }));
  return invalidRequest(
    {
      ru: `Правило не подходит: ${told.map(({ path, problem }) => `${path} — ${problem.ru}`).join('; ')}`,
      en: `The rule does not fit: ${told.map(({ path, problem }) => `${path}: ${problem.en}`).join('; ')}`,
    },
    told,
  );
}
