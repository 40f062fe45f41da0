import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { mintToken } from '../../app/http/tokens.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('the page that looks at the connection', () => {
  let world: World;
  let tenant: Tenant;
  let app: ReturnType<ReturnType<typeof installingIn>['addApp']>;
  let pages: Awaited<ReturnType<typeof startPages>>;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ apps: true, ...unlimited }), startPages()]);
    tenant = await world.addTenant();
    const installing = installingIn(world);
    app = await installing.install(tenant);
    await installing.bound(tenant.token);
    await installing.quiet();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  async function open(options: Parameters<typeof pages.open>[0] = {}): Promise<Page> {
    const page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view: 'doctor' });
    await page.locator('[data-check="duplicates"]').waitFor();
    return page;
  }

  it('shows what is wrong first, and tabs that are gone are bound again by the keyboard, on a narrow screen', async () => {
    app.record.placements = [];
    const page = await open({ width: 360, height: 800 });
    expect(await page.title()).to.match(/^Диагностика · /);
    await page.getByRole('heading', { name: '2 пункта требуют внимания · 1 пункт не проверен' }).waitFor();
    const first = page.locator('[data-check]').first();
    expect(await first.getAttribute('data-check')).to.equal('placements');
    await first.getByText('Нет вкладок: CRM_DEAL_DETAIL_TAB').waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'doctor-360');

    await first.getByRole('button', { name: 'Подключить заново: Вкладки в карточках' }).focus();
    await page.keyboard.press('Enter');
    await first.getByText('Исправлено').waitFor();
    expect(await first.getAttribute('data-state')).to.equal('ok');
    expect(await first.evaluate((row) => row === document.activeElement)).to.equal(true);
    await page.getByRole('heading', { name: '1 пункт требует внимания · 1 пункт не проверен' }).waitFor();
    expect(app.record.placements).to.have.length(3);
    pages.expectQuiet();
  });

  it('is told in English on a wide screen, and looks again when it is asked', async () => {
    const page = await open({ width: 1280, locale: 'en-GB' });
    await page.getByRole('heading', { name: '1 point needs attention · 1 point was not checked' }).waitFor();
    const text = await page.getByTestId('doctor').innerText();
    expect(text.replace('Анна Серова', '')).not.to.match(/[а-яё]/i);
    await pages.shoot(page, 'doctor-1280');
    await expectAccessible(page);
    world.portal.faults.isDown = true;
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.locator('[data-check="rights"][data-state="unknown"]').waitFor();
    expect(await page.getByRole('button', { name: /Bind again/ }).count()).to.equal(0);
    await pages.shoot(page, 'doctor-down-1280');
    world.portal.faults.clear();
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.locator('[data-check="rights"][data-state="ok"]').waitFor();
    pages.expectQuiet();
  });

  it('is not offered to people who are no administrators', async () => {
    const page = await pages.open();
    const secret = world.config.jwtSecret ?? '';
    const token = mintToken(secret, { tenantId: tenant.id, role: 'viewer', subject: 'v' }, 1);
    await openApp(page, { port: world.port, token });
    await page.getByRole('link', { name: 'Настройки' }).waitFor();
    expect(await page.getByRole('link', { name: 'Диагностика' }).count()).to.equal(0);
  });
});
