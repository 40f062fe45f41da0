import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const settings = '/api/integration/bitrix24/settings';

describe('versions of the settings, on their tab', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(unlimited), startPages()]);
    tenant = await world.addTenant();
    await world.connect(tenant);
    await patch({ directions: { object: 'to_bitrix' }, automatic: { user: false } });
    await patch({ policies: { contract: 'crm' }, country: 'BY' });
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const patch = (body: unknown) => world.call(tenant.token, 'PATCH', settings, body);
  const stored = async () => (await world.call(tenant.token, 'GET', settings)).body.data;
  const open = async (options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view: 'settings/versions' });
    await page.getByTestId('version').first().waitFor();
  };

  it('tell who saved what and when, in words', async () => {
    await open();
    const [second, first, before] = await page.getByTestId('version').allInnerTexts();
    expect(second).to.match(/^Версия 2\s+Действует\s+tester · \d\d\.\d\d\.\d{4}, \d\d:\d\d/);
    expect(second).to.include(
      'Договоры: при конфликте оставлять: было «последнее изменение», стало «значение Axenta CRM»',
    );
    expect(second).to.include('Страна телефонов без кода: было «по умолчанию», стало «Беларусь»');
    expect(first).to.include('Объекты: направление: было «в обе стороны», стало «только в Битрикс24»');
    expect(first).to.include('Пользователи: синхронизировать автоматически: было «включено», стало «выключено»');
    expect(before).to.include('Настройки до первого сохранения');
    pages.expectQuiet();
  });

  it('one is restored after a look at the difference', async () => {
    await open();
    await page.getByRole('button', { name: 'Вернуть версию 1' }).click();
    const panel = page.getByTestId('replace-settings');
    await panel.getByText('Договоры: при конфликте оставлять: было «значение Axenta CRM», стало').waitFor();
    expect((await stored()).policies.contract).to.equal('crm');
    await expectAccessible(page);
    await pages.shoot(page, 'settings-restore');
    await panel.getByRole('button', { name: 'Вернуть эту версию' }).click();
    await page.getByText('Возвращена версия 1').waitFor();
    const now = await stored();
    expect([now.policies.contract, now.country, now.directions.object]).to.deep.equal(['latest', null, 'to_bitrix']);
    pages.expectQuiet();
  });

  it('are not restored over what was saved after the look', async () => {
    await open();
    await page.getByRole('button', { name: 'Вернуть версию 2' }).click();
    const panel = page.getByTestId('replace-settings');
    await panel.getByText('Изменится:').waitFor();
    await patch({ import_new: { object: true } });
    await panel.getByRole('button', { name: 'Вернуть эту версию' }).click();
    await page
      .getByRole('alert')
      .getByText(/их изменили после версии 3, сейчас действует версия 4/)
      .waitFor();
    expect((await stored()).import_new.object).to.equal(true);
  });

  it('go as a file to another company, after a look at what it would change there', async () => {
    await open({ width: 360, locale: 'en-GB' });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the file' }).click(),
    ]);
    const file = await download.path();
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.include({ format: 'axenta-bitrix24-settings' });
    await patch({ directions: { object: 'from_bitrix' } });
    await page.locator('input[type="file"]').setInputFiles(file);
    const panel = page.getByTestId('replace-settings');
    await panel.getByText('Objects: direction: "from Bitrix24 only" before, "to Bitrix24 only" now').waitFor();
    expect((await stored()).directions.object).to.equal('from_bitrix');
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'settings-import-360');
    await panel.getByRole('button', { name: 'Load these settings' }).click();
    await page.getByTestId('settings-file').getByText('The settings are in effect').waitFor();
    expect((await stored()).directions.object).to.equal('to_bitrix');
    pages.expectQuiet();
  });

  it('a file that is none of ours changes nothing, and is told so beside the button', async () => {
    await open();
    const before = (await stored()).version;
    const choose = (text: string) =>
      page
        .locator('input[type="file"]')
        .setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    const card = page.getByTestId('settings-file');
    await choose('не JSON');
    await card.getByRole('alert').getByText('Это не файл настроек Axenta').waitFor();
    await choose('{"format": "something else", "settings": {}}');
    await card
      .getByRole('alert')
      .getByText(/document\.format/)
      .waitFor();
    expect((await stored()).version).to.equal(before);
  });
});
