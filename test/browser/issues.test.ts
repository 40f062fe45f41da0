import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { addManyErrors } from '../support/many-errors.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('the page of 500 errors', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ config: { role: 'web' } }), startPages()]);
    tenant = await world.addTenant();
    await addManyErrors(world, tenant);
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (options: Parameters<typeof pages.open>[0] = {}, view = 'errors') => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view });
  };
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  const hash = () => page.evaluate(() => location.hash);

  it('causes on the left narrow the list on the right; all of it stands in the address', async () => {
    await open();
    const found = (count: number) => page.getByTestId('grid-found').getByText(`Найдено: ${count}`).waitFor();
    await found(450);
    expect(await page.getByTestId('causes').getByRole('button').count()).to.equal(13);
    await expectAccessible(page);
    await pages.shoot(page, 'issues');
    await page
      .getByTestId('causes')
      .getByRole('button', { name: /заполнено неверно/ })
      .click();
    await page.getByTestId('grid').getByText('Телефон: +7 900').first().waitFor();
    expect(await hash()).to.match(/^#\/errors\?cause=[0-9a-f]{12}$/);
    await page.getByRole('searchbox').fill('Камаз 007');
    await found(1);
    await open({}, (await hash()).slice(2));
    await found(1);
    expect(await page.getByRole('searchbox').inputValue()).to.equal('Камаз 007');
    await page.getByRole('button', { name: 'Сбросить фильтр' }).click();
    await found(450);
    expect(await hash()).to.equal('#/errors');
    pages.expectQuiet();
  });

  it('by the keyboard: a row opens over the list, Escape gives the focus back, the next page begins at its top', async () => {
    await open();
    const first = page.getByTestId('grid').getByRole('row').nth(1).getByRole('button').first();
    await first.waitFor();
    const name = (await first.innerText()).trim();
    await first.focus();
    await page.keyboard.press('Enter');
    const details = page.getByRole('dialog', { name });
    await details.getByText('Впервые').waitFor();
    expect(await hash()).to.match(/error=\d+/);
    await expectAccessible(page);
    await pages.shoot(page, 'issue-details');
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await page.waitForFunction((text) => document.activeElement?.textContent?.trim() === text, name);
    // A slow answer: rows of the first page never stand under the number of the second.
    await page.route(/errors\?.*page=2/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue();
    });
    const next = page.getByTestId('page-picker').getByRole('button', { name: 'Вперёд' });
    await next.focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('page-picker').getByText('Страница 2 из').waitFor();
    expect(await page.getByRole('button', { name, exact: true }).count()).to.equal(0);
    expect(await page.getByTestId('grid-found').innerText()).to.equal('Загружаем список…');
    await page.getByTestId('grid-found').getByText('Найдено: 450').waitFor();
    expect(await focused()).to.equal('Найдено: 450');
    expect(await page.evaluate(() => scrollY)).to.be.lessThan(500);
    pages.expectQuiet();
  });

  it('what is closed keeps its place, says so, and is taken back; the closed ones are named with who and when', async () => {
    await open();
    const row = page.getByTestId('grid').getByRole('row').nth(2);
    await row.waitFor();
    const name = (await row.getByRole('button').first().innerText()).trim();
    await row.getByRole('button', { name: /^Действия/ }).click();
    await page.getByRole('menuitem', { name: 'Закрыть' }).click();
    await row.getByText('Закрыта').waitFor();
    expect((await row.innerText()).includes(name)).to.equal(true);
    await page.getByTestId('grid-found').getByText('Найдено: 449').waitFor();
    await pages.shoot(page, 'issue-closed');
    await row.getByRole('button', { name: 'Вернуть' }).click();
    await row.getByText('Снова открыта').waitFor();
    await page.getByTestId('grid-found').getByText('Найдено: 450').waitFor();
    await row.getByRole('checkbox').click();
    await page.getByTestId('grid').getByRole('row').nth(3).getByRole('checkbox').click();
    const bulk = page.getByTestId('grid-bulk');
    await bulk.getByText('Выбрано: 2').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'issues-selected');
    await bulk.getByRole('button', { name: 'Закрыть' }).click();
    await page.getByTestId('issue-note').getByText('Закрыто: 2').waitFor();
    const focusedPart = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    await eventually(async () => expect(await focusedPart()).to.equal('issue-note'));
    await page.getByRole('button', { name: /^Закрытые/ }).click();
    await page.getByTestId('grid-found').getByText('Найдено: 2').waitFor();
    await pages.shoot(page, 'issues-closed');
    pages.expectQuiet();
  });

  it('is downloaded as the filter shows it', async () => {
    await open();
    await page.getByRole('searchbox').fill('Камаз 01');
    await page
      .getByTestId('grid-found')
      .getByText(/Найдено: \d$/)
      .waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Скачать CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).to.equal('axenta-errors.csv');
    pages.expectQuiet();
  });

  it('in English at 360 pixels: a row is a card that can be read', async () => {
    await open({ width: 360, height: 740, locale: 'en-GB' });
    await page
      .getByTestId('grid-found')
      .getByText(/Found: \d+/)
      .waitFor();
    const name = page
      .getByTestId('grid')
      .getByRole('button', { name: /^Камаз \d+$/ })
      .first();
    expect((await name.locator('..').boundingBox())?.width).to.be.greaterThan(180);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'issues-360');
    await name.click();
    await page.getByRole('dialog').getByText('First seen').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'issue-details-360');
    pages.expectQuiet();
  });
});
