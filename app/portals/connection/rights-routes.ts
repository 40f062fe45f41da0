import { defineRoute, type Route } from '../../http/route.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Database } from '../../models/database.ts';
import { rightsAnswer } from './answers.ts';
import type { Clients } from './clients.ts';
import type { Connections } from './connections.ts';
import { checkReadableKinds, listUnreadableKinds } from './readable-kinds.ts';

export interface RightsRouteDeps {
  db: Database;
  clock: Clock;
  connections: Pick<Connections, 'storeScope'>;
  clients: Pick<Clients, 'clientFor' | 'forgetEverywhere'>;
}

/**
 * Makes the route that looks in the portal which permissions the connection has, and which kinds of its CRM it may read: both can be given
 * and taken there at any time, without a word to us. A suspended connection can be looked at, too.
 */
export function makeRightsRoutes({ db, clock, connections, clients }: RightsRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/integration/bitrix24/rights',
      summary: 'Look in the portal which permissions the connection has, and which kinds of records it may not read',
      tag: 'Connection',
      answers: { 200: rightsAnswer },
      failures: [502],
      role: 'admin',
      async handle({ caller: { tenantId }, language }) {
        // What was read with the former rights is read anew.
        await clients.forgetEverywhere(tenantId);
        const client = await clients.clientFor(tenantId);
        const granted = await client.scope({ urgency: 'interactive' });
        await connections.storeScope(tenantId, granted);
        await checkReadableKinds({ db, clock }, client, tenantId);
        const unreadable = await listUnreadableKinds(db, tenantId);
        return {
          data: {
            granted,
            unreadable: unreadable.map(({ code, entity, text }) => ({ code, kind: entity, message: text[language] })),
          },
        };
      },
    }),
  ];
}
