import { alertSecretPlace } from '../../lib/alert-secret-place.ts';
import type { Secrets } from '../../lib/secrets.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { accessPlace, clientSecretPlace, refreshPlace, webhookPlace } from './secret-places.ts';

/** Every column that holds a ciphertext, with what each value is bound to. */
const columns = [
  { table: 'companies', column: 'bitrix24_webhook_url', key: 'id', place: (key: string) => webhookPlace(Number(key)) },
  {
    table: 'companies',
    column: 'bitrix24_client_secret',
    key: 'id',
    place: (key: string) => clientSecretPlace(Number(key)),
  },
  {
    table: 'alert_settings',
    column: 'webhook_secret',
    key: 'tenant_id',
    place: (key: string) => alertSecretPlace(Number(key)),
  },
  { table: 'bitrix24_installations', column: 'access_token', key: 'member_id', place: accessPlace },
  { table: 'bitrix24_installations', column: 'refresh_token', key: 'member_id', place: refreshPlace },
  { table: 'bitrix24_installations', column: 'spare_access_token', key: 'member_id', place: accessPlace },
  { table: 'bitrix24_installations', column: 'spare_refresh_token', key: 'member_id', place: refreshPlace },
];

const batchSize = 200;

export interface Rotated {
  /** Values that are encrypted with the first key now. */
  rewritten: number;
  /** Values whose key is not among ENCRYPTION_KEYS: they cannot be read by anybody. */
  unreadable: { table: string; column: string; key: string }[];
}

/**
 * Encrypts every stored secret with the first key, while the app runs: a value that changes meanwhile is left as it is, because it is
 * new. Afterwards former keys can be taken out of ENCRYPTION_KEYS. Repeat-safe; stopped in the middle it goes on where it was.
 */
export async function rotateKeys(db: Database, secrets: Secrets): Promise<Rotated> {
  const rotated: Rotated = { rewritten: 0, unreadable: [] };
  for (const { table, column, key, place } of columns) {
    const isOld = `${column} is not null and ${column} not like $current`;
    for (let after = ''; ; ) {
      const rows = await queryRows<{ key: string; stored: string }>(
        db,
        `select ${key}::text as key, ${column} as stored from ${table}
          where ${isOld} and ${key}::text > $after order by ${key}::text limit ${batchSize}`,
        { current: `v1.${secrets.currentKeyId}.%`, after },
      );
      for (const row of rows) {
        after = row.key;
        const fresh = reencrypt(secrets, row.stored, place(row.key));
        if (fresh === null) {
          rotated.unreadable.push({ table, column, key: row.key });
          continue;
        }
        const written = await queryRows(
          db,
          `update ${table} set ${column} = $fresh where ${key}::text = $key and ${column} = $stored returning 1`,
          { fresh, key: row.key, stored: row.stored },
        );
        rotated.rewritten += written.length;
      }
      if (rows.length < batchSize) break;
    }
  }
  return rotated;
}

function reencrypt(secrets: Secrets, stored: string, place: string): string | null {
  try {
    return secrets.encrypt(secrets.decrypt(stored, place), place);
  } catch {
    return null;
  }
}
