import type { PortalAccess } from '../../bitrix24/access.ts';
import type { Bitrix24Client } from '../../bitrix24/client.ts';
import type { SchemaNotes } from '../../bitrix24/field-metadata.ts';
import type { NoteRequest } from '../../bitrix24/request-note.ts';
import type { Log } from '../../lib/log.ts';
import { type Database, queryRows } from '../../models/database.ts';
import type { SchemaWatch } from '../../sync/schema/watch.ts';
import { notConfigured } from './connection-errors.ts';
import type { RequestLog } from './request-log.ts';

/** PostgreSQL channel that tells every process to forget a tenant's client; the payload is the tenant's id. */
export const cacheChannel = 'axenta_cache';

/** How a portal is reached: `key` changes with everything that makes a client made earlier the wrong one. */
export interface PortalWay {
  key: string;
  open(): Promise<PortalAccess>;
}

/** What a client tells of its portal. */
export interface ClientNotes {
  /** The portal's distance from UTC in minutes. */
  offset(minutes: number): void;
  schema: SchemaNotes;
  request: NoteRequest;
}

export interface ClientsDeps {
  db: Database;
  access: { find(tenantId: number): Promise<PortalWay | null> };
  makeClient(access: PortalAccess, notes: ClientNotes): Bitrix24Client;
  watch: SchemaWatch;
  requests: Pick<RequestLog, 'note'>;
  log: Log;
}

export type Clients = ReturnType<typeof makeClients>;

/**
 * The one door to a tenant's portal. A client keeps decrypted credentials, field lists and stage lists, so it is made once
 * per process. A webhook or an address that was stored anew, by whatever process, is noticed at the next call.
 */
export function makeClients({ db, access, makeClient, watch, requests, log }: ClientsDeps) {
  const cache = new Map<number, { key: string; client: Bitrix24Client }>();
  /** Forgets the tenant's client in this process; a null tenant means all. */
  function forget(tenantId: number | null): void {
    const forgotten = tenantId === null ? [...cache.values()] : [cache.get(tenantId)];
    for (const entry of forgotten) entry?.client.clearCache();
    if (tenantId === null) cache.clear();
    else cache.delete(tenantId);
  }

  // Nightly searches keep to it; the next answer of a new client brings it again.
  function noteOffset(tenantId: number, minutes: number): void {
    const statement = `update bitrix24_connections set utc_offset_min = $minutes
      where tenant_id = $tenantId and utc_offset_min <> $minutes`;
    queryRows(db, statement, { tenantId, minutes }).catch((error: unknown) =>
      log.debug({ tenant_id: tenantId, operation: 'utc_offset', err: error }, 'The time zone was not stored'),
    );
  }

  return {
    /** The tenant's client, also of a suspended connection. Throws AppError `not_configured` when there is none. */
    async clientFor(tenantId: number): Promise<Bitrix24Client> {
      const found = await access.find(tenantId);
      if (!found) {
        cache.delete(tenantId);
        throw notConfigured();
      }
      const cached = cache.get(tenantId);
      if (cached?.key === found.key) return cached.client;
      const client = makeClient(await found.open(), {
        offset: (minutes) => noteOffset(tenantId, minutes),
        request: (note) => requests.note(tenantId, note),
        schema: {
          fields: (entity, fields) => watch.noteFields(tenantId, entity, fields),
          lists: (lists) => watch.noteLists(tenantId, lists),
          choices: (choices) => watch.noteChoices(tenantId, choices),
        },
      });
      cache.set(tenantId, { key: found.key, client });
      const line = { tenant_id: tenantId, operation: 'credentials', result: 'ok' };
      log.info(line, `Получены учетные данные для компании ${tenantId}`);
      return client;
    },

    forget,

    /** Forgets the tenant's client in every process that listens to `cacheChannel`. */
    async forgetEverywhere(tenantId: number): Promise<void> {
      forget(tenantId);
      await queryRows(db, `select pg_notify('${cacheChannel}', $tenantId::text)`, { tenantId });
    },
  };
}
