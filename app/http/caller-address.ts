import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/** A network as ipaddr.js reads it: its address and the length of its prefix. */
export type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Which senders of `X-Forwarded-For` are believed: so many proxies in a row, or those of these networks. 0 or none: no sender is. */
export type TrustedProxies = number | readonly Network[];

/**
 * Makes the look at who calls: the key under which an address is counted. `X-Forwarded-For` is read from its right end, and only as far as
 * proxies that are trusted have written it, so what a stranger puts there changes nothing. An IPv6 caller is counted by its /64: every
 * household owns that many addresses. Returns `unknown` for a connection that is gone already.
 */
export function makeCallerAddress(trusted: TrustedProxies): (request: IncomingMessage) => string {
  return (request) => {
    const socket = request.socket.remoteAddress ?? '';
    const forwarded = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    // The nearest first: each was written by the one before it.
    const hops = [socket, ...forwarded.reverse()];
    let at = 0;
    while (at < hops.length - 1 && isTrusted(hops[at] ?? '', at, trusted)) at += 1;
    return addressKey(hops[at] ?? '');
  };
}

function isTrusted(hop: string, at: number, trusted: TrustedProxies): boolean {
  if (typeof trusted === 'number') return at < trusted;
  const address = read(hop);
  return (
    address !== null &&
    trusted.some((network) => address.kind() === network[0].kind() && address.match(network as never))
  );
}

/** IPv4 as it is, also when it is written inside IPv6; IPv6 as its /64. */
function addressKey(text: string): string {
  const address = read(text);
  if (address === null) return 'unknown';
  if (address.kind() === 'ipv4') return address.toString();
  const network = (address as ipaddr.IPv6).parts.slice(0, 4);
  return `${network.map((part) => part.toString(16)).join(':')}::/64`;
}

// Proxies write addresses bare, in brackets, and with a port.
function read(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const [, inBrackets] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  const bare = inBrackets ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
}
