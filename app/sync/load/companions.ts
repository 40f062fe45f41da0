import { queryRows } from '../../models/database.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { withKnowledgeOf } from '../plan/shared-shadows.ts';
import type { LoadDeps } from './load-deps.ts';
import { findMappings, type Mapping } from './mappings.ts';

/**
 * Tells pairs of contracts and companies which other contracts stand for their company, and what these know of it: the values of its
 * multifields that are ours, and how often a field was put right lately, are the company's, whichever contract wrote them.
 */
export async function addCompanions(deps: LoadDeps, context: SyncContext, pairs: readonly LoadedPair[]): Promise<void> {
  const { tenantId, entity } = context;
  if (entity !== 'contract') return;
  const companies = [...new Set(pairs.flatMap(({ remoteId }) => remoteId ?? []))];
  const mappings = await findMappings(deps.db, tenantId, entity, { local: [], remote: companies });
  const linked = mappings.filter(({ state }) => state === 'linked');
  const byCompany = new Map(companies.map((id) => [id, linked.filter(({ remoteId }) => remoteId === id)]));
  const living = await findLiving(deps, tenantId, linked);
  for (const pair of pairs) {
    const others = (byCompany.get(pair.remoteId ?? 0) ?? []).filter(({ localId }) => localId !== pair.localId);
    pair.companions = others.map(({ localId }) => localId).filter((id) => living.has(id));
    const known = others.map(({ shadows }) => shadows.remote);
    if (pair.remote) pair.shadows = withKnowledgeOf(context.fieldMap, pair.shadows, known, pair.remote);
  }
}

async function findLiving({ db }: LoadDeps, tenantId: number, mappings: readonly Mapping[]): Promise<Set<number>> {
  const ids = mappings.map(({ localId }) => localId);
  if (ids.length === 0) return new Set();
  const rows = await queryRows<{ id: number }>(
    db,
    'select id from contracts where tenant_id = $tenantId and id = any($ids) and deleted_at is null',
    { tenantId, ids },
  );
  return new Set(rows.map(({ id }) => id));
}
