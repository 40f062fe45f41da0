import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'sequelize';
import { AppError } from '../lib/errors.ts';
import { type Database, queryRows } from './database.ts';

/**
 * Shorter than PostgreSQL's `deadlock_timeout` (1 s): where the engine and a writer of the CRM wait for each other crosswise, it is the
 * engine that gives up, before PostgreSQL would choose a victim, which could be the writer.
 */
const lockTimeoutMs = 400;
const maxAttempts = 6;

/** Runs one step without a limit on its wait: only where no other transaction can wait for what this one holds so far. */
export type Patiently = <Value>(action: () => Promise<Value>) => Promise<Value>;

/**
 * Runs a transaction. It waits 0.4 s for a lock, then rolls back and begins again, up to six times: other programs that write the same
 * rows go first. `work` may run several times, so it changes nothing but the database; what it does `patiently` waits as long as it takes.
 * Every transaction of the app runs here. Throws what `work` threw, or AppError `database_busy` (503) when the last attempt could not have
 * a lock either.
 */
export async function retryingTransaction<Value>(
  db: Database,
  work: (transaction: Transaction, patiently: Patiently) => Promise<Value>,
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(async (transaction) => {
        const waitFor = (ms: number) =>
          queryRows(db, `select set_config('lock_timeout', '${ms}ms', true)`, {}, transaction);
        await waitFor(lockTimeoutMs);
        return work(transaction, async (action) => {
          await waitFor(0);
          const value = await action();
          await waitFor(lockTimeoutMs);
          return value;
        });
      });
    } catch (error) {
      if (!isCrossing(error)) throw error;
      if (attempt >= maxAttempts) throw databaseBusy(error);
      await sleep(50 * attempt * (0.5 + Math.random()));
    }
  }
}

function databaseBusy(cause: unknown): AppError {
  return new AppError({
    code: 'database_busy',
    status: 503,
    text: {
      ru: 'Другая программа долго меняет эти же данные в базе. Ничего не сохранено: повторите через минуту',
      en: 'Another program has been changing the same data in the database for long. Nothing was saved: try again in a minute',
    },
    cause,
  });
}

/** `lock_not_available`, or a deadlock that PostgreSQL broke all the same. */
function isCrossing(error: unknown): boolean {
  const code = (error as { original?: { code?: unknown } } | null)?.original?.code;
  return code === '55P03' || code === '40P01';
}
