import { idSchema } from '../http/ids.ts';
import { type Role, roles } from '../http/route.ts';
import { mintToken } from '../http/tokens.ts';
import { queryRows } from '../models/database.ts';
import { CommandRefused, runCommand } from './command.ts';

const usage = `Печатает токен для вызовов REST. / Prints a token for REST calls.

  npm run token -- --tenant 1 --role admin [--hours 24]

Дольше JWT_MAX_AGE_HOURS токен не действует. / No token lives longer than JWT_MAX_AGE_HOURS.

Роли / roles: ${roles.join(', ')}`;

process.exitCode = await runCommand(
  {
    options: ['tenant', 'role', 'hours'],
    usage,
    check({ tenant, role = 'admin', hours }) {
      const tenantId = Number(tenant);
      const isValid = idSchema.safeParse(tenantId).success && roles.includes(role as Role) && Number(hours ?? 1) > 0;
      if (!isValid) return null;
      return async ({ config, db }) => {
        const found = await queryRows(db, 'select 1 from companies where id = $tenantId and deleted_at is null', {
          tenantId,
        });
        if (found.length === 0) throw new CommandRefused(`Компании ${tenantId} нет / there is no company ${tenantId}`);
        if (!config.jwtSecret)
          throw new CommandRefused(
            'Задан JWT_JWKS_URL: токены выдаёт его владелец / JWT_JWKS_URL is set: its owner mints the tokens',
          );
        const { maxAgeHours } = config.jwtRules;
        const life = hours === undefined ? Math.min(24, maxAgeHours) : Number(hours);
        if (life > maxAgeHours)
          throw new CommandRefused(
            `Токен не может действовать дольше ${maxAgeHours} ч: увеличьте JWT_MAX_AGE_HOURS у сервера и здесь / ` +
              `a token may live for ${maxAgeHours} hours: raise JWT_MAX_AGE_HOURS, for the server and here`,
          );
        return mintToken(config.jwtSecret, { tenantId, role: role as Role, subject: 'cli' }, life, config.jwtRules);
      };
    },
  },
  process.argv.slice(2),
);
