import { expect } from 'chai';
import { installingIn } from '../support/installing.ts';
import { addressOf, type DescribedRoute, describedRoutes } from '../support/routes.ts';
import { type OpenedPage, openPage, people } from '../support/visiting.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';
const errors = '/api/integration/errors';

/** What a visitor needs to call each route. A new route must be placed here: choose as if the visitor were a curious stranger. */
const needs = {
  'let in': [`GET ${bitrix24}/health`],
  'own card': [
    `GET ${bitrix24}/cards/{type}/{id}`,
    `GET ${bitrix24}/cards/{type}/{id}/pair`,
    `POST ${bitrix24}/cards/{type}/{id}/sync`,
    `GET ${bitrix24}/cards/{type}/{id}/tasks`,
  ],
  'own card, edits': [
    `GET ${bitrix24}/cards/{type}/{id}/candidates`,
    `POST ${bitrix24}/cards/{type}/{id}/link`,
    `POST ${bitrix24}/cards/{type}/{id}/create`,
    `POST ${bitrix24}/cards/{type}/{id}/tasks`,
    `GET ${bitrix24}/cards/{type}/{id}/people`,
    `POST ${bitrix24}/cards/{type}/{id}/conflicts/{conflict}/resolve`,
  ],
  lists: [
    'GET /api/objects',
    'GET /api/objects/{id}',
    'GET /api/objects/{id}/tasks',
    'GET /api/users',
    'GET /api/users/{id}',
    'GET /api/contracts',
    'GET /api/contracts/{id}',
    'GET /api/company',
    `GET ${errors}`,
    `GET ${errors}/stats`,
    `GET ${errors}/groups`,
    `GET ${errors}/retries`,
    `GET ${errors}/retries/{id}`,
    `GET ${bitrix24}/installation`,
    `GET ${bitrix24}/setup`,
    `GET ${bitrix24}/settings`,
    `GET ${bitrix24}/settings/versions`,
    `GET ${bitrix24}/settings/versions/{number}`,
    `GET ${bitrix24}/settings/export`,
    `GET ${bitrix24}/stats`,
    `GET ${bitrix24}/stats/hours`,
    `GET ${bitrix24}/limits`,
    `GET ${bitrix24}/records`,
    `GET ${bitrix24}/views`,
    `GET ${bitrix24}/mappings`,
    `GET ${bitrix24}/mappings/{id}`,
    `GET ${bitrix24}/mappings/{id}/history`,
    `GET ${bitrix24}/conflicts`,
    `GET ${bitrix24}/conflicts/groups`,
    `GET ${bitrix24}/held`,
    `GET ${bitrix24}/schema`,
    `GET ${bitrix24}/lists`,
    `GET ${bitrix24}/fields`,
    `GET ${bitrix24}/field-map/choices`,
    `GET ${bitrix24}/crm-values`,
    `GET ${bitrix24}/crm-values/contracts`,
    `GET ${bitrix24}/clients/doubles`,
    `GET ${bitrix24}/runs`,
    `GET ${bitrix24}/runs/{id}`,
    `GET ${bitrix24}/runs/{id}/left`,
    `GET ${bitrix24}/runs/{id}/changes`,
    `GET ${bitrix24}/runs/{id}/stream`,
    `GET ${bitrix24}/preview/{id}`,
  ],
  'lists, edits': ['POST /api/objects/{id}/tasks'].concat(
    ['objects', 'users', 'contracts'].flatMap((kind) => [
      `POST /api/${kind}`,
      `PUT /api/${kind}/{id}`,
      `PATCH /api/${kind}/{id}`,
      `DELETE /api/${kind}/{id}`,
      `POST /api/${kind}/{id}/restore`,
    ]),
  ),
  everything: [
    `GET ${bitrix24}/actions`,
    `GET ${bitrix24}/doctor`,
    `POST ${bitrix24}/doctor/repair`,
    `GET ${bitrix24}/activity`,
    `GET ${bitrix24}/alerts`,
    `PUT ${bitrix24}/alerts`,
    `POST ${bitrix24}/alerts/test`,
    `GET ${bitrix24}/alerts/deliveries`,
    `GET ${bitrix24}/requests`,
    `POST ${bitrix24}/preview/{id}/start`,
    `GET ${bitrix24}/requests/{id}`,
    `GET ${bitrix24}/matches`,
    `GET ${bitrix24}/records/bitrix24-only`,
    `POST ${bitrix24}/matches/{id}`,
    `POST ${bitrix24}/setup`,
    `POST ${bitrix24}/fields`,
    `POST ${bitrix24}/field-map/preview`,
    `POST ${bitrix24}/rights`,
    `PUT ${bitrix24}/settings`,
    `PATCH ${bitrix24}/settings`,
    `POST ${bitrix24}/settings/import`,
    `POST ${bitrix24}/settings/versions/{number}/restore`,
    `POST ${bitrix24}/scope/count`,
    `DELETE ${bitrix24}/cache`,
    `DELETE ${bitrix24}/installation`,
    `POST ${bitrix24}/installation/repeat`,
    `POST ${bitrix24}/oauth/start`,
    `POST ${bitrix24}/link-code`,
    `POST ${bitrix24}/sync/to`,
    `POST ${bitrix24}/sync/from`,
    `POST ${bitrix24}/runs/{id}/cancel`,
    `POST ${bitrix24}/runs/{id}/undo`,
    `POST ${bitrix24}/activity/{logId}/undo`,
    `PUT ${bitrix24}/views`,
    `DELETE ${bitrix24}/views/{id}`,
    ...['sync', 'pause', 'resume', 'unlink', 'recreate', 'create'].map(
      (action) => `POST ${bitrix24}/records/${action}`,
    ),
    `POST ${bitrix24}/pause`,
    `POST ${bitrix24}/resume`,
    `POST ${bitrix24}/cards/{type}/{id}/relink`,
    `POST ${bitrix24}/mappings/{id}/pause`,
    `POST ${bitrix24}/mappings/{id}/resume`,
    `POST ${bitrix24}/mappings/{id}/sync`,
    `DELETE ${bitrix24}/mappings/{id}`,
    `POST ${bitrix24}/conflicts/{id}/resolve`,
    `POST ${bitrix24}/conflicts/resolve`,
    `POST ${bitrix24}/conflicts/decisions/{id}/undo`,
    `POST ${bitrix24}/clients/doubles/merge`,
    `POST ${bitrix24}/held/confirm`,
    `POST ${bitrix24}/held/restore`,
    `POST ${bitrix24}/held/{id}/confirm`,
    `POST ${bitrix24}/held/{id}/restore`,
    `POST ${errors}/retry-all`,
    `POST ${errors}/resolve-all`,
    `POST ${errors}/reopen`,
    `POST ${errors}/snooze`,
    `POST ${errors}/exclude`,
    `POST ${errors}/{id}/retry`,
    `POST ${errors}/{id}/resolve`,
    'PUT /api/company',
    'PATCH /api/company',
  ],
} satisfies Record<string, string[]>;

