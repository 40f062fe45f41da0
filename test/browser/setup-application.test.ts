import { expect } from 'chai';
import type { Frame, Page } from 'playwright-core';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, shoot, startPages } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const menuItem = 'Axenta CRM';

describe('a person who connects a portal by an application of the company’s own', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let pages: Awaited<ReturnType<typeof startPages>>;
  /** The CRM's side, without a portal around. */
  let operator: Page;
  let portal: PortalBrowser;
  let frame: Frame;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ apps: true, ...unlimited }), startPages()]);
    tenant = await world.addTenant('Romashka Ltd');
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Truck ' || n from generate_series(1, 3) n`, [
      tenant.id,
    ]);
    portal = await openPortalBrowser(world.portal, { lang: 'en', viewport: { width: 1520, height: 1000 } });
    portal.page.setDefaultTimeout(10_000);
    operator = await pages.open({ locale: 'en-GB' });
  });
  after(async () => {
    await portal.stop();
    await pages.close();
    await world.stop();
  });

  const deals = () => world.portal.records('deal').list();
  const heading = (page: Page | Frame, name: string) => page.getByRole('heading', { level: 2, name });
  /** Wide and at 360 pixels: no scrolling sideways, nothing that axe minds, and a picture of each. */
  async function look(name: string): Promise<void> {
    const wide = portal.page.viewportSize() ?? { width: 0, height: 0 };
    await expectAccessible(frame);
    await shoot(portal.page, `setup-frame-${name}`);
    await portal.narrow(frame, 360);
    await expectNoSidewaysScroll(frame);
    await expectAccessible(frame);
    await shoot(portal.page, `setup-frame-${name}-360`);
    await portal.page.setViewportSize(wide);
  }

  it('copies the addresses from the CRM into the portal’s form', async () => {
    await openApp(operator, { port: world.port, token: tenant.token });
    const way = operator.getByTestId('way-application');
    const codes = way.locator('code');
    const [handlerUrl, installUrl] = [await codes.nth(0).innerText(), await codes.nth(1).innerText()];
    app = world.portal.apps.add({ kind: 'local', handlerUrl, installUrl, menuItem, scopes: ['crm', 'placement'] });
    expect(app.isInstalled).to.equal(false);
  });

  it('is told in the portal what is left to do, and sees no failure', async () => {
    await portal.go('/deal');
    frame = await portal.openApp(menuItem);
    await frame.getByRole('heading', { name: 'One thing left: link the application with Axenta CRM' }).waitFor();
    await frame.getByText('We look every few seconds: the page goes on by itself').waitFor();
    expect(await frame.getByRole('alert').count()).to.equal(0);
    expect(await frame.getByRole('link').getAttribute('href')).to.include('/#/setup/connect');
    await look('waiting');
  });

  it('pastes the keys in the CRM, and both pages go on by themselves', async () => {
    const form = operator.getByTestId('application-form');
    await form.getByLabel('Application id (client_id)').fill(app.clientId);
    await form.getByLabel('Application key (client_secret)').fill(app.clientSecret);
    await form.getByRole('button', { name: 'Save the keys' }).click();
    await heading(operator, 'Permissions').waitFor();
    await heading(frame, 'Permissions').waitFor({ timeout: 15_000 });
    pages.expectQuiet();
  });

  it('goes through the steps in the portal with the keyboard alone', async () => {
    const right = frame.getByTestId('right-user_brief');
    await right.getByText('no responsible person can be chosen').waitFor();
    await right.getByText('press "Reinstall"').waitFor();
    for (const step of ['events', 'offline', 'placements', 'fields']) {
      await frame.getByTestId(`step-${step}`).getByText('Done').waitFor();
    }
    await look('rights');
    const goOn = async (title: string) => {
      const button = frame.getByRole('button', { name: 'Next', exact: true }).filter({ visible: true });
      await button.focus();
      await portal.page.keyboard.press('Enter');
      await heading(frame, title).waitFor();
      await eventually(async () => (await frame.evaluate(() => document.activeElement?.tagName)) === 'H2');
    };
    await goOn('Company');
    await frame.getByTestId('company').getByText('Romashka Ltd').waitFor();
    await look('company');
    await goOn('What and where');
    await frame.getByText('3 of 3 fit in the CRM').waitFor();
    await frame.getByTestId('no-people').getByText('no responsible person can be chosen').waitFor();
    await look('choice');
    await goOn('Preview');
    await frame.getByRole('switch', { name: 'Without robots' }).waitFor();
    await portal.page.keyboard.press('Tab');
    expect(await frame.evaluate(() => document.activeElement?.getAttribute('role'))).to.equal('switch');
    await portal.page.keyboard.press('Tab');
    const outline = await frame.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
    expect(outline).to.equal('solid');
    await portal.page.keyboard.press('Enter');
    await frame.getByTestId('preview-kind-object').getByTestId('preview-create').getByText('3').waitFor();
    await look('preview');
    expect(deals()).to.deep.equal([]);
  });

  it('starts the load, which ends the installation, and opens the first deal in the portal’s slider', async () => {
    const mend = world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 5000 } });
    await frame.getByRole('button', { name: 'Start synchronising' }).click();
    await portal.page.waitForURL(/install_finished=Y/);
    expect(app.isInstalled).to.equal(true);
    frame = await portal.shownApp();
    await heading(frame, 'First load').waitFor();
    await frame.getByTestId('first-load').getByText('You may close this page').waitFor();
    mend();
    await world.settled();
    expect(deals().map(({ TITLE }) => TITLE)).to.have.members(['Truck 1', 'Truck 2', 'Truck 3']);
    await frame.getByTestId('outcome').getByText('Created 3').waitFor();
    await look('progress');
    await frame.getByTestId('open-first').click();
    await eventually(async () => {
      const [asked] = await portal.messages('openPath');
      expect(String(asked?.params?.path)).to.match(/crm\/deal\/details\/\d+\//);
    });
    expect(portal.problems.filter((line) => !line.startsWith('Failed to load resource'))).to.deep.equal([]);
  });
});
