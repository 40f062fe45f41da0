import { offsetOf, type Page } from '../http/paging.ts';
import { type Bitrix24Type, type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';

export interface RequestFilter {
  local_type?: Entity | undefined;
  local_id?: number | undefined;
  bitrix24_type?: Bitrix24Type | undefined;
  bitrix24_id?: number | undefined;
  /** Of the request, or of a command in its batch. */
  method?: string | undefined;
  outcome?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

export interface ListedRequest {
  id: number;
  sent_at: Date;
  portal: string;
  method: string;
  /** Methods of the commands of a batch. */
  methods: string[];
  outcome: string;
  code: string | null;
  duration_ms: number;
  /** How many commands a batch has; null for a single request. */
  command_count: number | null;
}

export interface WholeRequest extends ListedRequest {
  commands: unknown;
  records: string[];
  request: string;
  response: string;
}

/** Counting further would read all of three days. */
const countedAtMost = 1000;

const columns = `id, sent_at, portal, method, array_remove(methods, method::text) as methods, outcome, code,
  duration_ms, jsonb_array_length(commands) as command_count`;

const condition = `tenant_id = $tenantId and sent_at > now() - interval '3 days'
  and ($records::text[] is null or records && $records)
  and ($method::text is null or $method = any(methods)) and ($outcome::text is null or outcome = $outcome)
  and ($since::timestamptz is null or sent_at >= $since) and ($until::timestamptz is null or sent_at < $until)`;

/** One page of a tenant's requests to its portal, the newest first, and how many there are; `more` when there are more than were counted. */
export async function listRequests(
  db: Database,
  tenantId: number,
  filter: RequestFilter & Page,
): Promise<{ rows: ListedRequest[]; total: number; more: boolean }> {
  const { method, outcome, since, until } = filter;
  const bind = {
    ...{ tenantId, records: await recordsOf(db, tenantId, filter) },
    ...{ method: method ?? null, outcome: outcome ?? null, since: since ?? null, until: until ?? null },
  };
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from (select 1 from bitrix24_requests where ${condition} limit ${countedAtMost + 1}) r`,
    bind,
  );
  const rows = await queryRows<ListedRequest>(
    db,
    `select ${columns} from bitrix24_requests where ${condition} order by sent_at desc, id desc limit $limit offset $offset`,
    { ...bind, limit: filter.limit, offset: offsetOf(filter) },
  );
  const total = counted?.total ?? 0;
  return { rows, total: Math.min(total, countedAtMost), more: total > countedAtMost };
}

/** One request of the tenant with its texts, or null. */
export async function findRequest(db: Database, tenantId: number, id: number): Promise<WholeRequest | null> {
  const [row] = await queryRows<WholeRequest>(
    db,
    `select ${columns}, commands, array(select split_part(r, ':', 2) || ':' || split_part(r, ':', 3) from unnest(records) r) as records,
            request, response
       from bitrix24_requests where tenant_id = $tenantId and id = $id and sent_at > now() - interval '3 days'`,
    { tenantId, id },
  );
  return row ?? null;
}

/** How requests name the record of a filter, on both sides; null when none is asked for. */
async function recordsOf(db: Database, tenantId: number, filter: RequestFilter): Promise<string[] | null> {
  const { local_type: entity, local_id: localId, bitrix24_type: type, bitrix24_id: remoteId } = filter;
  const names: string[] = [];
  if (entity && localId) {
    const [mapping] = await queryRows<{ remoteId: string | null }>(
      db,
      `select bitrix24_id as "remoteId" from bitrix24_sync_mappings
        where tenant_id = $tenantId and local_type = $entity and local_id = $localId`,
      { tenantId, entity, localId },
    );
    names.push(`${entity}:${localId}`);
    if (mapping?.remoteId) names.push(`${pairKinds[entity].bitrix24Type}:${mapping.remoteId}`);
  }
  if (type && remoteId) names.push(`${type}:${remoteId}`);
  return names.length > 0 ? names.map((name) => `${tenantId}:${name}`) : null;
}
