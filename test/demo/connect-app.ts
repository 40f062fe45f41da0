import { setTimeout as sleep } from 'node:timers/promises';
import { frameRequest } from '../portal/frame.ts';
import type { SimulatedPortal } from '../portal/portal.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import type { Connection } from './connect.ts';
import type { Rest } from './rest.ts';

const address = '/api/integration/bitrix24';
const deadlineMs = 60_000;

/**
 * What an administrator does by hand: the local application's card in the portal, its keys into the app's settings, the first opening from
 * the menu. An application that an earlier start has installed is only looked at.
 */
export const installApplication: Connection = {
  needsOAuth: true,
  async connect({ portal, rest, appOrigin }) {
    const app = portal.apps.list()[0] ?? addApplication(portal, appOrigin);
    await rest('POST', `${address}/setup`, { client_id: app.clientId, client_secret: app.clientSecret });
    if (app.isInstalled && (await isBound(rest))) return;
    const frame = app.frame();
    const opened = await fetch(frame.url, frameRequest(frame));
    if (!opened.ok) throw new Error(`The application was not installed: ${await opened.text()}`);
    for (const deadline = Date.now() + deadlineMs; !(await isBound(rest)); await sleep(100)) {
      if (Date.now() > deadline) throw new Error('The application was not installed in time');
    }
    app.finishInstall();
  },
};

function addApplication(portal: SimulatedPortal, appOrigin: string): SimulatedApp {
  return portal.apps.add({
    kind: 'local',
    menuItem: 'Axenta',
    handlerUrl: `${appOrigin}/bitrix24/app`,
    installUrl: `${appOrigin}/bitrix24/install`,
    scopes: ['crm', 'placement', 'user_brief'],
  });
}

async function isBound(rest: Rest): Promise<boolean> {
  const { steps } = await rest('GET', `${address}/installation`);
  return steps.every(({ state }: { state: string }) => state === 'done');
}
