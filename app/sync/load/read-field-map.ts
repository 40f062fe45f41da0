import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/max';
import { fieldMapFor } from '../../field-maps/custom.ts';
import { defaultPlace, type FieldMap } from '../../field-maps/types.ts';
import { type Database, queryRows } from '../../models/database.ts';
import type { Settings } from '../plan/settings.ts';
import { readKnownFields } from './known-fields.ts';
import type { LocalTarget } from './local-rows.ts';

/** The field map of a kind as a tenant has set it, with the country and the clock of its portal. */
export async function readFieldMap(
  db: Database,
  { tenantId, entity }: LocalTarget,
  settings: Settings,
): Promise<FieldMap> {
  const [connection] = await queryRows<{ portal_host: string; utc_offset_min: number }>(
    db,
    `select b.portal_host, b.utc_offset_min
       from bitrix24_effective_connections join bitrix24_connections b using (tenant_id, kind) where tenant_id = $tenantId`,
    { tenantId },
  );
  const country = settings.country ?? countryOf(connection?.portal_host ?? '');
  const utcOffsetMin = connection?.utc_offset_min ?? defaultPlace.utcOffsetMin;
  const place = { country, utcOffsetMin, ...(connection && { portalHost: connection.portal_host }) };
  const known = await readKnownFields(db, { tenantId, entity }, settings.field_map[entity].custom ?? []);
  return fieldMapFor(entity, settings.field_map[entity], { place, known, firstLink: settings.first_link[entity] });
}

/** The country of a portal in the cloud by the zone of its name (`bitrix24.by`, `bitrix24.com.br`); of any other the default one. */
export function countryOf(host: string): CountryCode {
  const [, zone] = /\.bitrix24\.(?:com\.)?([a-z]{2})(?::\d+)?$/i.exec(host) ?? [];
  const country = zone?.toUpperCase() ?? '';
  return isSupportedCountry(country) ? country : defaultPlace.country;
}
