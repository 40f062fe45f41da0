import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { makeCallerAddress } from '../../../app/http/caller-address.ts';
import { loadConfig } from '../../../config/config.ts';

/** The key of a request that came from `socket`, as a server with this TRUST_PROXY counts it. */
function keyOf(trust: string, socket: string | undefined, forwarded?: string): string {
  const env = { TRUST_PROXY: trust, JWT_SECRET: 'x'.repeat(32), ENCRYPTION_KEYS: `a:${'A'.repeat(43)}=` };
  const request = {
    socket: { remoteAddress: socket },
    headers: { ...(forwarded && { 'x-forwarded-for': forwarded }) },
  };
  return makeCallerAddress(loadConfig(env).trustedProxies)(request as unknown as IncomingMessage);
}

describe('the address under which a caller is counted', () => {
  const cases: [
    title: string,
    trust: string,
    socket: string | undefined,
    forwarded: string | undefined,
    key: string,
  ][] = [
    ['is that of the connection', '0', '203.0.113.7', undefined, '203.0.113.7'],
    ['is not what a stranger writes into X-Forwarded-For', '0', '203.0.113.7', '1.2.3.4', '203.0.113.7'],
    ['is what the one trusted proxy wrote', '1', '10.0.0.1', '198.51.100.9', '198.51.100.9'],
    ['is not what a stranger wrote before the proxy did', '1', '10.0.0.1', '1.2.3.4, 198.51.100.9', '198.51.100.9'],
    ['is found behind two proxies', '2', '10.0.0.1', '1.2.3.4, 198.51.100.9, 10.0.0.2', '198.51.100.9'],
    ['is the proxy when it wrote nothing', '2', '10.0.0.1', undefined, '10.0.0.1'],
    [
      'is found behind proxies of a network',
      '10.0.0.0/8',
      '10.0.0.1',
      '1.2.3.4, 198.51.100.9, 10.9.9.9',
      '198.51.100.9',
    ],
    ['is not found behind what is no proxy', '10.0.0.0/8', '203.0.113.7', '198.51.100.9', '203.0.113.7'],
    ['is found behind a single address that is trusted', '10.0.0.1,::1', '::1', '198.51.100.9', '198.51.100.9'],
    ['is IPv4 also inside IPv6', '0', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    [
      'is found behind a proxy that is IPv4 inside IPv6',
      '10.0.0.0/8',
      '::ffff:10.0.0.1',
      '198.51.100.9',
      '198.51.100.9',
    ],
    ['is the /64 of IPv6', '0', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['is the same for the whole /64', '0', '2001:db8:1:2:ffff::1', undefined, '2001:db8:1:2::/64'],
    ['is read with a port', '1', '10.0.0.1', '198.51.100.9:4711', '198.51.100.9'],
    ['is read in brackets', '1', '10.0.0.1', '[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['is unknown when nothing is known', '0', undefined, undefined, 'unknown'],
    ['is unknown when the proxy writes nonsense', '1', '10.0.0.1', '<script>', 'unknown'],
  ];
  for (const [title, trust, socket, forwarded, key] of cases) {
    it(title, () => expect(keyOf(trust, socket, forwarded)).to.equal(key));
  }
});
