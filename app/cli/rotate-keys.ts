import { makeSecrets } from '../lib/secrets.ts';
import { rotateKeys } from '../portals/connection/rotate-keys.ts';
import { runCommand } from './command.ts';

const usage = `Шифрует все сохранённые секреты первым ключом из ENCRYPTION_KEYS; приложение при этом может работать.
Encrypts every stored secret with the first of ENCRYPTION_KEYS; the app may run meanwhile.

  ENCRYPTION_KEYS=new:…,old:… npm run rotate-keys`;

process.exitCode = await runCommand(
  {
    options: [],
    usage,
    check: () => {
      return async ({ config, db }) => {
        const { rewritten, unreadable } = await rotateKeys(db, makeSecrets(config.encryptionKeys));
        if (unreadable.length > 0) {
          const list = unreadable.map(({ table, column, key }) => `  ${table}.${column} ${key}`).join('\n');
          throw new Error(
            `Ключа для этих значений нет в ENCRYPTION_KEYS / the key of these values is not in ENCRYPTION_KEYS:\n${list}`,
          );
        }
        return `Перешифровано / encrypted anew: ${rewritten}`;
      };
    },
  },
  process.argv.slice(2),
);
