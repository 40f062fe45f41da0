import { expect } from 'chai';
import type { Frame } from 'playwright-core';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, shoot } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { makeFirstPreview } from '../support/setup-steps.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const menuItem = 'Axenta CRM';
const marketplace = { clientId: 'app.573ad8a0346747.09223434', clientSecret: 'b'.repeat(50) };

describe('an installation that does not go straight', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let portal: PortalBrowser;

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited, config: { marketplace } });
    tenant = await world.addTenant('ООО Ромашка');
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз 5490')`, [tenant.id]);
    app = installingIn(world).addApp(world.portal, { kind: 'market', ...marketplace, menuItem });
    portal = await openPortalBrowser(world.portal);
    portal.page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await portal.stop();
    await world.stop();
  });

  const step = (page: Frame, key: string) => page.getByTestId(`step-${key}`);
  const expectQuiet = () => expect(portal.problems.splice(0)).to.deep.equal([]);
  const placed = () => app.record.placements.map(({ placement }) => placement);

  it('shows which step failed and why, and does it again when asked', async () => {
    const mend = world.portal.faults.add({
      method: 'placement.bind',
      when: (params) => params.PLACEMENT === 'CRM_COMPANY_DETAIL_TAB',
      action: { kind: 'refuse', status: 400, error: 'ERROR_PLACEMENT', description: 'Место <b>занято</b>' },
    });
    const page = await portal.openApp(menuItem);
    await step(page, 'placements').getByText('Ошибка').waitFor();
    await step(page, 'placements')
      .getByRole('alert')
      .getByText(/Место занято\. Проверьте права приложения/)
      .waitFor();
    await step(page, 'events').getByText('Готово').waitFor();
    expect(placed()).not.to.include('CRM_COMPANY_DETAIL_TAB');
    await page.getByText('Синхронизация работает и без неудавшихся шагов').waitFor();
    await expectAccessible(page);
    await shoot(portal.page, 'install-failed-step');
    await portal.narrow(page, 360);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await shoot(portal.page, 'install-failed-step-360');
    await portal.page.setViewportSize({ width: 1440, height: 900 });
    mend();
    // The answer is kept back: a button that is at work keeps its name.
    let answer = () => undefined as unknown;
    const isAnswered = new Promise((resolve) => {
      answer = () => resolve(undefined);
    });
    await portal.page.route(/\/installation\/repeat$/, async (route) => {
      await isAnswered;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Повторить неудавшееся' }).click();
    await page.getByRole('button', { name: 'Повторить неудавшееся', disabled: true }).waitFor();
    await expectAccessible(page);
    await shoot(portal.page, 'install-repeating');
    answer();
    await step(page, 'placements').getByText('Готово').waitFor();
    expect(placed()).to.include('CRM_COMPANY_DETAIL_TAB');
    expectQuiet();
  });

  it('joins the portal to a company that exists already, by the code from its settings', async () => {
    const operator = await portal.page.context().newPage();
    await openApp(operator, { port: world.port, token: tenant.token, view: 'settings' });
    await operator.getByRole('button', { name: 'Получить код' }).click();
    const code = await operator.getByRole('status').locator('code').innerText();
    await operator.getByText(/Действует до/).waitFor();
    await expectAccessible(operator);
    await shoot(operator, 'link-code');

    const page = await portal.shownApp();
    await page.getByRole('link', { name: 'Компания' }).click();
    await page.getByTestId('company').getByText(world.portal.host).waitFor();
    await page.getByLabel('Код связи').fill('ABCDEFGHJK');
    await page.getByRole('button', { name: 'Связать' }).click();
    await page.getByTestId('notices').getByRole('alert').waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await shoot(portal.page, 'install-wrong-code');
    // The browser's own line about the refusal.
    expect(portal.problems.splice(0)).to.have.lengthOf(1);
    await page.getByLabel('Код связи').fill(` ${code.toLowerCase()} `);
    await page.getByLabel('Код связи').press('Enter');
    await page.getByTestId('notices').getByText('Портал связан с вашей компанией').waitFor();
    expect(await world.sql('select tenant_id from bitrix24_installations')).to.deep.equal([{ tenant_id: tenant.id }]);

    await page.getByTestId('company').getByText('ООО Ромашка').waitFor();
    await page.getByRole('link', { name: 'Права' }).click();
    await makeFirstPreview(page);
    await page.getByRole('button', { name: 'Начать синхронизацию' }).click();
    await portal.page.waitForURL(/install_finished=Y/);
    const own = await portal.shownApp();
    await own.getByRole('link', { name: 'Обзор' }).click();
    await own.getByTestId('count-objects').getByText('1', { exact: true }).waitFor();
    await eventually(() => world.portal.records('deal').list()[0]?.TITLE === 'Камаз 5490');
    expectQuiet();
  });
});
