import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const views = {
  overview: 'Портал не подключён',
  records: 'Записей пока нет',
  conflicts: 'Конфликтов нет',
  errors: 'Ошибок нет',
  activity: 'Изменений ещё не было',
};

describe('long lists and empty ones', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ config: { role: 'web' } }), startPages()]);
    tenant = await world.addTenant();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (view: string, options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view });
  };

  for (const [view, sentence] of Object.entries(views)) {
    it(`an empty ${view} says so, and what comes next`, async () => {
      await open(view, { width: 360 });
      await page.locator('main').getByText(sentence).first().waitFor();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await pages.shoot(page, `empty-${view}-360`);
      pages.expectQuiet();
    });
  }

  it('records are leafed through by the keyboard, and a filter begins at its first page', async () => {
    await world.sql(
      `with made as (insert into objects (tenant_id, name) select $1, 'Камаз ' || lpad(n::text, 3, '0') from generate_series(1, 130) n returning id)
       insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, state)
       select $1, 'object', id, 'deal', id::text, case when id % 2 = 0 then 'orphaned' else 'linked' end from made`,
      [tenant.id],
    );
    await open('records');
    await page.getByText('Найдено: 130').waitFor();
    const first = (await page.getByRole('row').nth(1).getByRole('button').first().innerText()).trim();
    await expectAccessible(page);
    await pages.shoot(page, 'records-paged');
    const picker = page.getByTestId('page-picker');
    await picker.getByText('Страница 1 из 7').waitFor();
    await picker.getByRole('button', { name: 'Вперёд' }).focus();
    await page.keyboard.press('Enter');
    await picker.getByText('Страница 2 из 7').waitFor();
    await page.getByRole('button', { name: first, exact: true }).waitFor({ state: 'detached' });
    await picker.getByRole('button', { name: 'В конец' }).click();
    await picker.getByText('Страница 7 из 7').waitFor();
    expect(await picker.getByRole('button', { name: 'Вперёд' }).isDisabled()).to.equal(true);
    await page.getByRole('button', { name: /^Удалены в Битрикс24/ }).click();
    await page.getByText('Найдено: 65').waitFor();
    await picker.getByText('Страница 1 из 4').waitFor();
    pages.expectQuiet();
  });

  it('a section that does not come is asked for again by itself, then by a person, and opens in its place', async () => {
    await open('overview');
    let refused = 0;
    const refuse = (times: number) =>
      page.route(/assets\/(?:Records|Conflicts)View-/, (route) => {
        refused += 1;
        return refused <= times ? route.abort() : route.fallback();
      });
    await refuse(2);
    await page.getByRole('link', { name: 'Записи', exact: true }).click();
    await page.getByTestId('records').waitFor();
    expect(refused).to.equal(3);
    await page.unrouteAll();
    await refuse(100);
    await page.getByRole('link', { name: 'Конфликты' }).click();
    const failed = page.getByTestId('view-failed');
    await failed.getByText('Раздел не загрузился').waitFor({ timeout: 20_000 });
    await expectAccessible(page);
    await pages.shoot(page, 'section-failed');
    await page.unrouteAll();
    await failed.getByRole('button', { name: 'Повторить' }).click();
    await page.getByText('Конфликтов нет').waitFor();
  });

  it('a slow connection shows something within a second, long before the page is there', async () => {
    page = await pages.open();
    const session = await page.context().newCDPSession(page);
    const speed = { downloadThroughput: 50_000, uploadThroughput: 50_000, latency: 800 };
    await session.send('Network.emulateNetworkConditions', { offline: false, ...speed });
    const startedAt = performance.now();
    await page.goto(`http://127.0.0.1:${world.port}/#token=${tenant.token}`, { waitUntil: 'commit' });
    await page.getByRole('progressbar', { name: 'Axenta CRM' }).waitFor();
    expect(performance.now() - startedAt).to.be.below(1600);
    expect(await page.getByRole('navigation').count()).to.equal(0);
    await pages.shoot(page, 'slow-start');
  });
});
