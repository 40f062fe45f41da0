import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/** A letter as it arrived. */
export interface Letter {
  /** RFC 3339. */
  receivedAt: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  messageId: string;
  /** Whether it came over TLS, with name and password. */
  wasProtected: boolean;
}

const name = 'axenta';
const password = 'the mail server alone knows it';

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

/** A real mail server that keeps what it is sent: STARTTLS with the given certificate, and a name and a password. */
export async function startMailServer({ key, cert, caPem }: { key: string; cert: string; caPem: string }) {
  const letters: Letter[] = [];
  /** Addresses that it does not know, whether it fails, and how long it takes. */
  const behaviour = { unknown: [] as string[], fails: false, delayMs: 0 };
  const server = new SMTPServer({
    ...{ key, cert, authMethods: ['PLAIN', 'LOGIN'], disableReverseLookup: true, logger: false },
    onAuth(auth, _session, done) {
      const isKnown = auth.username === name && auth.password === password;
      done(isKnown ? null : failure(535, 'No such user'), isKnown ? { user: name } : undefined);
    },
    onRcptTo({ address }, _session, done) {
      done(behaviour.unknown.includes(address) ? failure(550, 'No such mailbox here') : null);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        if (behaviour.fails) return done(failure(451, 'Try again later'));
        await sleep(behaviour.delayMs);
        letters.push(toLetter(Buffer.concat(chunks).toString('utf8'), session));
        done(null);
      });
    },
  });
  // Clients that hang up are no failure of the test.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const query = new URLSearchParams({ 'tls.ca': caPem }).toString();
  return {
    letters,
    behaviour,
    /** What SMTP_URL holds. */
    url: `smtp://${name}:${encodeURIComponent(password)}@127.0.0.1:${port}?${query}`,
    from: 'alerts@axenta.example',
    /** Letters to one address, the oldest first. */
    to: (address: string) => letters.filter((letter) => letter.to.includes(address)),
    stop: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

function failure(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

function toLetter(raw: string, session: SMTPServerSession): Letter {
  const end = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ');
  const header = (wanted: string) => new RegExp(`^${wanted}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
  const { mailFrom, rcptTo } = session.envelope;
  return {
    receivedAt: new Date().toISOString(),
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    subject: header('Subject')
      .replace(/\?= =\?/g, '?==?')
      .replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_all, kind: string, text: string) =>
        kind.toLowerCase() === 'b' ? fromBase64(text) : fromQuoted(text.replace(/_/g, ' ')),
      ),
    text: decodeBody(header('Content-Transfer-Encoding'), raw.slice(end + 4)),
    messageId: header('Message-ID'),
    wasProtected: session.secure && session.user === name,
  };
}

function decodeBody(encoding: string, body: string): string {
  if (encoding === 'base64') return fromBase64(body);
  return encoding === 'quoted-printable' ? fromQuoted(body.replace(/=\r\n/g, '')) : body;
}

const fromBase64 = (text: string) => Buffer.from(text, 'base64').toString('utf8');

const fromQuoted = (text: string) =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  ).toString('utf8');
