import { type Database, queryRows } from './database.ts';

const names = new WeakMap<Database, Promise<string>>();

/** The eight letters that this CRM database is known by in portals. Read once; a failure is asked again. Throws when it is not migrated. */
export function databaseName(db: Database): Promise<string> {
  let name = names.get(db);
  name ??= readName(db).catch((error: unknown) => {
    names.delete(db);
    throw error;
  });
  names.set(db, name);
  return name;
}

async function readName(db: Database): Promise<string> {
  const [row] = await queryRows<{ name: string }>(db, 'select name from axenta_database');
  if (!row) throw new Error('The table axenta_database has lost its only row: the name of this database in portals');
  return row.name;
}
