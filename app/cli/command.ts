import { parseArgs } from 'node:util';
import { type Config, ConfigError, loadConfig } from '../../config/config.ts';
import { NoEmbeddedPostgres } from '../../config/embedded-binaries.ts';
import { openDatabaseUrl } from '../../config/open-database.ts';
import { makeLog } from '../lib/log.ts';
import { connectDatabase, type Database } from '../models/database.ts';
import { migrate } from '../models/migrate.ts';

export type Values = Record<string, string | undefined>;

export interface Command {
  /** Names of `--options`, all with a value. */
  options: readonly string[];
  /** Shown for wrong arguments, in both languages. */
  usage: string;
  /** Null when the arguments are wrong. */
  check(values: Values): ((context: CommandContext) => Promise<string>) | null;
}

export interface CommandContext {
  config: Config;
  db: Database;
  databaseUrl: string;
  /** Names of the migrations that this command has applied before it began. */
  applied: readonly string[];
}

/** Why a command does not do what it was asked to: shown to people as it is, in both languages. */
export class CommandRefused extends Error {}

/** Runs a command-line tool: reads arguments, opens the database (migrated), prints what the command returns. */
export async function runCommand(command: Command, argv: readonly string[]): Promise<number> {
  const run = readArguments(command, argv);
  if (!run) {
    console.error(command.usage);
    return 2;
  }
  try {
    const config = loadConfig();
    const log = makeLog({ level: 'warn', format: 'text', output: process.stderr });
    const server = await openDatabaseUrl(config);
    const db = connectDatabase(server.url, log, 2);
    try {
      const applied = await migrate(db);
      console.log(await run({ config, db, databaseUrl: server.url, applied }));
      return 0;
    } finally {
      await db.close();
      await server.stop();
    }
  } catch (error) {
    const expected = [ConfigError, CommandRefused, NoEmbeddedPostgres];
    console.error(expected.some((kind) => error instanceof kind) ? (error as Error).message : error);
    return 1;
  }
}

function readArguments(command: Command, argv: readonly string[]) {
  try {
    const options = Object.fromEntries(command.options.map((name) => [name, { type: 'string' as const }]));
    const { values } = parseArgs({ args: [...argv], options, strict: true });
    return command.check(values as Values);
  } catch {
    return null;
  }
}
