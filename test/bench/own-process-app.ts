import { once } from 'node:events';
import { Writable } from 'node:stream';
import { makeLog } from '../../app/lib/log.ts';
import { startApp } from '../../app/start.ts';
import type { AppStart } from './own-process.ts';

// The app as `npm start` runs it, told by the program that measures what it would read from its environment.
const [start] = (await once(process, 'message')) as [AppStart];
// Lines are made as in production, and read nowhere.
const output = new Writable({ write: (_chunk, _encoding, done) => done() });
const log = makeLog({ level: 'info', format: 'json', output });
const app = await startApp(start.config, start.databaseUrl, log, start.options);
process.on('disconnect', () => void app.stop().then(() => process.exit(0)));
process.send?.(app.port);
