import { createHmac } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { Message } from '../../../app/alerts/messages.ts';
import { postSigned } from '../../../app/alerts/webhook.ts';
import { makeSsrfAgent, trustAlso } from '../../../app/bitrix24/ssrf-agent.ts';
import { type Certificates, makeCertificates } from '../../portal/certificates.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';

const message: Message = {
  ...{ event: 'begin', cause: 'lag', subject: 'Тема', text: 'Текст', link: null, at: '2026-11-26T12:00:00.000Z' },
  ...{ company: { id: 7, name: 'ООО Ромашка' }, alerts: [] },
};
const at = new Date('2026-11-26T12:00:00.500Z');

describe('an outgoing webhook', () => {
  let certificates: Certificates;
  let receiver: Receiver;

  before(async () => {
    certificates = await makeCertificates(mkdtempSync(path.join(os.tmpdir(), 'portal-')));
    receiver = await startReceiver(certificates);
  });
  after(() => receiver.stop());
  beforeEach(() => {
    receiver.clear();
    receiver.behaviour.status = 200;
  });

  const agent = (allowPrivateHosts: boolean) =>
    makeSsrfAgent({ allowPrivateHosts, extra: trustAlso(certificates.caPem), maxSockets: 2 });
  const post = (allowPrivateHosts = true, url = `${receiver.url}/hook`) =>
    postSigned(agent(allowPrivateHosts), { url, secret: 'a secret', key: 'k-1', message, at });

  it('is signed over its timestamp and its body, byte by byte', async () => {
    expect(await post()).to.deep.include({ ok: true });
    const [got] = receiver.received;
    const expected = createHmac('sha256', 'a secret').update(`1795694400.${got?.text}`).digest('hex');
    expect(got?.headers).to.include({
      'x-axenta-timestamp': '1795694400',
      'x-axenta-signature': `v1=${expected}`,
      'x-axenta-delivery': 'k-1',
      'x-axenta-event': 'alert.begin',
      'content-type': 'application/json',
    });
    const { event: _event, ...rest } = message;
    expect(JSON.parse(got?.text ?? '')).to.deep.equal({ id: 'k-1', event: 'alert.begin', ...rest });
  });

  it('is sent to no private address, whatever name leads there', async () => {
    const { port } = new URL(receiver.url);
    for (const url of [receiver.url, `https://localhost:${port}/`, 'https://10.0.0.1/', 'https://[::1]/']) {
      const outcome = await post(false, url);
      expect(outcome, url).to.include({ ok: false, code: 'host_not_allowed', isFinal: true });
    }
    expect(receiver.received).to.deep.equal([]);
  });

  for (const [status, isFinal] of [
    [302, false],
    [404, false],
    [410, true],
    [500, false],
  ] as const) {
    it(`is ${isFinal ? 'given up' : 'tried again'} after an answer of ${status}`, async () => {
      receiver.behaviour.status = status;
      expect(await post()).to.include({ ok: false, code: `http_${status}`, isFinal });
    });
  }

  it('is tried again where no server answers', async () => {
    expect(await post(true, 'https://127.0.0.1:1/')).to.include({
      ...{ ok: false, code: 'receiver_unreachable', isFinal: false },
    });
  });
});
