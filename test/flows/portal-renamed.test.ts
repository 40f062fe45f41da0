import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type SimulatedPortal, startPortal } from '../portal/portal.ts';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const certificateFolder = mkdtempSync(path.join(os.tmpdir(), 'portals-'));

describe('a portal that was renamed, connected by a webhook', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  beforeEach(async () => {
    world = await startWorld({ ...unlimited, portal: { ...unlimited.portal, certificateFolder } });
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await world.settled();
  });
  afterEach(() => world.stop());

  const rename = (name: string) => world.sql('update objects set name = $1', [name]);
  const host = async () => (await world.sql('select portal_host from bitrix24_connections'))[0]?.portal_host;

  it('is followed to its new address, which is stored, and the request is repeated there', async () => {
    const former = world.portal.host;
    await world.portal.rename();
    await rename('Газель');
    await world.settled();
    expect(world.portal.host).to.not.equal(former);
    expect(await host()).to.equal(world.portal.host);
    expect(
      world.portal
        .records('deal')
        .list()
        .map(({ TITLE }) => TITLE),
    ).to.deep.equal(['Газель']);
    expect(await failures.openErrors()).to.deep.equal([]);
    expect(await failures.openFaults()).to.deep.equal([]);
    expect(await failures.health()).to.include({ status: 'healthy' });
  });

  describe('whose redirect leads elsewhere', () => {
    let stranger: SimulatedPortal;
    before(async () => {
      stranger = await startPortal({ certificateFolder });
    });
    after(() => stranger.stop());

    for (const knowsWebhook of [false, true]) {
      it(`is not followed, ${knowsWebhook ? 'though the webhook works there' : 'where the webhook is unknown'}: nothing is written there`, async () => {
        const former = await host();
        const secret = new URL(tenant.webhookUrl).pathname.split('/')[3];
        if (knowsWebhook) stranger.addWebhook({ secret });
        world.portal.faults.add({ action: { kind: 'redirect', host: stranger.host }, times: 100 });
        await rename('Газель');
        await failures.faultOpened('connection', '');
        expect(await host()).to.equal(former);
        expect(stranger.journal.calls({ write: true })).to.deep.equal([]);
        expect(JSON.stringify(stranger.journal.entries)).to.not.include('Газель');
        await eventually(async () => expect(await failures.openErrors()).to.have.length(1));
      });
    }
  });
});
