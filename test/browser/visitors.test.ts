import { expect } from 'chai';
import type { Frame } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { people } from '../support/visiting.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const menuItem = 'Axenta CRM';
const { administrator, employee } = people;
const object = 'Камаз 5490';
const client = 'ООО Ветер';

describe('the pages as people with few rights see them', () => {
  let world: World;
  let tenant: Tenant;
  let portal: PortalBrowser;
  let dealId: string;
  let giveBack: (() => void) | undefined;

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    await world.sql(`insert into contracts (tenant_id, number, client_name) values ($1, '17/26', $2)`, [
      tenant.id,
      client,
    ]);
    await world.sql('insert into objects (tenant_id, name, contract_id) values ($1, $2, 1)', [tenant.id, object]);
    const driver = installingIn(world);
    const app = driver.addApp(world.portal, { menuItem });
    await driver.storeKeys(tenant, app);
    await driver.post(app.frame());
    await driver.bound(tenant.token);
    app.finishInstall();
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
    await world.settled();
    dealId = (await world.remoteOf(tenant, 'object', 1)).ID;
    portal = await openPortalBrowser(world.portal, { userId: employee });
    portal.page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await portal.stop();
    await world.stop();
  });
  afterEach(() => {
    giveBack?.();
    giveBack = undefined;
    // The browser's own lines about requests that were refused.
    for (const line of portal.problems.splice(0)) expect(line).to.match(/^Failed to load resource/);
  });

  async function openTab(): Promise<Frame> {
    await portal.openCard('deal', dealId);
    return portal.openTab('Axenta');
  }
  async function expectFine(page: Frame, name: string): Promise<void> {
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await shoot(portal.page, name);
  }

  it('a card of a deal that may not be read: one sentence, and no value', async () => {
    giveBack = world.portal.rights.deny({ kind: 'deal', action: 'read', user: employee });
    const tab = await openTab();
    await tab.getByRole('alert').getByText('Битрикс24 не разрешает вам читать эту запись').waitFor();
    const text = await tab.locator('body').innerText();
    for (const value of [object, client, '17/26']) expect(text).not.to.include(value);
    expect(await tab.getByRole('button', { name: 'Синхронизировать сейчас' }).count()).to.equal(0);
    await expectFine(tab, 'visitor-no-right');
  });

  it('a card of a deal that may be read: its facts without those of the client, and "synchronise now"', async () => {
    const tab = await openTab();
    await tab.getByTestId('facts').getByText(object).waitFor();
    await tab.getByTestId('facts').getByText('17/26', { exact: true }).waitFor();
    expect(await tab.getByTestId('facts').innerText()).not.to.include(client);
    await tab.getByRole('button', { name: 'Синхронизировать сейчас' }).click();
    await tab.getByTestId('history').getByText('Синхронизация по просьбе · Олег Котов').waitFor();
    await expectFine(tab, 'visitor-card');
  });

  it('a card without a record: whom to ask, and nothing to choose from', async () => {
    await world.sql(`update companies set settings = '{"automatic": {"object": false}}'`);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Свободный Камаз')`, [tenant.id]);
    const { ID: id } = world.portal.records('deal').create({ TITLE: 'Сделка менеджера' });
    await portal.openCard('deal', id);
    const tab = await portal.openTab('Axenta');
    await tab.getByTestId('linker').getByText('тот, кому администратор разрешил менять записи CRM').waitFor();
    expect(await tab.getByTestId('candidates').count()).to.equal(0);
    await expectFine(tab, 'visitor-no-pair');
    await world.sql(`update companies set settings = '{}'`);
  });

  it('the application: where the cards are, and who opens the rest', async () => {
    const page = await portal.openApp(menuItem);
    await page.getByTestId('cards-only').getByText('Вам открыты карточки').waitFor();
    expect(await page.getByRole('navigation').count()).to.equal(0);
    await expectFine(page, 'visitor-app');
  });

  it('a guest and somebody without the CRM are told whom to ask', async () => {
    world.portal.users.setExtranet(employee, true);
    // Who somebody is is remembered for some seconds.
    const guest = await eventually(async () => {
      const page = await portal.openApp(menuItem);
      await page.getByRole('alert').getByText('Вы гость портала').waitFor({ timeout: 2000 });
      return page;
    });
    await expectFine(guest, 'visitor-guest');
    world.portal.users.setExtranet(employee, false);
    giveBack = world.portal.rights.closeCrm(employee);
    const closed = await eventually(async () => {
      const tab = await openTab();
      await tab.getByRole('alert').getByText('У вас нет доступа к CRM Битрикс24').waitFor({ timeout: 2000 });
      return tab;
    });
    await expectFine(closed, 'visitor-no-crm');
  });

  it('an administrator grants lists and changes, in plain sentences', async () => {
    await portal.login(administrator);
    const page = await portal.openApp(menuItem);
    await page.getByRole('link', { name: 'Настройки' }).click();
    await page.getByRole('link', { name: 'Доступ сотрудников' }).click();
    const form = page.getByTestId('access');
    await form.getByText('Карточка открывается только тем, кому эту запись показывает сам Битрикс24').waitFor();
    await form.getByText('Администраторам портала открыто всё').waitFor();
    await form.getByRole('combobox', { name: 'Сотрудники видят' }).click();
    await page.getByRole('option', { name: 'Карточки, все записи, конфликты и ошибки' }).click();
    await form.getByRole('switch', { name: 'Сотрудники могут менять записи CRM' }).click();
    await expectFine(page, 'visitor-settings');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await form.getByText('Сохранено').waitFor();
    const { body } = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/settings');
    expect(body.data.portal_access).to.include({ employee: 'lists', employee_edits: true });

    await portal.login(employee, 'en');
    const own = await eventually(async () => {
      const opened = await portal.openApp(menuItem);
      await opened.getByRole('link', { name: 'Settings' }).click({ timeout: 2000 });
      return opened;
    });
    await own.getByRole('link', { name: 'Access of employees' }).click();
    await own.getByTestId('access').getByText('Employees see').waitFor();
    expect(await own.getByTestId('access').getByRole('button').count()).to.equal(0);
    expect(await own.getByTestId('access').innerText()).not.to.match(/[а-яё]/i);
    await expectFine(own, 'visitor-settings-en');
  });
});
