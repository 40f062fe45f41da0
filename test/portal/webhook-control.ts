import type { ControlRoutes } from './app-control.ts';
import type { Credentials, InboundWebhook } from './credentials.ts';
import { checkHandlerUrl } from './handler-url.ts';
import type { OutgoingWebhooks } from './outgoing-webhooks.ts';
import { type PortalSession, requireAdmin } from './portal-session.ts';
import type { Users } from './users.ts';

export interface WebhookControlDeps {
  credentials: Credentials;
  outgoing: OutgoingWebhooks;
  session: PortalSession;
  users: Users;
  host(): string;
}

/** What the page asks about webhooks: inbound ones belong to whoever made them, outgoing ones to the portal. */
export function makeWebhookControl({ credentials, outgoing, session, users, host }: WebhookControlDeps): ControlRoutes {
  const admin = () => requireAdmin(session, users);
  const shown = ({ id, userId, secret, scopes }: InboundWebhook) => {
    const isOwn = userId === session.userId;
    return {
      id,
      userId,
      scopes,
      url: isOwn ? `https://${host()}/rest/${userId}/${secret}/` : null,
    };
  };
  return {
    'GET inbound': () => {
      admin();
      return credentials.list().map(shown);
    },
    'POST inbound': ({ body }) => {
      admin();
      const scopes = Array.isArray(body.scopes) ? body.scopes.map(String) : [];
      if (scopes.length === 0) throw new Error('Выберите хотя бы одно право');
      return shown(credentials.add({ userId: session.userId, scopes }));
    },
    'DELETE inbound/*': ({ id }) => {
      admin();
      for (const webhook of credentials.list()) if (webhook.id === Number(id)) credentials.remove(webhook);
      return {};
    },
    'GET outgoing': () => {
      admin();
      return outgoing.list();
    },
    'POST outgoing': ({ body }) => {
      admin();
      const events = Array.isArray(body.events) ? body.events.map(String) : [];
      if (events.length === 0) throw new Error('Выберите хотя бы одно событие');
      const { token } = outgoing.add({ url: checkHandlerUrl(String(body.url ?? '')), events });
      return { token };
    },
    'DELETE outgoing/*': ({ id }) => {
      admin();
      outgoing.remove(Number(id));
      return {};
    },
  };
}
