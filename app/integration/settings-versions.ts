import type { Transaction } from 'sequelize';
import { offsetOf, type Page } from '../http/paging.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import { personNameSql } from '../models/person-name.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { type Understood, understandSettings } from '../sync/plan/settings.ts';
import { type ChangedPath, changedPaths, isSameDocument, ownKeys } from './settings-diff.ts';

/** One saved settings document. */
export interface SettingsVersion {
  number: number;
  /** `sub` of the token that saved it; null: another program wrote it, or it stood before the first save. */
  author: string | null;
  /** As the portal names a visitor of its pages; null for others. */
  author_name: string | null;
  created_at: Date;
  note: string | null;
}

interface StoredVersion extends SettingsVersion {
  settings: unknown;
}

interface PresentRow {
  settings: unknown;
  settings_good: unknown;
  number: number | null;
  known: unknown;
}

const columns = `number, author, ${personNameSql('v.tenant_id', 'v.author')} as author_name, created_at, note, settings`;

/**
 * The settings with the number of their version. What another program wrote into the database since the last look becomes a version of its
 * own first, without an author.
 */
export async function readVersioned(
  db: Database,
  tenantId: number,
): Promise<{ version: number; stored: unknown; understood: Understood }> {
  const row = await readPresent(db, tenantId);
  if (row && row.number !== null && isSameDocument(row.settings, row.known)) {
    const { number: version, settings: stored, settings_good: good } = row;
    return { version, stored, understood: understandSettings(stored, good) };
  }
  await retryingTransaction(db, (transaction) => followStored(db, tenantId, transaction));
  return readVersioned(db, tenantId);
}

async function readPresent(db: Database, tenantId: number, transaction?: Transaction): Promise<PresentRow | undefined> {
  const [row] = await queryRows<PresentRow>(
    db,
    `select c.settings, c.settings_good, v.number, v.settings as known from companies c
       left join lateral (select number, settings from settings_versions
                           where tenant_id = c.id order by number desc limit 1) v on true
      where c.id = $tenantId`,
    { tenantId },
    transaction,
  );
  return row;
}

/**
 * Locks the tenant's settings and returns the number of the version that they are: what stands there and is not the latest version was
 * written by another program, and becomes one. The first of all is number 0. Repeat-safe.
 */
export async function followStored(db: Database, tenantId: number, transaction: Transaction): Promise<number> {
  await queryRows(db, 'select 1 from companies where id = $tenantId for no key update', { tenantId }, transaction);
  const row = await readPresent(db, tenantId, transaction);
  if (!row) throw notFound();
  if (row.number !== null && isSameDocument(row.settings, row.known)) return row.number;
  return addVersion(db, tenantId, { number: (row.number ?? -1) + 1, author: null, note: null }, transaction);
}

/** Keeps what stands in the tenant's settings as a version of that number, and returns the number. The caller holds the settings locked. */
export async function addVersion(
  db: Database,
  tenantId: number,
  { number, author, note }: { number: number; author: string | null; note: string | null },
  transaction: Transaction,
): Promise<number> {
  await queryRows(
    db,
    `insert into settings_versions (tenant_id, number, author, note, settings)
     select id, $number, left($author::text, 255), $note, settings from companies where id = $tenantId`,
    { tenantId, number, author, note },
    transaction,
  );
  return number;
}

/** One page of versions, the newest first, each with where it differs from the one before. */
export async function listVersions(
  db: Database,
  tenantId: number,
  page: Page,
): Promise<{ rows: (SettingsVersion & { changed: ChangedPath[] })[]; total: number }> {
  const [counted] = await queryRows<{ total: number }>(
    db,
    'select count(*)::integer as total from settings_versions where tenant_id = $tenantId',
    { tenantId },
  );
  const found = await queryRows<StoredVersion>(
    db,
    `select ${columns} from settings_versions v where tenant_id = $tenantId order by number desc limit $limit offset $offset`,
    // One more: the last of the page is compared with the one before it.
    { tenantId, limit: page.limit + 1, offset: offsetOf(page) },
  );
  const rows = found.slice(0, page.limit).map(({ settings, ...version }, index) => {
    const former = found[index + 1];
    return { ...version, changed: former ? changedPaths(former.settings, settings) : [] };
  });
  return { rows, total: counted?.total ?? 0 };
}

/** One version with its document. Throws `not_found`. */
export async function findVersion(db: Database, tenantId: number, number: number) {
  const found = await readStored(db, tenantId, number);
  if (!found) throw notFound();
  const { settings, ...version } = found;
  return { ...version, settings: ownKeys(settings) };
}

async function readStored(
  db: Database,
  tenantId: number,
  number: number,
  transaction?: Transaction,
): Promise<StoredVersion | undefined> {
  const [row] = await queryRows<StoredVersion>(
    db,
    `select ${columns} from settings_versions v where tenant_id = $tenantId and number = $number`,
    { tenantId, number },
    transaction,
  );
  return row;
}

/** Throws 409 `settings_changed` when the settings are none of the versions that the caller knows; null: the caller did not say. */
export async function requireVersion(
  db: Database,
  tenantId: number,
  { present, expected }: { present: number; expected: readonly number[] | null },
  transaction?: Transaction,
): Promise<void> {
  if (!expected || expected.includes(present)) return;
  const known = expected[0] ?? -1;
  const yours = await readStored(db, tenantId, known, transaction);
  const now = await readStored(db, tenantId, present, transaction);
  throw new AppError({
    code: 'settings_changed',
    status: 409,
    text: {
      ru: `Настройки не сохранены: их изменили после версии ${known}, сейчас действует версия ${present}. Прочитайте их снова и повторите свои изменения`,
      en: `The settings were not saved: they were changed after version ${known}, version ${present} counts now. Read them again and repeat your changes`,
    },
    details: {
      yours: { version: known, settings: yours ? ownKeys(yours.settings) : null },
      present: {
        version: present,
        author: now?.author ?? null,
        created_at: now?.created_at ?? null,
        settings: ownKeys(now?.settings),
      },
      changed: yours ? changedPaths(yours.settings, now?.settings) : [],
    },
  });
}
