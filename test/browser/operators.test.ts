import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, expectNoSidewaysScroll, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const hostile = `<img src=x onerror=alert(1)> [b]жирный[/b] "кавычки" & <script>alert(2)</script>`;

describe('the app page in a browser of its own', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(), startPages()]);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'POST', '/api/contracts', {
      number: '17/26',
      client_name: 'ООО Северный ветер',
      start_date: '2026-01-15',
      end_date: '2027-01-14',
    });
    for (const [index, name] of ['Камаз 5490', 'Газель Next', hostile].entries()) {
      const body = { name, imei: `35693803564380${index}`.slice(0, 15), type: 'Грузовик', contract_id: 1 };
      await world.call(tenant.token, 'POST', '/api/objects', { ...body, imei: null });
    }
    await world.call(tenant.token, 'POST', '/api/users', { name: 'Мария Петрова', email: 'maria@firma.example' });
    await world.settled();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  async function open(view = '', options: Parameters<typeof pages.open>[0] = {}): Promise<void> {
    page = await pages.open(options);
    await page.goto(`http://127.0.0.1:${world.port}/#token=${tenant.token}`);
    if (view) await page.evaluate((name) => void (location.hash = `#/${name}`), view);
  }

  it('shoots', async () => {
    await open();
    await page.getByTestId('health-sentence').waitFor();
    await page.getByTestId('chart').waitFor();
    await page.waitForTimeout(800);
    await pages.shoot(page, 'overview-1280');
    for (const view of ['records', 'conflicts', 'errors', 'settings']) {
      await page.getByRole('navigation').getByRole('link').nth(['overview', 'records', 'conflicts', 'errors', 'settings'].indexOf(view)).click();
      await page.waitForTimeout(900);
      await pages.shoot(page, `${view}-1280`);
    }
    await page.evaluate(() => void (location.hash = '#/records'));
    await page.getByRole('link', { name: 'Камаз' }).first().click();
    await page.getByTestId('fields').waitFor();
    await page.waitForTimeout(300);
    await pages.shoot(page, 'record-1280');
    pages.expectQuiet();
    await open('', { width: 360, height: 780 });
    await page.getByTestId('chart').waitFor();
    await page.waitForTimeout(800);
    await pages.shoot(page, 'overview-360');
    for (const view of ['records', 'settings', 'records/1']) {
      await page.evaluate((name) => void (location.hash = `#/${name}`), view);
      await page.waitForTimeout(900);
      await pages.shoot(page, `${view.replace('/', '-')}-360`);
      await expectNoSidewaysScroll(page);
    }
    await expectAccessible(page);
    pages.expectQuiet();
    expect(1).to.equal(1);
    void eventually;
  }).timeout(60000);
});
