import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { addManyConflicts } from '../support/many-conflicts.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('the page of 400 conflicts', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ config: { role: 'web' } }), startPages()]);
    tenant = await world.addTenant();
    await addManyConflicts(world, tenant);
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (options: Parameters<typeof pages.open>[0] = {}, view = 'conflicts') => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view });
  };
  const found = (count: number) => page.getByTestId('grid-found').getByText(`Найдено: ${count}`).waitFor();
  const openCount = async () =>
    (await world.sql(`select count(*)::integer as count from sync_conflicts where state = 'open'`))[0]?.count;
  const choose = async (list: string, option: string) => {
    await page.getByRole('combobox', { name: list, exact: true }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };

  it('those that ask come first; both values stand side by side with the words that differ; filters live in the address', async () => {
    await open();
    await found(400);
    const row = page.getByTestId('grid').getByRole('row').nth(1);
    await row.getByText('Осталось здесь').first().waitFor();
    expect(await row.locator('mark').allInnerTexts()).to.include.members(['синяя', 'CRM']);
    await page.getByRole('button', { name: /^Ждут вашего решения 20$/ }).waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'conflicts');
    await choose('Поле', 'Описание');
    await found(100);
    await choose('Давность', 'Старше недели');
    await found(25);
    const hash = await page.evaluate(() => location.hash);
    expect(hash).to.equal('#/conflicts?field=description&age=week');
    await open({}, hash.slice(2));
    await found(25);
    pages.expectQuiet();
  });

  it('by the keyboard a decided row keeps its place, says what was decided, and is taken back', async () => {
    await open({}, 'conflicts?field=description');
    const rows = page.getByTestId('grid').getByRole('row');
    const keep = rows.nth(2).getByRole('button', { name: /^Оставить значение CRM/ });
    await keep.waitFor();
    const name = (await rows.nth(2).getByRole('button').first().innerText()).trim();
    await keep.focus();
    await page.keyboard.press('Enter');
    await rows.nth(2).getByText('Оставлено значение CRM').waitFor();
    await found(99);
    expect(await rows.nth(2).innerText()).to.include(name);
    await pages.shoot(page, 'conflict-decided');
    await rows.nth(2).getByRole('button', { name: 'Вернуть' }).click();
    await rows.nth(2).getByText('Решение отменено').waitFor();
    await found(100);
    await rows.nth(2).getByRole('button').first().click();
    const details = page.getByRole('dialog');
    await details.getByText('изменил сотрудник № 7').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'conflict-details');
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await page.waitForFunction((text) => document.activeElement?.textContent?.trim() === text, name);
    pages.expectQuiet();
  });

  it('all that are alike are decided at once, after a question with their number, and taken back', async () => {
    await open({}, 'conflicts?field=title&winner=bitrix24');
    await found(220);
    const row = page.getByTestId('grid').getByRole('row').nth(1);
    await row.getByRole('button', { name: /^Действия/ }).click();
    await page.getByRole('menuitem', { name: 'Решить все похожие: 220' }).click();
    const question = page.getByRole('alertdialog', { name: 'Решить 220 конфликтов?' });
    await question.getByText('Объект, поле «Название». Победил Битрикс24.').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'alertdialog');
    await expectAccessible(page);
    await pages.shoot(page, 'conflicts-alike');
    await question.getByRole('button', { name: 'Оставить значение Битрикс24' }).click();
    await page.getByTestId('conflict-note').getByText('Решено: 220').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'conflict-note');
    expect(await openCount()).to.equal(180);
    await page.getByTestId('conflict-note').getByRole('button', { name: 'Вернуть' }).click();
    await page.getByTestId('conflict-note').getByText('Отменено решений: 220').waitFor();
    expect(await openCount()).to.equal(400);
    pages.expectQuiet();
  });

  it('in English at 360 pixels: a row is a card with both values, and the selected ones are decided', async () => {
    await open({ width: 360, height: 740, locale: 'en-GB' }, 'conflicts?state=asked');
    await page.getByTestId('grid-found').getByText('Found: 20').waitFor();
    await page.getByTestId('grid').getByText('Kept here').first().waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'conflicts-360');
    await page.getByText('Select all on this page').click();
    await page.getByTestId('grid-bulk').getByRole('button', { name: 'Decide 20' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Keep the CRM value' }).click();
    await page.getByTestId('conflict-note').getByText('20 decided').waitFor();
    await expectNoSidewaysScroll(page);
    await pages.shoot(page, 'conflicts-decided-360');
    pages.expectQuiet();
  });
});
