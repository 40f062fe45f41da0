import { crmEvents } from '../portal/outgoing-webhooks.ts';
import { installingIn } from '../support/installing.ts';
import type { Answer } from '../support/world.ts';
import { serialMap } from './soak-field.ts';
import type { SoakTenant } from './soak-world.ts';

/** How the companies are connected: by webhooks that an administrator made, or by an application that he installed. */
export type SoakMode = 'webhook' | 'app';

export interface ConnectDeps {
  /** Address of the app. */
  origin: string;
  call(token: string | null, method: string, path: string, body?: unknown): Promise<Answer>;
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
}

type NewTenant = Omit<SoakTenant, 'reopen'>;

const settingsAddress = '/api/integration/bitrix24/settings';

/** Connects a company as its administrator does; returns how he opens the app in the portal again, where there is one. Throws when the app refuses. */
export async function connect(deps: ConnectDeps, mode: SoakMode, tenant: NewTenant): Promise<() => Promise<unknown>> {
  const all = (policy: string) => ({ object: policy, user: policy, contract: policy });
  const settings =
    tenant.onDelete === 'follow'
      ? { on_local_delete: all('delete'), on_bitrix24_delete: all('recreate') }
      : { import_new: { object: true } };
  await expectGood(deps.call(tenant.token, 'PUT', settingsAddress, settings));
  const reopen = await (mode === 'webhook' ? connectByWebhook(deps, tenant) : installApp(deps, tenant));
  await expectGood(deps.call(tenant.token, 'PUT', settingsAddress, { ...settings, field_map: serialMap }));
  return reopen;
}

async function installApp(deps: ConnectDeps, { portal, token }: NewTenant): Promise<() => Promise<unknown>> {
  const settled = () => portal.events.settled();
  const driver = installingIn({ ...deps, portal, settled, config: { publicUrl: deps.origin } });
  const app = await driver.install({ token }, portal);
  return () => driver.post(app.frame());
}

async function connectByWebhook(
  { origin, call }: ConnectDeps,
  { portal, token }: NewTenant,
): Promise<() => Promise<unknown>> {
  const outgoing = portal.addOutgoingWebhook({
    url: `${origin}/bitrix24/events`,
    events: [...crmEvents, 'ONCRMDEALUSERFIELDADD', 'ONCRMDEALUSERFIELDDELETE'],
  });
  const body = { webhook_url: portal.addWebhook().url, outgoing_token: outgoing.token };
  await expectGood(call(token, 'POST', '/api/integration/bitrix24/setup', body));
  return async () => undefined;
}

async function expectGood(answering: Promise<Answer>): Promise<void> {
  const { status, body } = await answering;
  if (status >= 300) throw new Error(`Not connected: ${status} ${JSON.stringify(body)}`);
}
