import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database, queryRows } from '../../app/models/database.ts';
import { createTestDatabase } from './database.ts';

export interface CompanyDatabase {
  db: Database;
  /** Adds a company without a connection; returns its id. */
  addCompany(): Promise<number>;
  close(): Promise<void>;
}

/** A migrated database of one test file's own, for parts that need companies and no app. */
export async function openCompanyDatabase(): Promise<CompanyDatabase> {
  const database = await createTestDatabase();
  const db = connectDatabase(database.url, makeLog({ level: 'fatal', format: 'json' }), 4);
  return {
    db,
    async addCompany() {
      const [row] = await queryRows<{ id: number }>(
        db,
        `insert into companies (name) values ('ООО Ромашка') returning id`,
      );
      return row?.id ?? 0;
    },
    async close() {
      await db.close();
      await database.drop();
    },
  };
}
