import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const settings = '/api/integration/bitrix24/settings';
const names = {
  connection: ['Подключение', 'Connection'],
  scope: ['Что синхронизировать', 'What to sync'],
  placement: ['Новые записи', 'New records'],
  fields: ['Поля', 'Fields'],
  matching: ['Сопоставление', 'Matching'],
  rules: ['Конфликты и удаления', 'Conflicts and deletions'],
  access: ['Доступ сотрудников', 'Access of employees'],
  alerts: ['Оповещения', 'Alerts'],
  versions: ['Версии', 'Versions'],
} as const;
const tabs = Object.keys(names) as (keyof typeof names)[];

describe('the tabs of the settings', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(unlimited), startPages()]);
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 3) n`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });
  beforeEach(() => world.call(tenant.token, 'PUT', settings, {}));

  const open = async (view: string, options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view });
  };
  const tabLink = (name: string) => page.getByTestId('settings-tabs').getByRole('link', { name, exact: true });
  const choose = async (list: string, option: string) => {
    await page.getByRole('combobox', { name: list }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  const save = () => page.getByRole('button', { name: 'Сохранить', exact: true });
  const stored = async () => (await world.call(tenant.token, 'GET', settings)).body.data;
  const headings = () => page.locator('main').locator('h2').first().waitFor();

  it('have each their address and their title, and are walked by the keyboard and the way back', async () => {
    await open('settings');
    await tabLink('Подключение').and(page.locator('[aria-current="page"]')).waitFor();
    for (const tab of tabs) {
      await tabLink(names[tab][0]).focus();
      await page.keyboard.press('Enter');
      await headings();
      await eventually(async () =>
        expect(await page.title()).to.equal(`${names[tab][0]} · Настройки · Axenta CRM и Битрикс24`),
      );
      expect(await page.evaluate(() => location.hash)).to.equal(`#/settings/${tab}`);
      expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).to.equal(names[tab][0]);
    }
    await page.goBack();
    await tabLink(names.alerts[0]).and(page.locator('[aria-current="page"]')).waitFor();
    pages.expectQuiet();
  });

  for (const [width, locale] of [
    [1280, 'ru-RU'],
    [360, 'ru-RU'],
    [1280, 'en-GB'],
    [360, 'en-GB'],
    [1920, 'ru-RU'],
  ] as const) {
    it(`fit ${width} px in ${locale}, and axe finds nothing`, async () => {
      await open('settings', { width, locale });
      for (const tab of tabs) {
        await tabLink(names[tab][locale === 'ru-RU' ? 0 : 1]).click();
        await headings();
        await page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
        // The portal's own names of fields are in its language.
        if (locale === 'en-GB' && tab !== 'fields') {
          const text = await page.locator('body').innerText();
          expect(text.replace('ООО Ромашка', '')).not.to.match(/[а-яё]/i);
        }
        await pages.shoot(page, `settings-${tab}-${width}-${locale.slice(0, 2)}`);
      }
      pages.expectQuiet();
    });
  }

  it('show where the keyboard is', async () => {
    await open('settings/rules');
    await page.getByTestId('rules-object').waitFor();
    await choose('Объекты: При конфликте оставлять', 'Спросить человека');
    await save().focus();
    await page.keyboard.press('Tab');
    const outline = () =>
      page.evaluate(() => {
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(document.activeElement as Element);
        return [document.activeElement?.textContent?.trim(), outlineStyle, outlineWidth, outlineColor];
      });
    await eventually(async () =>
      expect(await outline()).to.deep.equal(['Отменить изменения', 'solid', '2px', 'rgb(0, 110, 240)']),
    );
  });

  it('ask before a deletion may reach the other system, with how many records that are', async () => {
    await open('settings/rules');
    await choose('Объекты: Когда запись удалена в CRM', 'Удалить в Битрикс24');
    await save().click();
    const danger = page.getByTestId('danger');
    await danger
      .getByText('Удаление объекта в CRM удалит его сделку в Битрикс24. Связанных сделок сейчас: 3')
      .waitFor();
    expect((await stored()).on_local_delete.object).to.equal('keep');
    await expectAccessible(page);
    await pages.shoot(page, 'settings-danger');
    await danger.getByRole('button', { name: 'Отменить' }).click();
    await danger.waitFor({ state: 'detached' });
    expect((await stored()).on_local_delete.object).to.equal('keep');
    await save().click();
    await danger.getByRole('button', { name: 'Да, сохранить' }).click();
    await page.getByTestId('save-bar').getByText('Сохранено').waitFor();
    expect((await stored()).on_local_delete).to.deep.equal({ object: 'delete', user: 'keep', contract: 'keep' });
    await world.sql(`delete from objects where name = 'Камаз 3'`);
    await eventually(() => world.portal.records('deal').list().length === 2);
    pages.expectQuiet();
  });

  it('ask before unsaved changes are left, by another tab, another section or the way back', async () => {
    await open('settings/access');
    await tabLink('Конфликты и удаления').click();
    await choose('Объекты: При конфликте оставлять', 'Значение Битрикс24');
    const question = page.getByTestId('leave-question');

    await tabLink('Доступ сотрудников').click();
    await question.getByText('Если уйти со вкладки сейчас, они пропадут').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'settings-leave');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await page.getByTestId('rules-object').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).to.equal('Доступ сотрудников');

    await page.goBack();
    await question.getByRole('button', { name: 'Остаться' }).click();
    expect(await page.evaluate(() => location.hash)).to.equal('#/settings/rules');
    expect((await stored()).policies.object).to.equal('latest');

    await page.getByRole('link', { name: 'Записи', exact: true }).click();
    await question.getByRole('button', { name: 'Сохранить и перейти' }).click();
    await page.getByTestId('records').waitFor();
    expect((await stored()).policies.object).to.equal('bitrix24');

    await page.goBack();
    await choose('Объекты: При конфликте оставлять', 'Последнее изменение');
    await tabLink('Версии').click();
    await question.getByRole('button', { name: 'Уйти без сохранения' }).click();
    await page.getByTestId('version').first().waitFor();
    expect((await stored()).policies.object).to.equal('bitrix24');
    pages.expectQuiet();
  });

  it('ask before the page is closed over unsaved changes', async () => {
    await open('settings/rules');
    await choose('Объекты: При конфликте оставлять', 'Значение Битрикс24');
    let asked = '';
    page.on('dialog', (dialog) => {
      asked = dialog.type();
      void dialog.dismiss();
    });
    await page.close({ runBeforeUnload: true });
    await eventually(() => asked === 'beforeunload');
  });

  it('never overwrite what another administrator saved meanwhile: the person chooses', async () => {
    await open('settings/rules');
    await choose('Объекты: При конфликте оставлять', 'Значение Axenta CRM');
    await choose('Пользователи: При конфликте оставлять', 'Спросить человека');
    const theirs = { policies: { object: 'bitrix24' }, import_new: { contract: true } };
    await world.call(tenant.token, 'PATCH', settings, theirs);

    await save().click();
    const stale = page.getByTestId('stale-save');
    await stale.getByText('Настройки изменили, пока вы правили').waitFor();
    await stale.getByText(/^Сохранено: tester/).waitFor();
    await stale
      .getByText('Договоры: создавать в CRM новые записи Битрикс24: было «выключено», стало «включено»')
      .waitFor();
    await stale
      .getByText('Пользователи: при конфликте оставлять: было «последнее изменение», стало «спросить человека»')
      .waitFor();
    expect(await stale.getByRole('radio', { name: 'Сохранено: значение Битрикс24' }).isChecked()).to.equal(true);
    await expectAccessible(page);
    await pages.shoot(page, 'settings-stale');
    expect((await stored()).policies).to.deep.equal({ object: 'bitrix24', user: 'latest', contract: 'latest' });

    await stale.getByRole('radio', { name: 'Ваше: значение Axenta CRM' }).click();
    await save().click();
    await page.getByTestId('save-bar').getByText('Сохранено', { exact: true }).waitFor();
    const now = await stored();
    expect(now.policies).to.deep.equal({ object: 'crm', user: 'ask', contract: 'latest' });
    expect(now.import_new.contract).to.equal(true);
    await stale.waitFor({ state: 'detached' });
    pages.expectQuiet();
  });

  it('let theirs stand where both changed the same, when the person does not choose', async () => {
    await open('settings/rules', { width: 360, locale: 'en-GB' });
    await choose('Objects: On conflict, keep', 'The Axenta CRM value');
    await world.call(tenant.token, 'PATCH', settings, { policies: { object: 'bitrix24' } });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The settings were changed while you were editing').waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'settings-stale-360');
    expect(await page.getByRole('combobox', { name: 'Objects: On conflict, keep' }).innerText()).to.equal(
      'The Bitrix24 value',
    );
    expect((await stored()).policies.object).to.equal('bitrix24');
  });
});
