import { expect } from 'chai';
import type { Frame } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const menuItem = 'Axenta CRM';

describe('the settings inside the portal', () => {
  let world: World;
  let tenant: Tenant;
  let portal: PortalBrowser;
  let frame: Frame;

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    world.portal.store.funnels.add('Монтаж');
    const { catalogue } = world.portal.store;
    Object.assign(catalogue.addUserField('deal', 'UF_CRM_IMEI', 'string', false), { title: 'IMEI трекера' });
    await world.sql(
      `insert into objects (tenant_id, name, imei, type, description) values
         ($1, 'Камаз 5490', '490154203237518', 'Грузовик', 'Рефрижератор'), ($1, 'Газель Next', null, 'Фургон', null)`,
      [tenant.id],
    );
    const driver = installingIn(world);
    const app = driver.addApp(world.portal, { menuItem });
    await driver.storeKeys(tenant, app);
    await driver.post(app.frame());
    await driver.bound(tenant.token);
    app.finishInstall();
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
    await world.settled();
    portal = await openPortalBrowser(world.portal, { viewport: { width: 1440, height: 1060 } });
    portal.page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await portal.stop();
    await world.stop();
  });

  const open = async (section: string, tab: string) => {
    frame = await portal.openApp(menuItem);
    await frame.getByRole('link', { name: section, exact: true }).click();
    await frame.getByTestId('settings-tabs').getByRole('link', { name: tab, exact: true }).click();
  };
  const expectQuiet = () => expect(portal.problems.splice(0)).to.deep.equal([]);
  const stored = async () => (await world.call(tenant.token, 'GET', '/api/integration/bitrix24/settings')).body.data;

  it('a chosen pair of fields is saved by the person who is named with its version', async () => {
    await portal.page.setViewportSize({ width: 1440, height: 2200 });
    await open('Настройки', 'Поля');
    await frame.getByTestId('pair-title').waitFor();
    await frame.getByRole('button', { name: 'Поле CRM: Выберите поле' }).click();
    await frame.getByRole('option', { name: 'IMEI', exact: true }).click();
    await frame.getByRole('button', { name: 'Поле Битрикс24: Выберите поле' }).click();
    await frame.getByRole('option', { name: 'IMEI трекера (строка)' }).click();
    await frame.getByTestId('add-pair').getByRole('button', { name: 'Добавить пару' }).click();
    await frame.getByRole('button', { name: 'Посмотреть, что изменится' }).click();
    await frame.getByTestId('map-example').waitFor();
    await expectAccessible(frame);
    await shoot(portal.page, 'settings-fields-in-portal');
    await frame.getByRole('button', { name: 'Сохранить', exact: true }).click();
    await frame.getByTestId('danger').getByRole('button', { name: 'Да, сохранить' }).click();
    await frame.getByTestId('save-bar').getByText('Сохранено', { exact: true }).waitFor();
    await eventually(async () =>
      expect((await world.remoteOf(tenant, 'object', 1)).UF_CRM_IMEI).to.equal('490154203237518'),
    );
    await frame.getByRole('link', { name: 'Версии' }).click();
    await frame.getByTestId('version').first().getByText('Анна Серова').waitFor();
    await frame
      .getByTestId('version')
      .first()
      .getByText(/Объекты: поля, свои пары полей.*IMEI — UF_CRM_IMEI/)
      .waitFor();
    expectQuiet();
  });

  it('the question before unsaved changes stands beneath the tabs, in sight of the person in a tall frame', async () => {
    await portal.page.setViewportSize({ width: 1280, height: 700 });
    await open('Настройки', 'Что синхронизировать');
    await frame.getByRole('switch', { name: 'Объекты: Создавать в CRM новые записи Битрикс24' }).click();
    await frame.getByTestId('settings-tabs').getByRole('link', { name: 'Доступ сотрудников' }).click();
    const question = frame.getByTestId('leave-question');
    await question.waitFor();
    const place = await question.boundingBox();
    expect((place?.y ?? 0) + (place?.height ?? 0)).to.be.at.most(700);
    await shoot(portal.page, 'settings-leave-in-portal');
    await question.getByRole('button', { name: 'Сохранить и перейти' }).click();
    await frame.getByTestId('access').waitFor();
    expect((await stored()).import_new.object).to.equal(true);
    expectQuiet();
  });

  for (const lang of ['ru', 'en'] as const) {
    it(`every tab fits a frame of 360 px, in ${lang}, and axe finds nothing`, async () => {
      await portal.page.setViewportSize({ width: 1440, height: 1060 });
      await portal.login(1, lang);
      frame = await portal.openApp(menuItem);
      await portal.narrow(frame, 360);
      await frame.getByRole('link', { name: lang === 'ru' ? 'Настройки' : 'Settings', exact: true }).click();
      const tabs = frame.getByTestId('settings-tabs').getByRole('link');
      await tabs.first().waitFor();
      for (const tab of await tabs.all()) {
        await tab.click();
        await frame.locator('main h2').first().waitFor();
        await frame.locator('[aria-busy]').first().waitFor({ state: 'detached' });
        await expectNoSidewaysScroll(frame);
        await expectAccessible(frame);
      }
      expectQuiet();
    });
  }

  it('what takes part is chosen from the funnels of this portal', async () => {
    await portal.login(1, 'ru');
    await portal.page.setViewportSize({ width: 1440, height: 1240 });
    await open('Настройки', 'Что синхронизировать');
    await frame.getByRole('button', { name: 'Объекты, В Axenta CRM: Типы: Любые' }).click();
    await frame.getByRole('option', { name: 'Грузовик', exact: true }).click();
    await portal.page.keyboard.press('Escape');
    await frame.getByRole('button', { name: 'Объекты, В Битрикс24: Воронки: Любые' }).click();
    await frame.getByRole('option', { name: 'Общая', exact: true }).click();
    await portal.page.keyboard.press('Escape');
    await frame.getByTestId('scope-count').getByText('Из связанных участвуют 1 из 2').waitFor();
    await shoot(portal.page, 'settings-scope-in-portal');
    expectQuiet();
  });
});
