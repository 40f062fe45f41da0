import type { Transaction } from 'sequelize';
import type { PortalChoices } from '../../bitrix24/client.ts';
import { entities } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { type PlacementCauses, settlePlacementFaults } from '../faults/placement-faults.ts';
import { isPlaced } from '../plan/placement.ts';
import { placementCauses } from '../plan/placement-causes.ts';
import type { PlacementSettings } from '../plan/placement-settings.ts';

export interface SettledPlaces {
  settings: PlacementSettings;
  /** What was just seen of the portal; null: nothing, then only kinds for which nothing is chosen are settled. */
  choices: PortalChoices | null;
  /** Faults that stay as they are, by the path of their place. */
  keeps?: readonly string[];
}

/**
 * Opens a fault for each place of new records that the portal does not have, and ends those of places that were chosen anew or are there
 * again. Repeat-safe.
 */
export async function settlePlacement(
  db: Database,
  tenantId: number,
  { settings, choices, keeps = [] }: SettledPlaces,
  transaction: Transaction,
): Promise<void> {
  const causes: PlacementCauses = {};
  for (const entity of entities) {
    if (!isPlaced(settings, entity)) causes[entity] = new Map();
    else if (choices) causes[entity] = placementCauses(settings, entity, choices);
  }
  await settlePlacementFaults(db, tenantId, { causes, keeps }, transaction);
}
