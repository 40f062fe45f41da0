import pg from 'pg';

/** Any number, as long as it stays the same. */
const lockKey = 240_242;
const prefix = 'axenta-demo ';

/** Thrown when the demonstration already runs on the same folder. */
export class AlreadyRunning extends Error {
  /** Where its portal is; null while it is still starting. */
  readonly portal: string | null;

  constructor(portal: string | null) {
    super('The demonstration is already running');
    this.portal = portal;
  }
}

/**
 * Opens the connection that marks the demonstration as running: PostgreSQL releases the lock with the connection, however the process
 * ends, so nothing stale is left. Throws AlreadyRunning.
 */
export async function becomeTheOnlyOne(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: prefix });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query('select pg_try_advisory_lock($1) as mine', [lockKey]);
  if (rows[0]?.mine) return client;
  const others = await client.query<{ name: string }>(
    `select application_name as name from pg_stat_activity join pg_locks using (pid)
      where locktype = 'advisory' and granted and objid = $1`,
    [lockKey],
  );
  await client.end();
  throw new AlreadyRunning(others.rows[0]?.name.slice(prefix.length).trim() || null);
}

/** Tells a second demonstration where this one is. */
export async function announceAddress(client: pg.Client, portal: string): Promise<void> {
  await client.query(`select set_config('application_name', $1, false)`, [prefix + portal]);
}
