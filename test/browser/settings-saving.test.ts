import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const settings = '/api/integration/bitrix24/settings';

describe('what the tabs of the settings change', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ apps: true, ...unlimited }), startPages()]);
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
  const save = async (words = ['Сохранить', 'Сохранено']) => {
    await page.getByRole('button', { name: words[0] as string, exact: true }).click();
    await page
      .getByTestId('save-bar')
      .getByText(words[1] as string, { exact: true })
      .waitFor();
  };
  const stored = async () => (await world.call(tenant.token, 'GET', settings)).body.data;
  const choose = async (list: string | RegExp, option: string) => {
    await page.getByRole('combobox', { name: list }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };

  for (const width of [1280, 360]) {
    it(`show three ways to connect apart, the addresses for the portal's card to copy, ${width} px wide`, async () => {
      await open('settings', { width });
      const application = page.getByTestId('way-application');
      const addresses = ['app', 'install'].map((path) => `${world.config.publicUrl}/bitrix24/${path}`);
      for (const address of addresses) await application.getByText(address, { exact: true }).waitFor();
      await page.getByTestId('way-market').getByRole('button', { name: 'Получить код' }).waitFor();
      await page.getByTestId('way-webhook').getByLabel('Адрес входящего вебхука').waitFor();
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await application.getByRole('button', { name: 'Скопировать' }).last().click();
      await application.getByText('Скопировано').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).to.equal(addresses[1]);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await pages.shoot(page, `connect-ways-${width}`);
      pages.expectQuiet();
    });
  }

  it('keep what went wrong with a secret beside its form, with what was typed', async () => {
    await open('settings', { locale: 'en-GB' });
    await page.clock.install();
    const form = page.getByTestId('webhook-form');
    await form.getByLabel('Inbound webhook address').fill('https://127.0.0.1:1/rest/1/wrong/');
    await form.getByRole('button', { name: 'Check and save' }).click();
    await form.getByRole('alert').waitFor();
    await page.clock.fastForward(60_000);
    await form.getByRole('alert').waitFor();
    expect(await form.getByLabel('Inbound webhook address').inputValue()).to.include('wrong');
    await page.getByTestId('settings-tabs').getByRole('link', { name: 'Versions' }).click();
    await page.getByTestId('leave-question').getByRole('button', { name: 'Go without saving' }).click();
    await page.getByTestId('settings-file').waitFor();
  });

  it('give the order of matching and the country by which phones are written', async () => {
    await world.connect(tenant);
    await open('settings/matching');
    const users = page.getByTestId('matching-user');
    await users.getByRole('button', { name: 'Выше: Пользователи: Только телефон' }).click();
    await users.getByRole('switch', { name: 'Использовать: Пользователи: E-mail' }).click();
    await page.getByRole('button', { name: 'Страна телефонов: Страна портала' }).click();
    await page.getByPlaceholder('Найти').fill('Беларусь');
    await page.getByRole('option', { name: 'Беларусь' }).click();
    await expectAccessible(page);
    await save();
    const now = await stored();
    expect(now.country).to.equal('BY');
    expect(now.matching.user.keys).to.deep.equal([
      { key: 'phone', action: 'ask' },
      { key: 'phone_and_name', action: 'link' },
    ]);
    await world.call(tenant.token, 'POST', '/api/users', { name: 'Янка Купала', phone: '029 123-45-67' });
    await world.settled();
    expect(JSON.stringify(world.portal.records('contact').list())).to.include('+375291234567');
    pages.expectQuiet();
  });

  it('name a deal field by which objects are recognised, so that no second deal is made', async () => {
    const field = world.portal.store.catalogue.addUserField('deal', 'UF_CRM_IMEI', 'string', false);
    Object.assign(field, { title: 'Tracker' });
    const existing = world.portal.records('deal').create({ TITLE: 'Камаз из портала', UF_CRM_IMEI: '356307042441013' });
    await open('settings/matching', { width: 360, locale: 'en-GB' });
    const objects = page.getByTestId('matching-object');
    await objects.getByRole('button', { name: 'Objects: Deal field: Not chosen' }).click();
    await page.getByRole('option', { name: 'Tracker (UF_CRM_IMEI)' }).click();
    await choose('Objects: If one record is found', 'Link it');
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await save(['Save', 'Saved']);
    expect((await stored()).matching.object).to.include({ field: 'UF_CRM_IMEI' });
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', imei: '356307042441013' });
    await world.settled();
    expect(world.portal.records('deal').list()).to.have.length(1);
    expect((await world.remoteOf(tenant, 'object', 1)).ID).to.equal(String(existing.ID));
    pages.expectQuiet();
  });
});
