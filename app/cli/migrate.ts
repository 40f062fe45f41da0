import { prepareJobs } from '../jobs/worker.ts';
import { runCommand } from './command.ts';

const usage = `Приводит таблицы базы к этому выпуску; приложение прежнего выпуска при этом может работать.
Brings the tables of the database to this release; an app of the former release may run meanwhile.

  npm run migrate`;

process.exitCode = await runCommand(
  {
    options: [],
    usage,
    check: () => {
      return async ({ databaseUrl, applied }) => {
        await prepareJobs(databaseUrl);
        if (applied.length === 0) return 'Новых миграций нет / no new migrations';
        return `Применены миграции / applied migrations: ${applied.length}\n${applied.join('\n')}`;
      };
    },
  },
  process.argv.slice(2),
);
