import type { Transaction } from 'sequelize';
import type { Text } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import type { Cause } from './causes.ts';
import type { PresentCause } from './judge.ts';

/** One thing that was, or is, wrong in a company. */
export interface Alert {
  id: number;
  cause: Cause;
  subject: string;
  since: Date;
  beganAt: Date;
  endedAt: Date | null;
  what: Text;
  advice: Text;
}

const columns = `id::integer, cause, subject, since, began_at as "beganAt", ended_at as "endedAt", what, advice`;

/**
 * Brings the open alerts of a company in line with what is present now. One that comes back before its end was told goes on as if it had
 * never ended; one that ends before its beginning was told is forgotten: people are told of neither. The caller holds the lock of
 * the company's settings. Repeat-safe.
 */
export async function noteCauses(
  db: Database,
  tenantId: number,
  { present, wanted }: { present: readonly PresentCause[]; wanted: readonly Cause[] },
  transaction: Transaction,
): Promise<void> {
  const bind = {
    tenantId,
    present: JSON.stringify(present.map((one) => ({ ...one, subject: one.subject.slice(0, 255) }))),
  };
  const run = (sql: string, more: Record<string, unknown> = {}) =>
    queryRows(db, sql, { ...bind, ...more }, transaction);
  const isPresent = '(a.cause, a.subject) in (select p.cause, p.subject from present p)';
  const withPresent = `
    with present as (
      select * from jsonb_to_recordset($present::jsonb) as p (cause text, subject text, since timestamptz, what jsonb, advice jsonb))`;

  // What the company does not want to know any more has not come to an end.
  await queryRows(
    db,
    'delete from alerts where tenant_id = $tenantId and ended_at is null and not (cause = any($wanted))',
    { tenantId, wanted: [...wanted] },
    transaction,
  );
  await run(
    `${withPresent} delete from alerts a
      where a.tenant_id = $tenantId and a.ended_at is null and a.told_at is null and not ${isPresent}`,
  );
  await run(
    `${withPresent} update alerts a set ended_at = now()
      where a.tenant_id = $tenantId and a.ended_at is null and not ${isPresent}`,
  );
  await run(
    `${withPresent} update alerts a set ended_at = null
      where a.tenant_id = $tenantId and a.ended_at is not null and a.recovery_told_at is null and ${isPresent}`,
  );
  await run(
    `${withPresent} insert into alerts as a (tenant_id, cause, subject, since, what, advice)
     select $tenantId, cause, subject, since, what, advice from present
     on conflict (tenant_id, cause, subject) where ended_at is null do update
        set what = excluded.what, advice = excluded.advice`,
  );
}

/**
 * Takes what is to be told now, by cause: what began and what is over. A cause of which people were told within the last `quietMinutes`
 * waits, and is told with all that is so then. Taking counts as telling: the caller stores the messages in the same transaction.
 */
export async function takeUntold(
  db: Database,
  tenantId: number,
  quietMinutes: number,
  transaction: Transaction,
): Promise<{ event: 'begin' | 'recovery'; cause: Cause; alerts: Alert[] }[]> {
  const take = (told: 'told_at' | 'recovery_told_at', condition: string) =>
    queryRows<Alert>(
      db,
      `update alerts a set ${told} = now()
        where a.tenant_id = $tenantId and a.${told} is null and ${condition}
          and not exists (
            select 1 from alerts b where b.tenant_id = a.tenant_id and b.cause = a.cause
               and b.${told} > now() - make_interval(mins => $quietMinutes))
       returning ${columns}`,
      { tenantId, quietMinutes },
      transaction,
    );
  const begun = await take('told_at', 'a.ended_at is null');
  const over = await take('recovery_told_at', 'a.ended_at is not null and a.told_at is not null');
  return [
    ...groupByCause(begun).map((group) => ({ event: 'begin' as const, ...group })),
    ...groupByCause(over).map((group) => ({ event: 'recovery' as const, ...group })),
  ];
}

function groupByCause(alerts: readonly Alert[]): { cause: Cause; alerts: Alert[] }[] {
  const found = [...new Set(alerts.map(({ cause }) => cause))];
  return found.map((cause) => ({ cause, alerts: alerts.filter((alert) => alert.cause === cause) }));
}

/** What is wrong in a company now, the oldest first. */
export function listOpenAlerts(db: Database, tenantId: number, transaction?: Transaction): Promise<Alert[]> {
  return queryRows<Alert>(
    db,
    `select ${columns} from alerts where tenant_id = $tenantId and ended_at is null order by since, id`,
    { tenantId },
    transaction,
  );
}

/** Forgets everything that is open: the company does not want to be told of anything. */
export async function forgetOpenAlerts(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await queryRows(
    db,
    'delete from alerts where tenant_id = $tenantId and (ended_at is null or recovery_told_at is null)',
    { tenantId },
    transaction,
  );
}
