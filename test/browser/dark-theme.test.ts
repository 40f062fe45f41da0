import { expect } from 'chai';
import type { Frame, Page } from 'playwright-core';
import { settingsTabs } from '../../public/src/composables/use-view.ts';
import { installingIn } from '../support/installing.ts';
import { addManyConflicts } from '../support/many-conflicts.ts';
import { addManyErrors } from '../support/many-errors.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, shoot, startPages } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { makeFirstPreview } from '../support/setup-steps.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const menuItem = 'Axenta CRM';
const wide = 1280;
const narrow = 360;

describe('the dark theme', () => {
  let world: World;
  let connected: Tenant;
  let crowded: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let portal: PortalBrowser;
  let page: Page;
  let runId: number;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ apps: true, ...unlimited }), startPages()]);
    connected = await world.addTenant('ООО Ромашка');
    crowded = await world.addTenant('ООО Ветер');
    await addManyConflicts(world, crowded);
    await addManyErrors(world, crowded);
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, client_inn, start_date, end_date) values ($1, '17/26', 'ООО Ветер', '7707083893', '2026-01-15', current_date + 10)`,
      [connected.id],
    );
    await world.sql(
      `insert into objects (tenant_id, name, imei, type, contract_id) select $1, 'Камаз ' || n, null, 'machinery', (select id from contracts where tenant_id = $1) from generate_series(1, 3) n`,
      [connected.id],
    );
    const driver = installingIn(world);
    const app = driver.addApp(world.portal, { menuItem, scopes: ['crm', 'placement', 'user', 'task'] });
    await driver.storeKeys(connected, app);
    portal = await openPortalBrowser(world.portal, {
      viewport: { width: 1440, height: 1060 },
      context: { colorScheme: 'dark' },
    });
    portal.page.setDefaultTimeout(15_000);
  });
  after(async () => {
    await portal?.stop();
    await pages?.close();
    await world?.stop();
  });

  const themeOf = (frame: Page | Frame) =>
    frame.evaluate(() => {
      const { classList } = document.documentElement;
      return ['light', 'dark'].filter((name) => classList.contains(name)).join(' and ');
    });
  const becomes = (frame: Page | Frame, theme: 'light' | 'dark') =>
    frame.locator(`html.${theme}`).waitFor({ state: 'attached' });
  const control = (frame: Page | Frame) => frame.getByRole('combobox', { name: 'Оформление' });
  async function choose(frame: Page | Frame, option: string): Promise<void> {
    await control(frame).click();
    await frame.getByRole('option', { name: option, exact: true }).click();
  }
  /** Both widths, in the dark. */
  async function expectFine(name: string): Promise<void> {
    for (const width of [wide, narrow]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await themeOf(page)).to.equal('dark');
      await shoot(page, `dark-${name}-${width}`);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    }
    await page.setViewportSize({ width: wide, height: 900 });
  }

  it('is chosen by the keyboard, stands before anything is painted, follows the device while asked to, and lasts for the visit where nothing may be kept', async () => {
    page = await pages.open();
    await openApp(page, { port: world.port, token: crowded.token });
    expect(await themeOf(page)).to.equal('light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await becomes(page, 'dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await becomes(page, 'light');
    await control(page).focus();
    await page.keyboard.press('Enter');
    const highlighted = page.locator('[role="option"][data-highlighted]');
    await highlighted.getByText('Как на устройстве').waitFor();
    await page.keyboard.press('ArrowUp');
    await highlighted.getByText('Тёмное').waitFor();
    await page.keyboard.press('Enter');
    await becomes(page, 'dark');
    await control(page).getByText('Тёмное').waitFor();

    const other = await page.context().newPage();
    // Neither styles nor the application have come: what is seen is the first paint.
    await other.route(/assets\//, () => undefined);
    await other.goto(`http://127.0.0.1:${world.port}/`, { waitUntil: 'commit' });
    await other.getByRole('progressbar').waitFor();
    expect(await themeOf(other)).to.equal('dark');
    expect(await other.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).to.equal('dark');
    await shoot(other, 'dark-first-paint');
    await choose(page, 'Светлое');
    await becomes(other, 'light');
    await other.close();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.reload();
    await page.getByRole('heading').first().waitFor();
    expect(await themeOf(page)).to.equal('light');
    pages.expectQuiet();

    page = await pages.open({ colorScheme: 'dark' });
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('Access is denied', 'SecurityError');
        },
      });
    });
    await openApp(page, { port: world.port, token: crowded.token });
    expect(await themeOf(page)).to.equal('dark');
    await choose(page, 'Светлое');
    await becomes(page, 'light');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await themeOf(page)).to.equal('light');
    await choose(page, 'Как на устройстве');
    await becomes(page, 'dark');
    pages.expectQuiet();
  });

  it('is never the default inside the portal; chosen there, it reaches the installation, the application and the tabs of cards', async () => {
    let frame = await portal.openApp(menuItem);
    await frame.getByTestId('step-fields').getByText('Готово').waitFor();
    expect(await themeOf(frame)).to.equal('light');
    await frame.evaluate(() => localStorage.setItem('axenta-theme', 'dark'));
    frame = await portal.openApp(menuItem);
    await frame.getByTestId('step-fields').getByText('Готово').waitFor();
    expect(await themeOf(frame)).to.equal('dark');
    await frame.getByRole('button', { name: 'Дальше', exact: true, disabled: false }).waitFor();
    await expectAccessible(frame);
    await shoot(portal.page, 'dark-install');
    await makeFirstPreview(frame);
    await expectAccessible(frame);
    await shoot(portal.page, 'dark-install-preview');
    await frame.getByRole('button', { name: 'Начать синхронизацию' }).click();
    await portal.page.waitForURL(/install_finished=Y/);
    frame = await portal.shownApp();
    await choose(frame, 'Светлое');
    await becomes(frame, 'light');
    await choose(frame, 'Тёмное');
    await becomes(frame, 'dark');
    await frame.getByRole('link', { name: 'Обзор', exact: true }).click();
    await frame.getByTestId('health-sentence').waitFor();
    await expectAccessible(frame);
    await shoot(portal.page, 'dark-app-in-portal');
    await world.settled();
    const linked = await world.sql<{ kind: 'deal' | 'company'; id: string }>(
      `select distinct on (bitrix24_type) bitrix24_type as kind, bitrix24_id as id from bitrix24_sync_mappings where tenant_id = $1 order by bitrix24_type`,
      [connected.id],
    );
    expect(linked.map(({ kind }) => kind)).to.have.members(['company', 'deal']);
    for (const { kind, id } of linked) {
      await portal.openCard(kind, id);
      const tab = await portal.openTab('Axenta');
      await tab.getByTestId('verdict').waitFor();
      expect(await themeOf(tab)).to.equal('dark');
      await expectAccessible(tab);
      await shoot(portal.page, `dark-tab-${kind}`);
      await portal.narrow(tab, narrow);
      await expectAccessible(tab);
      await shoot(portal.page, `dark-tab-${kind}-360`);
      await portal.page.setViewportSize({ width: 1440, height: 1060 });
    }
  });

  it('every page of a connected company can be read in it', async () => {
    const run = await world.call(connected.token, 'POST', '/api/integration/bitrix24/sync/to', {
      all: true,
      wait: true,
    });
    runId = run.body.data.run.id;
    page = await pages.open({ colorScheme: 'dark' });
    await openApp(page, { port: world.port, token: connected.token });
    for (const [view, seen] of [
      ['overview', '[data-testid="health-sentence"]'],
      ['records', 'main [role="row"], main tbody tr'],
      ['activity', '[data-testid="activity"]'],
      [`runs/${runId}`, 'main dd'],
      ['doctor', '[data-check="duplicates"]'],
      ...settingsTabs.map((tab) => [`settings/${tab}`, 'main button'] as const),
    ] as const) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `#/${view}`);
      // What was asked for before is not saved.
      if (view === 'settings/versions') {
        await page.getByRole('button', { name: 'Уйти без сохранения' }).waitFor();
        await expectAccessible(page);
        await page.getByRole('button', { name: 'Уйти без сохранения' }).click();
        await page.getByTestId('alert-form').waitFor({ state: 'detached' });
      }
      await page.locator(seen).first().waitFor();
      await page.waitForLoadState('networkidle');
      // What it would ask for is shown too.
      if (view === 'settings/alerts') {
        await page.getByRole('switch', { name: 'Сообщать о неполадках' }).click();
        await page.getByRole('switch', { name: 'Письмо' }).click();
        await page.getByRole('button', { name: 'Сохранить' }).click();
      }
      await expectFine(view.replace('/', '-'));
    }
    pages.expectQuiet();
  });

  it('conflicts, errors and the way to connect can be read in it', async () => {
    page = await pages.open({ colorScheme: 'dark' });
    await openApp(page, { port: world.port, token: crowded.token });
    const go = (view: string) =>
      page.evaluate((hash) => {
        location.hash = hash;
      }, `#/${view}`);
    await page.waitForLoadState('networkidle');
    await expectFine('overview-unconnected');
    for (const view of ['conflicts', 'errors', 'records']) {
      await go(view);
      await page
        .getByTestId('grid-found')
        .getByText(/^Найдено/)
        .waitFor();
      await page.waitForLoadState('networkidle');
      await expectFine(view);
      await page.getByTestId('grid').getByRole('row').nth(1).getByRole('button').first().click();
      await page.getByRole('dialog').waitFor();
      await page.waitForLoadState('networkidle');
      await expectAccessible(page);
      await shoot(page, `dark-${view}-details`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await go('conflicts');
    await page
      .getByRole('button', { name: /^Оставить значение CRM/ })
      .first()
      .click();
    await page.getByText('Оставлено значение CRM').first().waitFor();
    await page.getByTestId('grid').getByRole('checkbox').nth(3).click();
    await expectAccessible(page);
    await page
      .getByRole('button', { name: /^Действия/ })
      .nth(3)
      .click();
    await page.getByRole('menu').waitFor();
    await shoot(page, 'dark-conflicts-decided');
    await page.keyboard.press('Escape');
    await go('setup');
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    await page.waitForLoadState('networkidle');
    await expectFine('setup');
    pages.expectQuiet();
  });
});
