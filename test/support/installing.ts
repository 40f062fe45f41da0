import type { AppOptions } from '../portal/apps.ts';
import { type Frame, frameRequest } from '../portal/frame.ts';
import type { SimulatedPortal } from '../portal/portal.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from './eventually.ts';
import type { Answer, Tenant, World } from './world.ts';

/** What installing needs of a running app. */
type InstallingWorld = Pick<World, 'portal' | 'call' | 'sql' | 'settled'> & {
  config: { publicUrl?: string | undefined };
};

/** What an administrator of a portal does to install the app of a running world, and what the app's pages then do. */
export function installingIn(world: InstallingWorld) {
  const publicUrl = world.config.publicUrl as string;

  const driver = {
    /** Saves the application's card; nothing is opened yet. */
    addApp(portal: SimulatedPortal = world.portal, options: Partial<AppOptions> = {}): SimulatedApp {
      return portal.apps.add({
        kind: 'local',
        handlerUrl: `${publicUrl}/bitrix24/app`,
        installUrl: `${publicUrl}/bitrix24/install`,
        ...options,
      });
    },

    /** The company's administrator copies the application's keys from its card. */
    async storeKeys(
      tenant: Pick<Tenant, 'token'>,
      app: SimulatedApp,
      extra: Record<string, unknown> = {},
    ): Promise<Answer> {
      const body = { client_id: app.clientId, client_secret: app.clientSecret, ...extra };
      return world.call(tenant.token, 'POST', '/api/integration/bitrix24/setup', body);
    },

    /** A browser opens the frame. */
    async post(frame: Frame): Promise<{ status: number; text: string; headers: Headers }> {
      const answer = await fetch(frame.url, frameRequest(frame));
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    },

    /** What the opened page does first. */
    session(frame: Frame): Promise<Answer> {
      const domain = new URL(frame.url).searchParams.get('DOMAIN');
      const body = { access_token: frame.fields.AUTH_ID, domain, member_id: frame.fields.member_id };
      return world.call(null, 'POST', '/bitrix24/session', body);
    },

    /** Waits until the subscriptions are in order; returns the installation as the page shows it. */
    bound(token: string) {
      return eventually(
        async () => {
          const { body } = await world.call(token, 'GET', '/api/integration/bitrix24/installation');
          const open = body.data.steps.filter((step: { state: string }) => step.state !== 'done');
          if (open.length > 0) throw new Error(`Not done: ${JSON.stringify(open)}`);
          return body.data;
        },
        { timeoutMs: 60_000 },
      );
    },

    /** Waits until nothing is on its way any more: no event, no job, no queued record. */
    async quiet(): Promise<unknown> {
      return eventually(async () => {
        await world.settled();
        const jobs = await world.sql('select key, last_error from graphile_worker.jobs');
        if (jobs.length > 0) throw new Error(`Still running: ${JSON.stringify(jobs)}`);
      });
    },

    /** The whole installation of a company's own application, to the end. */
    async install(tenant: Pick<Tenant, 'token'>, portal: SimulatedPortal = world.portal): Promise<SimulatedApp> {
      const app = driver.addApp(portal);
      await driver.storeKeys(tenant, app);
      const opened = await driver.post(app.frame());
      if (opened.status !== 200) throw new Error(`Not installed: ${opened.text}`);
      await driver.bound(tenant.token);
      app.finishInstall();
      return app;
    },
  };
  return driver;
}
