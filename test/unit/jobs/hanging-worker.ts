import { lanesFor } from '../../../app/jobs/lanes.ts';
import { startWorker } from '../../../app/jobs/worker.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { makeDatabaseLink } from '../../../app/models/database-link.ts';
import { handlersOf } from './handlers.ts';

// A worker in a process of its own, to be killed: it says that it has a job and never ends it.
await startWorker({
  link: makeDatabaseLink(process.env.DATABASE_URL ?? ''),
  lanes: lanesFor(4, 'worker'),
  handlers: handlersOf(async (tenantId) => {
    process.send?.({ tenantId });
    await new Promise(() => undefined);
  }),
  log: makeLog({ level: 'fatal', format: 'json' }),
});
process.on('disconnect', () => process.exit(1));
