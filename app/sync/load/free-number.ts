import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';

/** The number for a new contract: the wanted one, or with `-2`, `-3`, … behind it where a contract has it already, deleted ones included. */
export async function freeNumber(
  db: Database,
  tenantId: number,
  wanted: string,
  transaction: Transaction,
): Promise<string> {
  const rows = await queryRows<{ number: string }>(
    db,
    `select number from contracts where tenant_id = $tenantId and (number = $wanted or starts_with(number, $wanted || '-'))`,
    { tenantId, wanted },
    transaction,
  );
  const taken = new Set(rows.map(({ number }) => number));
  let number = wanted;
  for (let next = 2; taken.has(number); next += 1) number = `${wanted}-${next}`;
  return number;
}
