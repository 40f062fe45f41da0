import { isIP } from 'node:net';
import type { Config } from '../config/config.ts';
import { isPublicAddress } from './bitrix24/public-address.ts';
import { type Database, queryRows } from './models/database.ts';

export interface Situation {
  /** Port of the HTTP interface. */
  port: number;
  publicUrl: string | undefined;
  companies: number;
  connections: number;
}

/** Last parts of names that are never known outside of one network (RFC 6761, RFC 6762, RFC 8375; `.internal` by ICANN's ruling of 2024). */
const innerNames = /(^|\.)(localhost|local|internal|lan|test|invalid|home\.arpa)$/i;

/** What a started server says to its administrator: where it is, whether portals reach it, what to do next. In both languages. */
export function firstLines(situation: Situation): string[] {
  const { port, publicUrl } = situation;
  const address = `http://localhost:${port}/`;
  return [`Адрес / address: ${publicUrl ?? address}`, reachLine(publicUrl), nextLine(situation, publicUrl ?? address)];
}

function reachLine(publicUrl: string | undefined): string {
  if (!publicUrl) {
    return (
      'Битрикс24 не может обращаться к серверу: задайте PUBLIC_URL, его https-адрес в интернете; до тех пор изменения портала находит обход. / ' +
      'Bitrix24 cannot call this server: set PUBLIC_URL, its https address on the internet; until then a sweep finds the changes of the portal.'
    );
  }
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol !== 'https:') {
    return (
      `Битрикс24 открывает и вызывает только https: поставьте перед сервером TLS и задайте PUBLIC_URL=https://… вместо ${publicUrl}. / ` +
      `Bitrix24 opens and calls https only: put TLS before the server and set PUBLIC_URL=https://… instead of ${publicUrl}.`
    );
  }
  if (!isPublicHost(hostname)) {
    return (
      `Облачный Битрикс24 не достигнет ${hostname}: задайте в PUBLIC_URL имя, известное в интернете; коробке достаточно общей с ней сети. / ` +
      `Bitrix24 in the cloud does not reach ${hostname}: set PUBLIC_URL to a name that the internet knows; a self-hosted portal needs a common network only.`
    );
  }
  return `Битрикс24 обращается по адресу ${publicUrl}. / Bitrix24 calls ${publicUrl}.`;
}

function nextLine({ companies, connections }: Situation, address: string): string {
  if (companies === 0) {
    return (
      'Дальше: npm run company -- --name "ООО Ромашка" создаст компанию и напечатает токен её администратора. / ' +
      'Next: npm run company -- --name "…" makes a company and prints the token of its administrator.'
    );
  }
  if (connections === 0) {
    return (
      `Дальше: подключите портал — README, «Installing it in a portal», или вебхук на странице ${address} с токеном из npm run token. / ` +
      `Next: connect a portal: README, "Installing it in a portal", or a webhook on the page ${address} with a token of npm run token.`
    );
  }
  return `Подключено компаний: ${connections}. Состояние: ${address} / Connected companies: ${connections}. State: ${address}`;
}

// By its name alone: what it resolves to inside of our network says nothing of the internet.
function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) return isPublicAddress(host);
  return host.includes('.') && !innerNames.test(host);
}

/** Reads what the lines need to know and returns them. */
export async function readFirstLines(db: Database, config: Config, port: number): Promise<string[]> {
  const [row] = await queryRows<{ companies: number; connections: number }>(
    db,
    `select (select count(*) from companies where deleted_at is null)::integer as companies,
            (select count(distinct tenant_id) from bitrix24_connections)::integer as connections`,
  );
  const { companies, connections } = row ?? { companies: 0, connections: 0 };
  return firstLines({ port, publicUrl: config.publicUrl, companies, connections });
}
