import { mintToken } from '../http/tokens.ts';
import { queryRows } from '../models/database.ts';
import { runCommand } from './command.ts';

const firstHours = 24;

const usage = `Создаёт компанию и печатает её номер и первый токен администратора (${firstHours} часа).
Creates a company and prints its id and a first administrator's token (${firstHours} hours).

  npm run company -- --name "ООО Ромашка"`;

process.exitCode = await runCommand(
  {
    options: ['name'],
    usage,
    check({ name }) {
      const trimmed = name?.trim();
      if (!trimmed || trimmed.length > 255) return null;
      return async ({ config, db }) => {
        const [company] = await queryRows<{ id: number }>(
          db,
          'insert into companies (name) values ($name) returning id',
          { name: trimmed },
        );
        if (!company) throw new Error('The company was not stored');
        const claims = { tenantId: company.id, role: 'admin', subject: 'cli' } as const;
        const { jwtSecret, jwtRules } = config;
        const hours = Math.min(firstHours, jwtRules.maxAgeHours);
        const token = jwtSecret ? mintToken(jwtSecret, claims, hours, jwtRules) : '(JWT_JWKS_URL)';
        return `Компания / company: ${company.id}\nТокен / token:\n${token}`;
      };
    },
  },
  process.argv.slice(2),
);
