import { parseArgs } from 'node:util';
import { type Config, ConfigError, loadConfig } from '../../config/config.ts';
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
      await migrate(db);
      console.log(await run({ config, db }));
      return 0;
    } finally {
      await db.close();
      await server.stop();
    }
  } catch (error) {
    const isExpected = error instanceof ConfigError || error instanceof CommandRefused;
    console.error(isExpected ? error.message : error);
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
