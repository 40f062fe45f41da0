import type { Transaction } from 'sequelize';
import { type Entity, entities } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { closeFault, type FaultCause, listOpenFaults, openFault } from './fault-store.ts';
import type { FaultKey } from './scope.ts';

/** The word that tells the fault of where new records of a kind go from that of an operation on it. */
export const placementWord = 'placement';

/** What is wrong with the places of new records of a kind, by the path of its settings below the kind. */
export type PlacementCauses = Partial<Record<Entity, ReadonlyMap<string, FaultCause>>>;

/** The portal itself refused a place that its lists have. */
export const refusedPath = 'refused';

function placementFault(entity: Entity, path: string): FaultKey {
  return { scope: 'kind', subject: `${entity}:${placementWord}:${path}` };
}

function pathOf(entity: Entity, { scope, subject }: FaultKey): string | null {
  const prefix = `${entity}:${placementWord}:`;
  return scope === 'kind' && subject.startsWith(prefix) ? subject.slice(prefix.length) : null;
}

/** Whether some place of new records is open as a fault. */
export async function hasPlacementFault(db: Database, tenantId: number, entity: Entity): Promise<boolean> {
  return (await listOpenFaults(db, tenantId)).some((fault) => pathOf(entity, fault) !== null);
}

/**
 * Opens a fault for each place of new records that the portal does not have, and ends those of places that are right again or not chosen any
 * more. Kinds that `causes` does not name stay as they are, and so do paths that are kept. Nothing waits for these faults. Told once. Repeat-safe.
 */
export async function settlePlacementFaults(
  db: Database,
  tenantId: number,
  { causes, keeps = [] }: { causes: PlacementCauses; keeps?: readonly string[] },
  transaction: Transaction,
): Promise<void> {
  const open = await listOpenFaults(db, tenantId, transaction);
  for (const entity of entities) {
    const wrong = causes[entity];
    if (!wrong) continue;
    const told = new Map(
      open.flatMap((fault) => {
        const path = pathOf(entity, fault);
        return path === null ? [] : [[path, fault.text.ru] as const];
      }),
    );
    for (const [path, error] of wrong) {
      if (told.get(path) === (error.reason ?? error.text).ru) continue;
      await openFault(db, tenantId, { key: placementFault(entity, path), error, nextTryAt: null }, transaction);
    }
    for (const path of told.keys()) {
      if (!wrong.has(path) && !keeps.includes(path))
        await closeFault(db, tenantId, placementFault(entity, path), transaction);
    }
  }
}
