import type { LoadedPair } from '../pair.ts';
import type { Settings } from './settings.ts';

/** Whether a Bitrix24 record that nothing is known of would become a local one. */
export function importIsWanted({ settings }: { settings: Settings }, pair: LoadedPair): boolean {
  const isOn = isImportAsked(pair) || settings.import_new[pair.entity];
  return isOn && settings.directions[pair.entity] !== 'to_bitrix';
}

/** Whether a person asked for this record of the portal, by itself or by a run. */
export function isImportAsked({ rows }: Pick<LoadedPair, 'rows'>): boolean {
  return rows.some((row) => row.reason === 'import');
}
