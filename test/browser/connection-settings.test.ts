import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('the settings of an installed application', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ apps: true, ...unlimited }), startPages()]);
    tenant = await world.addTenant();
    app = await installingIn(world).install(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 30) n`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view: 'settings' });
  };

  it('show which application it is, and change its keys only on purpose', async () => {
    await open();
    await page.getByTestId('client-id').getByText(app.clientId).waitFor();
    expect(await page.getByLabel('Ключ приложения (client_secret)').count()).to.equal(0);
    await page.getByRole('button', { name: 'Сменить ключи приложения' }).click();
    await pages.shoot(page, 'application-keys');
    await page.getByLabel('Ключ приложения (client_secret)').fill('опечатка в ключе');
    const form = page.getByTestId('application-form');
    await form.getByRole('button', { name: 'Сохранить ключи' }).click();
    await form
      .getByRole('alert')
      .getByText(/не принял client_id и client_secret/)
      .waitFor();
    await page.getByLabel('Код приложения (client_id)').fill('local.00000000000000.00000000');
    await form.getByRole('button', { name: 'Сохранить ключи' }).click();
    await form
      .getByRole('alert')
      .getByText(/Ключи другого приложения оборвали бы подключение/)
      .waitFor();
    const [stored] = await world.sql('select bitrix24_client_id as id from companies');
    expect(stored).to.deep.equal({ id: app.clientId });
  });

  it('show the requests to the portal, found by record, with what was asked and answered', async () => {
    await open();
    await page.getByRole('button', { name: 'Показать запросы' }).click();
    const requests = page.getByTestId('requests');
    await requests.getByTestId('request').first().waitFor();
    await requests.getByRole('combobox', { name: 'Запись Битрикс24' }).click();
    await page.getByRole('option', { name: 'Сделка' }).click();
    expect(await requests.getByRole('button', { name: 'Найти' }).isDisabled()).to.equal(true);
    await requests.getByLabel('Номер записи').fill('17');
    await requests.getByLabel('Метод', { exact: true }).fill('crm.item.add');
    await requests.getByRole('button', { name: 'Найти' }).click();
    const row = requests.getByTestId('request');
    await eventually(async () => (await row.count()) === 1);
    expect(await row.innerText()).to.include('crm.item.add');
    await row.getByRole('button', { name: 'Запрос и ответ' }).click();
    await row.getByText(/crm\.item\.add\?entityTypeId=2/).waitFor();
    await pages.shoot(page, 'requests');
    await expectAccessible(page);
    pages.expectQuiet();
    await requests.getByLabel('Номер записи').fill('999999');
    await requests.getByRole('button', { name: 'Найти' }).click();
    await requests.getByText('Таких запросов нет').waitFor();
  });

  it('fit a narrow frame, in English too', async () => {
    await open({ width: 360, locale: 'en-GB' });
    await page.getByRole('button', { name: 'Change application keys' }).click();
    await page.getByRole('button', { name: 'Show requests' }).click();
    const first = page.getByTestId('request').first();
    await first.getByRole('button', { name: 'Request and answer' }).click();
    await first.getByText('Answer', { exact: true }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'requests-360-en');
  });
});
