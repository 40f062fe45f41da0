import type { SimulatedPortal } from '../portal/portal.ts';
import type { MailServer } from '../support/mail-server.ts';
import type { Rest } from './rest.ts';

const address = '/api/integration/bitrix24/alerts';
/** Whose letters the mailbox page shows. */
const mailbox = 'dispatcher@company.example';

/** Lets the portal's page show the letters, the newest first. */
export function showMailbox(portal: SimulatedPortal, { letters }: MailServer): void {
  portal.simulation.mailbox = () =>
    letters.map(({ receivedAt, from, to, subject, text }) => ({ at: receivedAt, from, to, subject, text })).reverse();
}

/** Has the company's alerts sent there by letter, and to the administrator's bell; what was set before stays. */
export async function tellByMail(rest: Rest): Promise<void> {
  const { on, channels } = await rest('GET', address);
  if (on && channels.email.on) return;
  await rest('PUT', address, {
    causes: { fault_open: { minutes: 1 } },
    channels: { email: { on: true, addresses: [mailbox] } },
    quiet_minutes: 1,
  });
}
