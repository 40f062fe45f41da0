import { canonicalId } from '../../field-maps/canonical.ts';
import { queryRows } from '../../models/database.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { enqueue, priorities } from '../queue/sync-queue.ts';
import type { LoadDeps } from './load-deps.ts';

/** Deals of one contract that are looked at: enough to see where they went. */
const lookedAt = 20;

/** A contract whose company is gone. */
export interface Widowed {
  contractId: number;
  companyId: number;
}

/**
 * Where the deals are now that showed a company which is gone: the ids of their companies, by contract. A deal without any company is 0
 * there; contracts without such deals, or whose deals still show the company, are absent. Throws `Bitrix24Error`.
 */
export async function companiesOfDeals(
  deps: LoadDeps,
  { tenantId, client, options }: SyncContext,
  widowed: readonly Widowed[],
): Promise<Map<number, Set<number>>> {
  const deals = await queryRows<{ contractId: number; companyId: number; dealId: number }>(
    deps.db,
    `select "contractId", "companyId", "dealId" from (
       select w."contractId", w."companyId", m.bitrix24_key::integer as "dealId",
              row_number() over (partition by w."contractId" order by m.id desc) as place
         from jsonb_to_recordset($widowed::jsonb) as w ("contractId" integer, "companyId" integer)
         join objects o on o.tenant_id = $tenantId and o.contract_id = w."contractId" and o.deleted_at is null
         join bitrix24_sync_mappings m on m.tenant_id = o.tenant_id and m.local_type = 'object' and m.local_id = o.id
          and m.state = 'linked' and m.bitrix24_shadow -> 'values' ->> 'company' = w."companyId"::text) d
      where place <= ${lookedAt}`,
    { tenantId, widowed: JSON.stringify(widowed) },
  );
  const records = await client.read(
    'object',
    deals.map(({ dealId }) => dealId),
    options,
  );
  const found = new Map<number, Set<number>>();
  for (const { contractId, companyId, dealId } of deals) {
    const record = records.get(dealId);
    const shown = Number(canonicalId(record?.fields.COMPANY_ID) ?? 0);
    if (record && shown !== companyId) found.set(contractId, (found.get(contractId) ?? new Set()).add(shown));
  }
  return found;
}

/**
 * A deal whose company people changed gets ours back, unless ours is gone: then the portal moved the deal to another one, and that
 * stays. The company itself is looked at next. Throws `Bitrix24Error`.
 */
export async function leaveMovedDeals(
  deps: LoadDeps,
  context: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<void> {
  if (context.entity !== 'object') return;
  const { tenantId, client, options } = context;
  const moved = pairs.flatMap((pair) => {
    const companyId = movedFrom(pair);
    return companyId === null ? [] : [{ pair, companyId }];
  });
  if (moved.length === 0) return;
  const answers = await client.verifyEach('contract', [...new Set(moved.map(({ companyId }) => companyId))], options);
  const gone = moved.filter(({ companyId }) => answers.get(companyId)?.state === 'gone');
  for (const { pair } of gone) {
    if (pair.local) pair.local = { ...pair.local, record: { ...pair.local.record, contract_bitrix24_id: null } };
  }
  const row = {
    tenantId,
    entity: 'contract',
    side: 'bitrix24',
    reason: 'deleted',
    priority: priorities.event,
  } as const;
  await enqueue(
    deps.db,
    [...new Set(gone.map(({ companyId }) => companyId))].map((recordId) => ({ ...row, recordId })),
  );
}

/** The company that a linked deal showed last and should show still, where it shows another one. */
function movedFrom({ mapping, local, remote }: LoadedPair): number | null {
  const ours = canonicalId(local?.record.contract_bitrix24_id);
  const isMoved = remote !== null && canonicalId(remote.fields.COMPANY_ID) !== ours;
  return isMoved && ours !== null && mapping?.shadows.remote.values.company === ours ? Number(ours) : null;
}
