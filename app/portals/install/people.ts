import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';

/** Somebody who opened a page in the portal, as the portal named them last. */
export interface KnownPerson {
  name: string | null;
  isAdministrator: boolean;
}

export type People = ReturnType<typeof makePeople>;

/** The one place that writes `portal_people`: the names behind the subjects of the pages' sessions. */
export function makePeople(db: Database) {
  return {
    /** Keeps what the portal said of a visitor. Repeat-safe. */
    async remember(tenantId: number, subject: string, person: KnownPerson): Promise<void> {
      await queryRows(
        db,
        `insert into portal_people as p (tenant_id, subject, name, is_administrator)
         values ($tenantId, $subject, $name, $isAdministrator)
         on conflict (tenant_id, subject) do update
            set name = coalesce(excluded.name, p.name), is_administrator = excluded.is_administrator, updated_at = now()
          where (p.name, p.is_administrator) is distinct from (coalesce(excluded.name, p.name), excluded.is_administrator)`,
        { tenantId, subject, ...person },
      );
    },

    /** Null for somebody who never came. */
    async find(tenantId: number, subject: string): Promise<KnownPerson | null> {
      const [row] = await queryRows<KnownPerson>(
        db,
        `select name, is_administrator as "isAdministrator" from portal_people
          where tenant_id = $tenantId and subject = $subject`,
        { tenantId, subject },
      );
      return row ?? null;
    },
  };
}

/** Forgets the names of a portal's people. What they did stays, by their numbers in the portal. Repeat-safe. */
export async function forgetPeople(
  db: Database,
  { tenantId, memberId }: { tenantId: number; memberId: string },
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `delete from portal_people where tenant_id = $tenantId and starts_with(subject, 'bitrix24:' || $memberId || ':')`,
    { tenantId, memberId },
    transaction,
  );
}
