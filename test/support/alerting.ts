import { dirname } from 'node:path';
import type { AlertSettings } from '../../app/alerts/alert-settings.ts';
import { makeCertificates } from '../portal/certificates.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { type Received, startReceiver } from './receiver.ts';
import { startWorld, type Tenant, unlimited, type World, type WorldOptions } from './world.ts';

export const alertsAddress = '/api/integration/bitrix24/alerts';

/** Who is told in these stories: an administrator of the portal, and a mailbox. */
export const boss = { userId: 1, email: 'boss@company.example' };

export type Alerting = Awaited<ReturnType<typeof startAlerting>>;

/** Part of the settings, as a caller sends it. */
export type AlertBody = { [Key in keyof AlertSettings]?: unknown } & {
  new_webhook_secret?: boolean;
  version?: string | null;
};

/** A company with a portal, a real mail server and a receiver of webhooks over HTTPS. */
export async function startAlerting(options: WorldOptions = {}) {
  let mail: MailServer | undefined;
  const world = await startWorld({
    ...unlimited,
    ...options,
    // Given when both run: the mail server has the portal's certificate.
    config: { ...(!options.apps && { publicUrl: 'https://axenta.example' }), ...options.config },
    startApp: async (config, url, log, more) => {
      const { startApp } = await import('../../app/start.ts');
      return startApp({ ...config, smtp: mail ? { url: mail.url, from: mail.from } : null }, url, log, more);
    },
  });
  const certificates = await makeCertificates(dirname(world.portal.caFile));
  mail = await startMailServer(certificates);
  world.config.smtp = { url: mail.url, from: mail.from };
  const receiver = await startReceiver(certificates);
  await world.stopApp();
  await world.startApp();
  const tenant = await world.addTenant();
  tenant.webhookUrl = world.portal.addWebhook({ scopes: ['crm', 'user', 'im'] }).url;
  await world.connect(tenant);
  const bodies = (received: readonly Received[]) => received.map(({ text }) => JSON.parse(text));
  return {
    world,
    mail,
    receiver,
    tenant,

    /** What the receiver was sent, the oldest first. */
    posted: () => bodies(receiver.received),

    /** All three channels. */
    channels: {
      bitrix24: { on: true, user_ids: [boss.userId] },
      email: { on: true, addresses: [boss.email] },
      webhook: { on: true, url: `${receiver.url}/alerts` },
    },

    save: (body: AlertBody, who: Tenant = tenant) => world.call(who.token, 'PUT', alertsAddress, body),

    /** Has the company looked at now, and what is due sent. */
    look: () => world.runJob('alerts', tenant),

    /** Lets the minutes pass in which nothing more of a cause is told. */
    passQuiet: () =>
      world.sql(
        `update alerts set told_at = told_at - interval '1 day', recovery_told_at = recovery_told_at - interval '1 day'`,
      ),

    /** Forgets what was sent so far. */
    forget(): void {
      mail?.letters.splice(0);
      receiver.clear();
      world.portal.notices.clear();
    },

    async deliveries(query = '') {
      const { body } = await world.call(tenant.token, 'GET', `${alertsAddress}/deliveries${query}`);
      return body.data.items;
    },

    async stop(): Promise<void> {
      await world.stop();
      await mail?.stop();
      await receiver.stop();
    },
  };
}

/** What the database holds while a cause is present, and after it. */
export function causeIn(world: World, { id }: Tenant) {
  const run =
    (...statements: string[]) =>
    async () => {
      for (const statement of statements) await world.sql(statement, [id]);
    };
  return {
    fault_open: {
      begin: run(`insert into sync_faults (tenant_id, scope, subject, code, message, response, since, next_try_at)
        values ($1, 'kind', 'contract', 'ACCESS_DENIED', 'Нет права читать компании',
          '{"text": {"ru": "Нет права читать компании", "en": "No right to read companies"}}', now() - interval '16 minutes', now() + interval '1 day')`),
      end: run('update sync_faults set ended_at = now() where tenant_id = $1'),
    },
    errors_rise: {
      begin:
        run(`insert into integration_errors (tenant_id, operation, local_type, local_id, kind, code, message, retryable, status)
        select $1, 'create_deal', 'object', n, 'validation', 'X', 'x', false, 'failed' from generate_series(1, 21) n`),
      end: run(`update integration_errors set status = 'resolved' where tenant_id = $1`),
    },
    lag: {
      begin: run(
        `insert into sync_watermarks (tenant_id, entity, seen_until)
         select $1, e, now() - interval '3 hours' from unnest('{object,user,contract}'::text[]) e
         on conflict (tenant_id, entity) do update set seen_until = excluded.seen_until`,
      ),
      end: run('update sync_watermarks set seen_until = now() where tenant_id = $1'),
    },
    deletions_held: {
      begin: run(`insert into sync_held (tenant_id, entity, local_id, bitrix24_id, action, name)
        select $1, 'object', n, n::text, 'delete_local', 'Камаз' from generate_series(1, 7) n`),
      end: run(`update sync_held set state = 'restored', ended_at = now() where tenant_id = $1`),
    },
    ending_soon: {
      begin: run(`update bitrix24_connections set plan_ends_at = now() + interval '3 days' where tenant_id = $1`),
      end: run(`update bitrix24_connections set plan_ends_at = now() + interval '300 days' where tenant_id = $1`),
    },
    old_conflict: {
      begin:
        run(`insert into sync_conflicts (tenant_id, entity, local_id, bitrix24_id, field, local_value, bitrix24_value, winner, policy, created_at)
        values ($1, 'object', 1, '1', 'name', '"a"', '"b"', 'crm', 'crm', now() - interval '25 hours')`),
      end: run(`update sync_conflicts set state = 'resolved' where tenant_id = $1`),
    },
  };
}
