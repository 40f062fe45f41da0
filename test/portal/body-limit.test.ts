import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { type SimulatedPortal, startPortal } from './portal.ts';

describe("a web server's limit for bodies before the simulated portal", () => {
  let portal: SimulatedPortal;
  before(async () => {
    portal = await startPortal({ switches: { maxBodyBytes: 2000 } });
  });
  after(() => portal.stop());

  const create = (title: string) =>
    callHttps(`${portal.addWebhook().url}crm.item.add`, portal.caPem, {
      json: { entityTypeId: 2, fields: { title } },
    });

  it('answers a longer body with a page 413, before anything is executed or counted', async () => {
    const answer = await create('x'.repeat(2000));
    expect(answer.status).to.equal(413);
    expect(answer.headers['content-type']).to.include('text/html');
    expect(portal.records('deal').list()).to.deep.equal([]);
    expect(portal.limits.counts.requests).to.equal(0);
    expect(portal.journal.entries).to.deep.equal([]);
  });

  it('lets a shorter one pass, and any when there is no limit', async () => {
    expect((await create('x'.repeat(1800))).status).to.equal(200);
    portal.switches.maxBodyBytes = null;
    expect((await create('x'.repeat(200_000))).status).to.equal(200);
  });
});
