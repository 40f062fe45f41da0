import type { Bitrix24Client, ListOption, PortalChoices } from '../bitrix24/client.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Language } from '../lib/errors.ts';
import type { Database } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { readUnderstood } from '../sync/load/read-settings.ts';
import { settlePlacement } from '../sync/schema/settle-placement.ts';
import { bitrix24Address } from './address.ts';
import { listsAnswer } from './answers/field-map.ts';

export interface ListRouteDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

/** Makes the route that tells what a tenant's portal offers to choose from. */
export function makeListRoutes({ db, clientFor }: ListRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/lists`,
      summary: 'What the portal offers to choose from: funnels with their stages, employees, sources, types',
      tag: 'Settings',
      answers: { 200: listsAnswer },
      failures: [409, 502],
      async handle({ caller: { tenantId }, language }) {
        const client = await clientFor(tenantId);
        const choices = await client.choices({ urgency: 'interactive' });
        const { settings } = await readUnderstood(db, tenantId);
        const placement = { settings: settings.placement, choices };
        await retryingTransaction(db, (transaction) => settlePlacement(db, tenantId, placement, transaction));
        return { data: present(choices, language) };
      },
    }),
  ];
}

/** Parts that the portal does not show are null, and told under `unread`. */
function present({ funnels, people, lists, unread, readAt }: PortalChoices, language: Language) {
  const list = (name: string) => lists && (lists.get(name) ?? []).map(named);
  return {
    read_at: readAt,
    funnels: funnels?.map(({ id, name, stages }) => ({ id, name, stages: stages.map(toStage) })) ?? null,
    users: people?.filter(({ isActive }) => isActive).map(({ id, name, email }) => ({ id, name, email })) ?? null,
    sources: list('SOURCE'),
    contact_types: list('CONTACT_TYPE'),
    company_types: list('COMPANY_TYPE'),
    deal_types: list('DEAL_TYPE'),
    unread: Object.entries(unread).map(([part, { code, text }]) => ({ part, code, message: text[language] })),
  };
}

function named({ id, name }: ListOption) {
  return { id, name };
}

function toStage({ id, name, semantics = 'P' }: ListOption) {
  return { id, name, semantics };
}
