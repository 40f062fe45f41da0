import { expect } from 'chai';
import type { Frame } from 'playwright-core';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const menuItem = 'Axenta CRM';
const secondAdministrator = 2;
const manager = 7;

describe('the pages while the connection does not work', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let portal: PortalBrowser;
  const deal = () => world.remoteOf(tenant, 'object', 1);
  const rename = (name: string) => world.sql('update objects set name = $1 where id = 1', [name]);
  const becomes = (state: string) =>
    eventually(async () => {
      const [installation] = await world.sql<{ state: string }>('select state from bitrix24_installations');
      expect(installation?.state).to.equal(state);
    });

  before(async () => {
    // The outage of the last story must last long enough to be looked at.
    world = await startWorld({ apps: true, ...unlimited, timings: { outageMs: 3_600_000 } });
    tenant = await world.addTenant();
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз 5490')`, [tenant.id]);
    const driver = installingIn(world);
    app = driver.addApp(world.portal, { menuItem });
    await driver.storeKeys(tenant, app);
    const { body } = await driver.post(app.frame()).then(() => driver.session(app.frame()));
    await driver.bound(body.data.token);
    app.finishInstall();
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
    portal = await openPortalBrowser(world.portal);
    portal.page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await portal.stop();
    await world.stop();
  });

  async function openTab(): Promise<Frame> {
    await portal.openCard('deal', (await deal()).ID);
    return portal.openTab('Axenta');
  }

  /** One banner, whatever else the page shows; it and the page around it please axe and fit. */
  async function expectBanner(page: Frame, ...texts: (string | RegExp)[]): Promise<void> {
    const banner = page.getByTestId('connection-banner');
    for (const text of texts) await banner.getByText(text).first().waitFor();
    expect(await banner.count()).to.equal(1);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }

  /** Presses "check" until the banner goes: the last check is remembered for some seconds. */
  const expectMended = (page: Frame) =>
    eventually(
      async () => {
        await page.getByRole('button', { name: 'Проверить сейчас' }).click();
        await page.getByTestId('connection-banner').waitFor({ state: 'detached', timeout: 1000 });
      },
      { timeoutMs: 15_000 },
    );

  it('a trial that has ended: the page opens for looking, one banner says what to do', async () => {
    world.portal.setPlan({ rest: false, refusal: 'PAYMENT_REQUIRED' });
    await rename('Правка без тарифа');
    await becomes('suspended');
    // Who somebody is is remembered for some seconds.
    const page = await eventually(async () => {
      const opened = await portal.openApp(menuItem);
      await opened.getByTestId('count-objects').getByText('1', { exact: true }).waitFor();
      expect(await opened.getByRole('button', { name: 'Запустить синхронизацию' }).count()).to.equal(0);
      return opened;
    });
    await expectBanner(page, 'Синхронизация остановлена', /Тариф портала не разрешает REST.*Продлите тариф/);
    await shoot(portal.page, 'trial-ended');
    const tab = await eventually(async () => {
      const opened = await openTab();
      const banner = opened.getByTestId('connection-banner');
      await banner.getByText('Сообщите администратору портала').first().waitFor({ timeout: 3000 });
      return opened;
    });
    await tab.getByTestId('facts').getByText('Правка без тарифа').waitFor();
    await expectBanner(tab, 'Синхронизация остановлена', 'Сообщите администратору портала');
    await tab.getByText('Показаны значения последней синхронизации', { exact: true }).waitFor();
    expect(await tab.getByText(/Тариф портала/).count()).to.equal(1);
    expect(await tab.getByRole('button', { name: 'Синхронизировать сейчас' }).count()).to.equal(0);
    await shoot(portal.page, 'trial-ended-tab');
  });

  it('and once it is paid: no banner, and what was changed meanwhile arrives by itself', async () => {
    world.portal.setPlan({ rest: true });
    const page = await portal.openApp(menuItem);
    await expectMended(page);
    await page.getByTestId('health-sentence').getByText('данные синхронизируются').waitFor();
    await page.getByRole('button', { name: 'Запустить синхронизацию' }).waitFor();
    await eventually(async () => expect((await deal()).TITLE).to.equal('Правка без тарифа'));
  });

  it('a manager is sent to an administrator, an administrator to what mends it', async () => {
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      portal_access: { employee: 'lists' },
    });
    await portal.login(manager);
    const page = await portal.openApp(menuItem);
    await page.getByTestId('health-sentence').getByText('данные синхронизируются').waitFor();
    app.restrict([manager, secondAdministrator]);
    await rename('Без прав');
    await becomes('suspended');
    const reopened = await portal.openApp(menuItem);
    await expectBanner(reopened, 'Синхронизация остановлена', 'Сообщите администратору портала');
    expect(await reopened.getByRole('link', { name: 'Открыть настройки' }).count()).to.equal(0);
    await expectBanner(await openTab(), 'Сообщите администратору портала');

    // Another administrator's visit brings a chain of tokens that works.
    await portal.login(secondAdministrator);
    const mended = await portal.openApp(menuItem);
    await expectMended(mended);
    await mended.getByTestId('health-sentence').getByText('данные синхронизируются').waitFor();
    await becomes('active');
    await eventually(async () => expect((await deal()).TITLE).to.equal('Без прав'));
  });

  it('a portal that is down: the tab keeps what it knows, and one banner says when it is asked again', async () => {
    await portal.page.clock.install();
    const tab = await openTab();
    await tab.getByTestId('facts').waitFor();
    world.portal.faults.add({ action: { kind: 'html', status: 502 } });
    await rename('Пока портал молчит');
    await eventually(async () => {
      const [connection] = await world.sql('select 1 from bitrix24_connections where paused_until > now()');
      return connection !== undefined;
    });
    await eventually(
      async () => {
        await portal.page.clock.fastForward(31_000);
        await tab.getByTestId('connection-banner').waitFor({ timeout: 1000 });
      },
      { timeoutMs: 15_000 },
    );
    await expectBanner(tab, 'Портал временно не отвечает');
    await tab.getByTestId('facts').waitFor();
    world.portal.faults.clear();
  });
});
