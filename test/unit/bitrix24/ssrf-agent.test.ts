import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { isPublicAddress } from '../../../app/bitrix24/public-address.ts';
import { makeTransport } from '../../../app/bitrix24/sdk.ts';
import { authorities, makeSsrfAgent, trustAlso } from '../../../app/bitrix24/ssrf-agent.ts';
import { verifyWebhook } from '../../../app/bitrix24/verify-webhook.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { startPortal } from '../../portal/portal.ts';
import { hostList } from '../../support/host-list.ts';
import { openLimits } from '../../support/portal-client.ts';

const hidden = [
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '0.0.0.0',
  '100.64.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '2001:db8::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  '::ffff:169.254.169.254',
  '64:ff9b::7f00:1',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1::10.0.0.1',
  '64:ff9b:1:a00:0:100::',
  '64:ff9b:1:c0:0:a801:100::',
  '64:ff9b:1:ffff:a:0:100:0',
  '::8.8.8.8',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '2002:7f00:1::',
  '2002:808:808::1',
  '2001::1',
  'fec0::1',
  '[::1]',
];
const open = [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '11.0.0.1',
  '2606:4700:4700::1111',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::8.8.8.8',
  '64:ff9b:1:808:8:800::',
];

describe('isPublicAddress', () => {
  for (const address of hidden)
    it(`keeps away from ${address}`, () => expect(isPublicAddress(address)).to.equal(false));
  for (const address of open) it(`lets ${address} be called`, () => expect(isPublicAddress(address)).to.equal(true));
});

describe('makePortalAgent', () => {
  let server: Server;
  let port: number;
  let connections = 0;

  before(async () => {
    server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0);
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  after(() => server.close());
  beforeEach(() => {
    connections = 0;
  });

  const admit = async () => undefined;

  // A name is looked at when it is connected to, so that one which changes its address between check and call gains nothing.
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
    it(`connects to nothing at ${host}, and says why`, async () => {
      const agent = makeSsrfAgent({ allowPrivateHosts: false });
      const webhookUrl = `https://${host}:${port}/rest/1/abcd1234/`;
      const probed = await verifyWebhook(webhookUrl, { agent, admit }).catch((reason: unknown) => reason);
      expect(probed).to.include({ code: 'portal_host_not_allowed', status: 400 });
      const log = makeLog({ level: 'fatal', format: 'json' });
      const transport = makeTransport({
        access: { kind: 'webhook', url: webhookUrl, host: new URL(webhookUrl).host },
        agent,
        limits: openLimits(),
        log,
      });
      const sent = await transport
        .send('profile', {}, { calls: new Map(), timeoutMs: 2000 })
        .catch((reason: unknown) => reason);
      expect(sent).to.include({ code: 'portal_unreachable', uncertain: false });
      expect(connections).to.equal(0);
      agent.destroy();
    });
  }

  describe('with a list of private hosts', () => {
    const probe = async (host: string, list: string): Promise<unknown> => {
      const agent = makeSsrfAgent({ allowPrivateHosts: hostList(list) });
      const failure = await verifyWebhook(`https://${host}:${port}/rest/1/abcd1234/`, { agent, admit }).catch(
        (error) => error.code,
      );
      agent.destroy();
      return failure;
    };
    const cases: [host: string, list: string, isAllowed: boolean][] = [
      ['127.0.0.1', '127.0.0.0/8', true],
      ['127.0.0.1', '127.0.0.1', true],
      ['localhost', '127.0.0.0/8,::1', true],
      ['[::ffff:127.0.0.1]', '127.0.0.0/8', true],
      ['127.0.0.1', '10.0.0.0/8,b24.company.local', false],
      ['localhost', '*.local,10.0.0.0/8', false],
      ['[::1]', '127.0.0.0/8', false],
    ];
    for (const [host, list, isAllowed] of cases) {
      it(`${list}: ${host} is ${isAllowed ? 'called' : 'refused without a connection'}`, async () => {
        expect(await probe(host, list)).to.equal(isAllowed ? 'portal_unreachable' : 'portal_host_not_allowed');
        if (!isAllowed) expect(connections).to.equal(0);
      });
    }
  });

  it('connects to private addresses when the server’s administrator allows it', async () => {
    const agent = makeSsrfAgent({ allowPrivateHosts: true });
    const error = await verifyWebhook(`https://localhost:${port}/rest/1/abcd1234/`, { agent, admit }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.include({ code: 'portal_unreachable' });
    expect(connections).to.be.at.least(1);
    agent.destroy();
  });

  it('never switches the check of certificates off', () => {
    for (const allowPrivateHosts of [true, false]) {
      const { options } = makeSsrfAgent({ allowPrivateHosts, extra: trustAlso('another authority') });
      expect(options.rejectUnauthorized).not.to.equal(false);
    }
  });

  it('trusts one more authority besides those that everybody trusts', async () => {
    const portal = await startPortal();
    const trusting = makeSsrfAgent({ allowPrivateHosts: true, extra: trustAlso(portal.caPem) });
    const others = makeSsrfAgent({ allowPrivateHosts: true });
    try {
      const { url } = portal.addWebhook();
      expect(await verifyWebhook(url, { agent: trusting, admit })).to.include({ userId: 1 });
      const refused = await verifyWebhook(url, { agent: others, admit }).catch((reason: unknown) => reason);
      expect(refused).to.include({ code: 'portal_certificate' });
    } finally {
      trusting.destroy();
      others.destroy();
      await portal.stop();
    }
    expect(authorities('another authority')).to.have.length.greaterThan(50);
    expect(authorities('another authority')).to.include('another authority');
  });
});
