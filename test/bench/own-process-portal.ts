import { once } from 'node:events';
import { startPortal } from '../portal/portal.ts';
import type { PortalStart } from './own-process.ts';

// A portal in a process of its own: what it is busy with does not delay the program that measures.
const [options] = (await once(process, 'message')) as [PortalStart];
const portal = await startPortal(options);
process.on('disconnect', () => void portal.stop().then(() => process.exit(0)));
process.send?.(portal.addWebhook().url);
