import type { WriteOperation } from '../../bitrix24/client.ts';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { attachErrorsToFault } from '../journal/error-log.ts';
import type { Fault } from './fault-store.ts';

/** This many records that were denied the same thing, one after the other, are no chance. */
const denials = 3;

/** How errors and log lines of an operation begin: `create_deal`, `link_contact`. */
const verbsOf: Record<string, readonly string[]> = {
  add: ['create'],
  batchImport: ['create'],
  update: ['update', 'link', 'close'],
  delete: ['delete'],
};

const lastWord: Record<WriteOperation, string> = {
  create: 'add',
  import: 'batchImport',
  update: 'update',
  delete: 'delete',
};

/** Whether several records of a kind were denied an operation and none was let through since the first of them. */
export async function isDeniedThroughout(
  db: Database,
  tenantId: number,
  { entity, operation, code }: { entity: Entity; operation: WriteOperation; code: string },
): Promise<boolean> {
  const verbs = verbsOf[lastWord[operation]] ?? [];
  const [row] = await queryRows<{ denied: boolean }>(
    db,
    `with refused as (
       select min(created_at) as since, count(*) as count from integration_errors
        where tenant_id = $tenantId and local_type = $entity and code = $code and status <> 'resolved'
          and split_part(operation, '_', 1) = any($verbs))
     select count >= ${denials} and not exists (
              select 1 from sync_log l
               where l.tenant_id = $tenantId and l.entity = $entity and l.direction = 'to_bitrix'
                 and l.operation = any($verbs) and l.created_at > refused.since) as denied
       from refused`,
    { tenantId, entity, code, verbs: [...verbs] },
  );
  return row?.denied ?? false;
}

/** Errors of records that the fault explains are its own from now on: they are tried again when it ends. */
export async function adoptErrors(db: Database, tenantId: number, fault: Fault): Promise<void> {
  if (fault.scope !== 'kind') return;
  const [entity = '', word] = fault.subject.split(':');
  const verbs = word === undefined ? ['sync'] : (verbsOf[word] ?? []);
  await attachErrorsToFault(db, tenantId, { faultId: fault.id, entity, code: fault.code, verbs });
}