type Need = keyof typeof needs;

/** How the interface's description begins to say it. */
const described: Record<Need, string> = {
  'let in': 'each who is let in',
  'own card': "those who may read the portal's record, which is asked with their own token",
  'own card, edits': "those who may read the portal's record (header X-Bitrix24-Token) and change CRM records",
  lists: 'those who may see lists',
  'lists, edits': 'those who may see lists and change CRM records',
  everything: 'administrators who may do everything',
};

/** Kinds of visitors with the rules that make them, and what they may do. */
const kinds: { title: string; userId: number; rules: Record<string, unknown>; may: Need[] }[] = [
  { title: 'an employee', userId: people.employee, rules: {}, may: ['let in', 'own card'] },
  {
    title: 'an employee who may change records',
    userId: people.employee,
    rules: { employee_edits: true },
    may: ['let in', 'own card', 'own card, edits'],
  },
  {
    title: 'an employee who may see lists',
    userId: people.employee,
    rules: { employee: 'lists' },
    may: ['let in', 'own card', 'lists'],
  },
  {
    title: 'an employee who may see lists and change records',
    userId: people.employee,
    rules: { employee: 'lists', employee_edits: true },
    may: ['let in', 'own card', 'own card, edits', 'lists', 'lists, edits'],
  },
  { title: 'an employee who is not let in', userId: people.employee, rules: { employee: 'none' }, may: [] },
  {
    title: 'an administrator who may see lists',
    userId: people.administrator,
    rules: { administrator: 'lists' },
    may: ['let in', 'own card', 'lists'],
  },
  {
    title: 'an administrator who may see cards',
    userId: people.administrator,
    rules: { administrator: 'cards' },
    may: ['let in', 'own card'],
  },
  {
    title: 'an administrator who is not let in',
    userId: people.administrator,
    rules: { administrator: 'none' },
    may: [],
  },
];

/** Codes that say that the visitor may not do this, whatever the request holds. */
const refusals = [
  'visitors_not_admitted',
  'lists_not_granted',
  'edits_not_granted',
  'administrators_only',
  'role_required',
];

const unknownId = 2_000_000_000;

describe('who of the visitors may call which route', () => {
  let world: World;
  let tenant: Tenant;
  let routes: DescribedRoute[];
  const pages = new Map<number, OpenedPage>();

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    const app = await installingIn(world).install(tenant);
    // Rules that shut a visitor out would give no session: it was opened before.
    for (const userId of [people.employee, people.administrator]) pages.set(userId, await openPage(world, app, userId));
    routes = await describedRoutes(world);
  });
  after(() => world.stop());

  const nameOf = ({ method, path }: DescribedRoute) => `${method} ${path}`;
  const needOf = (route: DescribedRoute): Need => {
    const need = (Object.keys(needs) as Need[]).find((one) => needs[one].includes(nameOf(route)));
    if (!need) throw new Error(`${nameOf(route)}: say in the table who of the visitors may call it`);
    return need;
  };

  it('each route stands in the table, once', () => {
    expect(Object.values(needs).flat().sort()).to.deep.equal(routes.map(nameOf).sort());
  });

  it("and the interface's own description says the same", async () => {
    const { body } = await world.call(null, 'GET', '/api/openapi.json');
    for (const route of routes) {
      const { description } = body.paths[route.path][route.method.toLowerCase()];
      expect(description, nameOf(route)).to.include(`Visitors of the pages in a portal: ${described[needOf(route)]}`);
    }
  });

  for (const { title, userId, rules, may } of kinds) {
    it(`${title}: ${may.join('; ') || 'nothing'}`, async () => {
      const settings = await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { portal_access: rules });
      expect(settings.status).to.equal(200);
      const page = pages.get(userId);
      for (const route of routes) {
        const body = route.body ? {} : undefined;
        const answer = await page?.call(route.method, addressOf(route, unknownId), body);
        const isRefused = answer?.status === 403 && refusals.includes(answer.body.code);
        const shown = `${nameOf(route)}: ${answer?.status} ${answer?.body.code}`;
        expect(isRefused, shown).to.equal(!may.includes(needOf(route)));
      }
    });
  }
});
