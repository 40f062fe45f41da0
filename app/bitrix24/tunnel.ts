import http from 'node:http';
import https from 'node:https';
import { isIPv6, type Socket } from 'node:net';
import type { HostList } from '../lib/host-list.ts';

/** A proxy that opens tunnels by CONNECT, and the hosts that are reached without it. */
export interface TunnelProxy {
  /** `http:` or `https:`, with name and password where it asks for them. */
  url: URL;
  bypass: HostList | null;
}

/** The proxy answered and opened no way. Nothing was sent to the host behind it. */
export class ProxyRefused extends Error {
  readonly code = 'proxy_refused';
}

/** A tunnel stands within this time or not at all, in ms: a proxy that keeps silent holds no socket for longer. */
const openMs = 10_000;

/**
 * Opens a connection to a host through a proxy. Throws `ProxyRefused`, or why the proxy could not be reached. Written here because the
 * usual library waits for a silent proxy without an end, and hands its refusal on as if the portal had answered.
 */
export function openTunnel(
  { url }: TunnelProxy,
  { host, port, ca }: { host: string; port: number; ca: string[] | undefined },
): Promise<Socket> {
  const target = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request({
      ...{ method: 'CONNECT', path: target, agent: false as const },
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || (url.protocol === 'https:' ? 443 : 80),
      headers: { host: target, ...authorization(url) },
      ...(ca && { ca }),
    });
    const timer = setTimeout(() => request.destroy(new ProxyRefused(`no tunnel within ${openMs} ms`)), openMs);
    request.once('close', () => clearTimeout(timer));
    request.once('error', (error: NodeJS.ErrnoException) =>
      reject(error instanceof ProxyRefused ? error : new ProxyRefused(error.code ?? error.message)),
    );
    const refuse = (status: number | undefined) => {
      request.destroy();
      reject(new ProxyRefused(`HTTP ${status}`));
    };
    request.once('response', ({ statusCode }) => refuse(statusCode));
    request.once('connect', ({ statusCode }, socket: Socket) => {
      clearTimeout(timer);
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      refuse(statusCode);
    });
    request.end();
  });
}

function authorization({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
