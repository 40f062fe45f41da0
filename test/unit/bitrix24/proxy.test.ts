import { expect } from 'chai';
import { makeAgents } from '../../../app/bitrix24/agents.ts';
import { makeOAuth } from '../../../app/bitrix24/oauth.ts';
import { makeTransport } from '../../../app/bitrix24/sdk.ts';
import type { AllowedHosts } from '../../../app/bitrix24/ssrf-agent.ts';
import { verifyWebhook } from '../../../app/bitrix24/verify-webhook.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { type OAuthServer, startOAuthServer } from '../../portal/oauth-server.ts';
import { type SimulatedPortal, startPortal } from '../../portal/portal.ts';
import { startConnectProxy } from '../../support/connect-proxy.ts';
import { hostList } from '../../support/host-list.ts';
import { openLimits } from '../../support/portal-client.ts';

describe('calls to Bitrix24 through a proxy', () => {
  let oauth: OAuthServer;
  let portal: SimulatedPortal;
  let stops: (() => unknown)[] = [];

  before(async () => {
    oauth = await startOAuthServer();
    portal = await startPortal({ oauth });
  });
  after(async () => {
    await portal.stop();
    await oauth.stop();
  });
  afterEach(async () => {
    for (const stop of stops.reverse()) await stop();
    stops = [];
  });

  async function reach(
    options: { bypass?: string; allowed?: AllowedHosts; credentials?: string; given?: string } = {},
  ) {
    const proxy = await startConnectProxy(options.credentials ? { credentials: options.credentials } : {});
    const url = options.given ? new URL(proxy.url.href.replace(options.credentials ?? '', options.given)) : proxy.url;
    const bypass = options.bypass ? hostList(options.bypass, { forProxy: true }) : null;
    const agents = makeAgents({
      allowPrivateHosts: options.allowed ?? true,
      extraCa: portal.caPem,
      proxy: { url, bypass },
    });
    stops.push(proxy.stop, () => Object.values(agents).forEach((agent) => void agent.destroy()));
    const webhook = portal.addWebhook();
    const log = makeLog({ level: 'fatal', format: 'json' });
    const access = { kind: 'webhook', url: webhook.url, host: portal.host } as const;
    const transport = makeTransport({ access, agent: agents.portals, limits: openLimits(), log });
    return {
      proxy,
      url: webhook.url,
      probe: (address: string) =>
        verifyWebhook(address, { agent: agents.portals, admit: async () => undefined }).catch(
          (error: unknown) => error,
        ),
      send: () => transport.send('profile', {}, { calls: new Map(), timeoutMs: 1000 }).catch((error: unknown) => error),
      appInfo: () => makeOAuth({ urls: [oauth.origin], agents }).appInfo('unknown-token'),
    };
  }

  it('portals, probes and the authorization server are reached by tunnels, and keep them', async () => {
    const { proxy, url, probe, send, appInfo } = await reach();
    expect(await probe(url)).to.include({ host: portal.host });
    expect(await send()).to.have.property('result');
    expect(await appInfo()).to.equal(null);
    expect(proxy.targets).to.deep.equal([portal.host, oauth.host]);
  });

  it('what NO_PROXY names is called directly', async () => {
    const { proxy, send, appInfo } = await reach({ bypass: `127.0.0.0/8` });
    expect(await send()).to.have.property('result');
    expect(await appInfo()).to.equal(null);
    expect(proxy.targets).to.deep.equal([]);
  });

  it('the environment of the process adds no second proxy', async () => {
    const kept = { ...process.env };
    Object.assign(process.env, { HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' });
    try {
      const { proxy, send, appInfo } = await reach();
      expect(await send()).to.have.property('result');
      expect(await appInfo()).to.equal(null);
      expect(proxy.targets).to.have.length(2);
    } finally {
      for (const name of ['HTTPS_PROXY', 'https_proxy']) {
        if (kept[name] === undefined) delete process.env[name];
        else process.env[name] = kept[name];
      }
    }
  });

  it('name and password are shown to the proxy', async () => {
    const { send } = await reach({ credentials: 'name:word' });
    expect(await send()).to.have.property('result');
  });

  it('a refusal of the proxy is no answer of the portal: nothing was sent', async () => {
    const { send } = await reach({ credentials: 'name:word', given: 'name:wrong' });
    const error = await send();
    expect(error).to.include({ code: 'portal_unreachable', kind: 'network', uncertain: false });
    expect(String(error)).to.include('the proxy opened no connection').and.include('407').and.not.include('wrong');
  });

  it('a proxy that keeps silent ends the wait, and nothing was sent', async () => {
    const { proxy, send } = await reach();
    proxy.keepSilent();
    expect(await send()).to.include({ code: 'portal_unreachable', uncertain: false });
  });

  for (const host of ['127.0.0.1', 'localhost', '[::1]', '10.0.0.1', '[64:ff9b::10.0.0.1]', '2130706433']) {
    it(`no tunnel is asked for to ${host}, which is not public`, async () => {
      const { proxy, probe } = await reach({ allowed: false });
      expect(await probe(`https://${host}:1/rest/1/abcd1234/`)).to.include({ code: 'portal_host_not_allowed' });
      expect(proxy.targets).to.deep.equal([]);
    });
  }

  it('a name that only the proxy knows is left to it', async () => {
    const { proxy, probe } = await reach({ allowed: false });
    proxy.name('portal.invalid', '127.0.0.1');
    await probe(`https://portal.invalid:${new URL(portal.origin).port}/rest/1/abcd1234/`);
    expect(proxy.targets).to.deep.equal([`portal.invalid:${new URL(portal.origin).port}`]);
  });
});
