import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import https from 'node:https';
import { isIP } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { HostList } from '../lib/host-list.ts';
import { isPublicAddress } from './public-address.ts';
import { openTunnel, type TunnelProxy } from './tunnel.ts';

/** Thrown inside a connection attempt, so that a name which changes its address between check and call gains nothing. */
export class HostNotAllowed extends Error {
  readonly code = 'host_not_allowed';
}

/** Hosts in private networks that may be called: all, none, or those listed. */
export type AllowedHosts = boolean | HostList;

export interface AgentOptions {
  allowPrivateHosts: AllowedHosts;
  /** What to trust besides the authorities that everybody trusts. */
  extra?: Trust | undefined;
  /** The way out of a network without one of its own; null: there is none, or none is needed. */
  proxy?: TunnelProxy | null;
  /** Connections to one host at the same time. */
  maxSockets?: number;
}

/** The authorities that everybody trusts, and one more. */
export interface Trust {
  ca: string[];
  secureContext: SecureContext;
}

/** Reads all authorities, which holds up everything else for some 20 ms: made once for all agents. */
export function trustAlso(extraCa: string): Trust {
  const ca = authorities(extraCa);
  return { ca, secureContext: createSecureContext({ ca }) };
}

type Connected = (error: Error | null, socket?: unknown) => void;

/**
 * Makes an agent for calls to portals and to the authorization server. It refuses to connect to addresses outside the public internet
 * that are not allowed, whatever name led there. Through a proxy, which looks names up by itself, addresses and names that lead into a
 * private network from here are refused all the same.
 */
export function makeSsrfAgent(options: AgentOptions): https.Agent {
  const { allowPrivateHosts: allowed, extra, proxy = null, maxSockets = 16 } = options;
  const agent = new https.Agent({
    ...{ keepAlive: true, maxSockets },
    ...(extra && { secureContext: extra.secureContext }),
    ...(allowed !== true && { lookup: guardedLookup(allowed) as never }),
  });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (target, callback) => {
    const { host = '', port = 443 } = target as { host?: string; port?: number };
    const done = callback as unknown as Connected;
    // A literal address is connected to without a lookup. Told through the callback: thrown, it would look as if something was sent.
    if (isIP(host) && !mayConnect(allowed, host, host)) {
      done(new HostNotAllowed(`The address ${host} is not public`));
      return undefined as never;
    }
    if (!proxy || proxy.bypass?.hasHost(host, Number(port))) return connect(target, callback);
    openGuarded({ host, port: Number(port), proxy, allowed, ca: extra?.ca }).then(
      (socket) => done(null, connect({ ...target, socket } as never)),
      (error: Error) => done(error),
    );
    return undefined as never;
  };
  return agent;
}

/** One more authority than everybody trusts. */
export function authorities(extraCa: string): string[] {
  return [...rootCertificates, extraCa];
}

/** The proxy looks the name up by itself; one that is not known here is left to it. */
async function openGuarded(way: {
  host: string;
  port: number;
  proxy: TunnelProxy;
  allowed: AllowedHosts;
  ca: string[] | undefined;
}) {
  const { host, port, proxy, allowed, ca } = way;
  if (allowed !== true && !isIP(host)) {
    const hidden = await new Promise<boolean>((resolve) =>
      lookup(host, { all: true }, (error, addresses) =>
        resolve(!error && addresses.some(({ address }) => !mayConnect(allowed, host, address))),
      ),
    );
    if (hidden) throw notPublic(host);
  }
  return openTunnel(proxy, { host, port, ca });
}

function mayConnect(allowed: AllowedHosts, host: string, address: string): boolean {
  if (allowed === true || isPublicAddress(address)) return true;
  return allowed !== false && (allowed.hasHost(host) || allowed.hasAddress(address));
}

function notPublic(host: string): HostNotAllowed {
  return new HostNotAllowed(`The host ${host} is not in the public internet`);
}

function guardedLookup(allowed: AllowedHosts) {
  return (
    hostname: string,
    options: LookupAllOptions,
    callback: (error: Error | null, address?: string | LookupAddress[], family?: number) => void,
  ): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error);
      const hidden = addresses.find(({ address }) => !mayConnect(allowed, hostname, address));
      if (hidden || !addresses[0]) return callback(notPublic(hostname));
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0].address, addresses[0].family);
    });
  };
}
