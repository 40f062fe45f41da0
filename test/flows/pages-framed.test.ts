import { expect } from 'chai';
import type { SimulatedPortal } from '../portal/portal.ts';
import { installingIn } from '../support/installing.ts';
import { startNeighbour } from '../support/second-portal.ts';
import { startWorld, type World } from '../support/world.ts';

describe('a page that is loaded again', () => {
  let world: World;
  let driver: ReturnType<typeof installingIn>;
  let stranger: SimulatedPortal;

  before(async () => {
    world = await startWorld({ apps: true });
    driver = installingIn(world);
    await driver.install(await world.addTenant());
    stranger = await startNeighbour(world, 'stranger');
  });
  after(async () => {
    await stranger.stop();
    await world.stop();
  });

  it('may be framed by a portal that has the app, and by no other host that its address names', async () => {
    const { host } = world.portal;
    for (const path of ['/bitrix24/app', '/bitrix24/install', '/bitrix24/placements/CRM_DEAL_DETAIL_TAB']) {
      const policyFor = async (named: string) => {
        const answer = await world.call(null, 'GET', `${path}?DOMAIN=${named}`);
        expect(answer.status, `${path} ${named}`).to.equal(200);
        return answer.headers.get('content-security-policy')?.match(/frame-ancestors [^;]+$/)?.[0];
      };
      expect(await policyFor(host.toUpperCase())).to.equal(`frame-ancestors https://${host}`);
      for (const other of ['evil.example', stranger.host, `evil.${host}`])
        expect(await policyFor(other), other).to.equal("frame-ancestors 'none'");
    }
  });

  it('is a sentence, not the page, in a tab of a portal that does not have the app', async () => {
    const frame = driver.addApp(stranger).frame();
    const url = new URL(frame.url);
    url.pathname = '/bitrix24/placements/CRM_DEAL_DETAIL_TAB';
    const answer = await driver.post({ ...frame, url: url.href });
    expect(answer.status).to.equal(404);
    expect(answer.text).to.include('installation_unknown').and.not.include('<script');
  });
});
