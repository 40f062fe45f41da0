import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';

/** How long requests are kept: what the vendor's market asks for (market moderation rules, 2026-08). */
export const requestDays = 3;

const dayMs = 86_400_000;
const prefix = 'bitrix24_requests_';
/** Tables are made by one process at a time. */
const lockClass = 7704;

const dayText = (at: Date) => at.toISOString().slice(0, 10);
const tableOf = (day: string) => `${prefix}${day.replaceAll('-', '')}`;

/** Makes the tables of this day and those beside it: a request may have left before midnight. Repeat-safe. */
export async function makeDays(db: Database, now: Date): Promise<void> {
  const days = [-1, 0, 1, 2].map((ahead) => dayText(new Date(now.getTime() + ahead * dayMs)));
  await retryingTransaction(db, async (transaction) => {
    await queryRows(db, `select pg_advisory_xact_lock(${lockClass}, 0)`, {}, transaction);
    for (const [index, day] of days.slice(0, 3).entries()) {
      // Nothing of it comes from outside.
      await queryRows(
        db,
        `create table if not exists ${tableOf(day)} partition of bitrix24_requests
           for values from ('${day}T00:00:00Z') to ('${days[index + 1]}T00:00:00Z')`,
        {},
        transaction,
      );
    }
  });
}

/** Drops the tables of days that are over for longer than requests are kept. Repeat-safe. */
export async function dropOldDays(db: Database, now: Date): Promise<void> {
  const oldest = tableOf(dayText(new Date(now.getTime() - requestDays * dayMs)));
  const tables = await queryRows<{ name: string }>(
    db,
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'bitrix24_requests'::regclass and c.relname < $oldest`,
    { oldest },
  );
  for (const { name } of tables) await queryRows(db, `drop table if exists "${name}"`);
}
