import type { Bitrix24Client } from '../bitrix24/client.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { AppError } from '../lib/errors.ts';
import { entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { readUnderstood } from '../sync/load/read-settings.ts';
import { listChanges, listSchema } from '../sync/schema/schema-store.ts';
import { bitrix24Address } from './address.ts';
import { schemaAnswer } from './answers/schema.ts';
import { presentSchema } from './schema-view.ts';

export interface SchemaRouteDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

const interactive = { urgency: 'interactive' } as const;

/** Makes the route that tells what changed in the fields, stages and lists of a tenant's portal. */
export function makeSchemaRoutes({ db, clientFor }: SchemaRouteDeps): Route[] {
  /** Reads what is older than an hour again; what was read lately costs nothing. Returns why the portal could not be asked. */
  async function look(tenantId: number): Promise<AppError | null> {
    try {
      const client = await clientFor(tenantId);
      for (const entity of entities) await client.fields(entity, interactive);
      await client.lists(interactive);
      return null;
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }

  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/schema`,
      summary: "What changed in the portal's fields, stages and lists in the last 30 days, and what to do about it",
      tag: 'Monitoring',
      answers: { 200: schemaAnswer },
      async handle({ caller: { tenantId }, language }) {
        const failure = await look(tenantId);
        const [schemas, changes, { settings }] = await Promise.all([
          listSchema(db, tenantId),
          listChanges(db, tenantId),
          readUnderstood(db, tenantId),
        ]);
        const unread = failure && { code: failure.code, message: failure.text[language] };
        return { data: { ...presentSchema({ schemas, changes, settings }, language), unread } };
      },
    }),
  ];
}
