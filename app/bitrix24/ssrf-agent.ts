import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import https from 'node:https';
import { isIP } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';
import ipaddr from 'ipaddr.js';

/** Thrown inside a connection attempt, so that a name which changes its address between check and call gains nothing. */
export class HostNotAllowed extends Error {
  readonly code = 'host_not_allowed';
}

/** Whether an address lies in the public internet: everything special (private, loopback, link-local, …) does not. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.process(address.replace(/^\[|\]$/g, '')).range() === 'unicast';
}

/**
 * Makes the agent for all calls to portals. Unless private hosts are allowed (self-hosted portals), it refuses to connect to
 * addresses outside the public internet, whatever name led there.
 */
export function makeSsrfAgent(options: { allowPrivateHosts: boolean; extraCa?: string | undefined }): https.Agent {
  const { allowPrivateHosts, extraCa } = options;
  // Made once: reading all authorities for each connection would hold up everything else for some 20 ms.
  const trust = extraCa && { secureContext: createSecureContext({ ca: authorities(extraCa) }) };
  const common = { keepAlive: true, maxSockets: 16, ...trust };
  if (allowPrivateHosts) return new https.Agent(common);
  const agent = new https.Agent({ ...common, lookup: guardedLookup as never });
  const connect = agent.createConnection.bind(agent);
  // A literal address is connected to without a lookup.
  agent.createConnection = (target, callback) => {
    const host = String((target as { host?: string }).host ?? '');
    if (!isIP(host) || isPublicAddress(host)) return connect(target, callback);
    // Through the callback, as any connection that fails: thrown, it would look as if something may have been sent.
    callback?.(new HostNotAllowed(`The address ${host} is not public`), undefined as never);
    return undefined as never;
  };
  return agent;
}

/** One more authority than everybody trusts. */
export function authorities(extraCa: string): string[] {
  return [...rootCertificates, extraCa];
}

function guardedLookup(
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, address?: string | LookupAddress[], family?: number) => void,
): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error);
    const hidden = addresses.find(({ address }) => !isPublicAddress(address));
    if (hidden || !addresses[0])
      return callback(new HostNotAllowed(`The host ${hostname} is not in the public internet`));
    if (options.all) return callback(null, addresses);
    callback(null, addresses[0].address, addresses[0].family);
  });
}
