import { expect } from 'chai';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { installingIn } from './installing.ts';
import { expectRefusal } from './refusal.ts';
import { type Answer, startWorld, unlimited, type World } from './world.ts';

/** The people of the simulated portal. */
export const people = { administrator: 1, secondAdministrator: 2, manager: 7, employee: 9 } as const;

export type OpenedPage = Awaited<ReturnType<typeof openPage>>;

/** What the page of somebody in the portal does: it exchanges its frame's token for a session, and sends both with its requests. */
export async function openPage(world: World, app: SimulatedApp, userId: number) {
  const frame = app.frame({ userId });
  const session = await installingIn(world).session(frame);
  const token: string = session.body.data?.token ?? '';
  const portalToken = frame.fields.AUTH_ID ?? '';
  return {
    /** The answer of `/bitrix24/session`. */
    session,
    token,
    portalToken,
    /** Calls as the page does; `ofPortal` in place of the page's own token of the portal, none when null. */
    call(method: string, path: string, body?: unknown, ofPortal: string | null = portalToken): Promise<Answer> {
      return world.call(token, method, path, body, ofPortal === null ? {} : { 'x-bitrix24-token': ofPortal });
    },
  };
}

const bitrix24 = '/api/integration/bitrix24';

/** Stand in the records of the company; a person who may not see them may find them in no answer. */
export const secrets = {
  name: 'Секретный-Камаз',
  person: 'Мария',
  phone: '+7 900 123-45-67',
  client: 'ООО Тайный клиент',
};

/** A company whose application is installed: an object with its contract and a user, synchronised. */
export async function startVisited() {
  const world = await startWorld({ apps: true, ...unlimited });
  const tenant = await world.addTenant();
  const { name, person, phone, client } = secrets;
  await world.sql(`insert into contracts (tenant_id, number, client_name) values ($1, 'Д-17', $2)`, [
    tenant.id,
    client,
  ]);
  await world.sql('insert into objects (tenant_id, name, contract_id) values ($1, $2, 1)', [tenant.id, name]);
  await world.sql('insert into users (tenant_id, name, phone) values ($1, $2, $3)', [tenant.id, person, phone]);
  const app = await installingIn(world).install(tenant);
  await world.call(tenant.token, 'POST', `${bitrix24}/sync/to`, { all: true, wait: true });
  await world.settled();
  const dealId = Number((await world.remoteOf(tenant, 'object', 1)).ID);
  /** Gives back what a test took away. */
  const undo: (() => void)[] = [];

  return {
    world,
    tenant,
    app,
    dealId,
    undo,
    visit: (userId: number) => openPage(world, app, userId),
    card: (id = dealId, type = 'deal') => `${bitrix24}/cards/${type}/${id}`,

    /** The company's administrator sets the rules for visitors. */
    async allow(portal_access: Record<string, unknown>): Promise<void> {
      const answer = await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { portal_access });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    },

    /** Gives every right back, and the rules their defaults. */
    async restore(): Promise<void> {
      for (const giveBack of undo.splice(0)) giveBack();
      await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, {});
    },
  };
}

/** Refused with a sentence, and with nothing of any record. */
export function expectClosed(answer: Answer, code: string): void {
  expectRefusal(answer, 403, code);
  const text = JSON.stringify(answer.body);
  for (const value of [...Object.values(secrets), 'Д-17']) expect(text).not.to.include(value);
}
