import { expect } from 'chai';
import type { Frame, Locator } from 'playwright-core';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { makeFirstPreview } from '../support/setup-steps.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const menuItem = 'Axenta CRM';
const manager = 7;

describe('the pages inside the portal', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let portal: PortalBrowser;
  const deals = () => world.portal.records('deal');

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, start_date) values ($1, '17/26', 'ООО Ветер', '2026-01-15')`,
      [tenant.id],
    );
    await world.sql(
      `insert into objects (tenant_id, name, imei, type, contract_id) values ($1, 'Камаз 5490', '490154203237518', 'Грузовик', 1), ($1, 'Газель', null, 'Фургон', 1)`,
      [tenant.id],
    );
    await world.sql(`insert into users (tenant_id, name, email) values ($1, 'Мария Петрова', 'maria@firma.example')`, [
      tenant.id,
    ]);
    const driver = installingIn(world);
    app = driver.addApp(world.portal, { menuItem });
    await driver.storeKeys(tenant, app);
    portal = await openPortalBrowser(world.portal, { viewport: { width: 1440, height: 1060 } });
    portal.page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await portal.stop();
    await world.stop();
  });

  const letManagersSeeLists = () =>
    world.sql(
      `update companies set settings = coalesce(settings, '{}') || '{"portal_access": {"employee": "lists"}}' where id = $1`,
      [tenant.id],
    );
  const setTitles = async () => (await portal.messages('setTitle')).map(({ params }) => params?.title);
  const expectQuiet = () => expect(portal.problems.splice(0)).to.deep.equal([]);
  async function expectFitted(frame: Frame): Promise<void> {
    await expectNoSidewaysScroll(frame);
    await eventually(async () => {
      const { scroll, client } = await frame.evaluate(() => ({
        scroll: document.documentElement.scrollHeight,
        client: document.documentElement.clientHeight,
      }));
      expect(scroll).to.be.at.most(client + 1);
    });
  }

  it('installs: steps, a look at what would be done, the first synchronisation, and the app page by itself', async () => {
    const page = await portal.openApp(menuItem);
    for (const step of ['proved', 'company', 'events', 'offline', 'placements', 'fields']) {
      await page.getByTestId(`step-${step}`).getByText('Готово').waitFor();
    }
    await expectFitted(page);
    await expectAccessible(page);
    await shoot(portal.page, 'install-rights');
    await makeFirstPreview(page);
    await page.getByTestId('preview-kind-object').getByText('Будут созданы').click();
    await page.getByTestId('preview-kind-object').getByText('Камаз 5490').first().waitFor();
    expect(deals().list()).to.deep.equal([]);
    await expectFitted(page);
    await expectAccessible(page);
    await shoot(portal.page, 'install');
    await page.getByRole('button', { name: 'Начать синхронизацию' }).click();
    await portal.page.waitForURL(/install_finished=Y/);
    const own = await portal.shownApp();
    await own.getByRole('link', { name: 'Обзор' }).click();
    await own.getByTestId('health-sentence').getByText('данные синхронизируются').waitFor();
    expect(app.isInstalled).to.equal(true);
    await world.settled();
    expect(
      deals()
        .list()
        .map(({ TITLE }) => TITLE),
    ).to.have.members(['Камаз 5490 (договор 17/26)', 'Газель (договор 17/26)']);
    expectQuiet();
  });

  it("shows the app page as the portal's own: its title, its height, its language, no token in the document", async () => {
    const own = await portal.openApp(menuItem);
    await own.getByTestId('count-objects').getByText('2', { exact: true }).waitFor();
    await eventually(async () => expect(await setTitles()).to.include('Axenta CRM и Битрикс24'));
    await expectFitted(own);
    await expectAccessible(own);
    await shoot(portal.page, 'app-in-portal');
    expect(await own.content()).not.to.include('eyJ');
    expect(await own.evaluate(() => document.cookie)).to.equal('');
    expect(await own.locator('html').getAttribute('lang')).to.equal('ru');
    expectQuiet();
  });

  it('shows details, selection and the next page of a long list where the person looks, however the portal is scrolled', async () => {
    await world.sql(
      `insert into integration_errors (tenant_id, operation, kind, code, message, local_type, local_id, status, retryable)
       select $1, 'update_deal', 'validation', 'REFUSED', 'Заполните поле «Госномер»', 'object', n, 'failed', false from generate_series(1001, 1060) n`,
      [tenant.id],
    );
    const own = await portal.openApp(menuItem);
    await own.getByRole('navigation').getByRole('link', { name: 'Ошибки' }).click();
    const row = own.getByRole('row').filter({ hasText: 'Объект № 1042' });
    await row.waitFor();
    await row.scrollIntoViewIfNeeded();
    const height = portal.page.viewportSize()?.height ?? 0;
    const isInSight = async (locator: Locator) => {
      const box = await locator.boundingBox();
      return box !== null && box.y >= 0 && box.y + box.height <= height;
    };
    const name = row.getByRole('button').first();
    await name.click();
    const details = own.getByRole('dialog');
    await eventually(async () => expect(await isInSight(details.getByRole('heading'))).to.equal(true));
    await eventually(async () =>
      expect(await isInSight(details.getByRole('button', { name: 'Закрыть', exact: true }))).to.equal(true),
    );
    await portal.page.screenshot({ path: 'build/screenshots/details-in-portal.png' });
    await portal.page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    expect(await isInSight(name)).to.equal(true);
    await row.getByRole('checkbox').click();
    const bulk = own.getByTestId('grid-bulk').getByText('Выбрано: 1');
    await eventually(async () => expect(await isInSight(bulk)).to.equal(true));
    await own.getByTestId('page-picker').getByRole('button', { name: 'Вперёд' }).click();
    await own.getByTestId('page-picker').getByText('Страница 2 из 3').waitFor();
    await eventually(async () => expect(await isInSight(own.getByTestId('grid-found'))).to.equal(true));
    await world.sql('delete from integration_errors');
    expectQuiet();
  });

  it('opens a card in the slider of the portal', async () => {
    const own = await portal.openApp(menuItem);
    await own.getByRole('navigation').getByRole('link', { name: 'Записи' }).click();
    await own.getByRole('button', { name: 'Камаз 5490', exact: true }).click();
    await own.getByRole('button', { name: 'Открыть в Битрикс24' }).click();
    await eventually(async () => {
      const [asked] = await portal.messages('openPath');
      expect(String(asked?.params?.path)).to.match(/crm\/deal\/details\/\d+\//);
    });
  });

  async function openTab(kind: 'deal' | 'contact' | 'company', id: string | number): Promise<Frame> {
    await portal.openCard(kind, id);
    return portal.openTab('Axenta');
  }

  it("shows a deal's object with its contract, and carries an edit over at once", async () => {
    const deal = await world.remoteOf(tenant, 'object', 1);
    const tab = await openTab('deal', deal.ID);
    for (const text of ['Камаз 5490', '490154203237518', 'Грузовик', 'действует', '17/26, ООО Ветер']) {
      await tab.getByTestId('facts').getByText(text).waitFor();
    }
    await tab.getByTestId('verdict').getByText('Данные совпадают').waitFor();
    await world.sql(`update companies set settings = '{"automatic": {"object": false}}' where id = $1`, [tenant.id]);
    await world.sql(`update objects set description = 'Стоит в депо' where id = 1`);
    await tab.getByRole('button', { name: 'Синхронизировать сейчас' }).click();
    await tab.getByTestId('history').getByText('Стоит в депо').waitFor();
    expect(deals().get(Number(deal.ID)).COMMENTS).to.include('Стоит в депо');
    expect(await portal.messages('reloadData')).not.to.deep.equal([]);
    await expectFitted(tab);
    await expectAccessible(tab);
    await shoot(portal.page, 'deal-tab');
    await world.sql(`update companies set settings = '{}' where id = $1`, [tenant.id]);
    expectQuiet();
  });

  it('links a deal of a manager with an object found by its name', async () => {
    await world.sql(`update companies set settings = '{"automatic": {"object": false}}' where id = $1`, [tenant.id]);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Прицеп 12')`, [tenant.id]);
    const { ID: id } = deals().create({ TITLE: 'Сделка менеджера' });
    const tab = await openTab('deal', id);
    await tab.getByText('За этой сделкой нет объекта').waitFor();
    await tab.getByRole('searchbox').fill('прицеп');
    await expectAccessible(tab);
    await shoot(portal.page, 'deal-tab-unlinked');
    await tab.getByRole('button', { name: 'Связать с Прицеп 12' }).click();
    await tab.getByTestId('verdict').getByText('Данные совпадают').waitFor();
    const [mapping] = await world.sql(
      `select local_id, state from bitrix24_sync_mappings where bitrix24_type = 'deal' and bitrix24_id = $1`,
      [id],
    );
    expect(mapping).to.deep.equal({ local_id: 3, state: 'linked' });
    const [object] = await world.sql<{ name: string }>('select name from objects where id = 3');
    expect(deals().get(Number(id)).TITLE).to.equal(object?.name);
    await world.sql(`update companies set settings = '{}' where id = $1`, [tenant.id]);
    expectQuiet();
  });

  it('makes a user of a contact and a contract of a company', async () => {
    const { ID: contact } = world.portal.records('contact').create({ NAME: 'Пётр', LAST_NAME: 'Кузнецов' });
    const { ID: company } = world.portal.records('company').create({ TITLE: 'ООО Поле' });
    const ofContact = await openTab('contact', contact);
    await ofContact.getByRole('button', { name: 'Создать запись в CRM' }).click();
    await ofContact.getByTestId('facts').getByText('Пётр Кузнецов').waitFor();
    await shoot(portal.page, 'contact-tab');
    const ofCompany = await openTab('company', company);
    await ofCompany.getByRole('button', { name: 'Создать запись в CRM' }).click();
    await ofCompany.getByTestId('facts').getByText('ООО Поле').waitFor();
    expect(await world.sql(`select name from users where name = 'Пётр Кузнецов'`)).to.have.lengthOf(1);
    expect(await world.sql(`select number from contracts where client_name = 'ООО Поле'`)).to.deep.equal([
      { number: `B24-${company}` },
    ]);
    expectQuiet();
  });

  it('speaks English in an English portal, and offers an employee no settings', async () => {
    await letManagersSeeLists();
    await portal.login(manager, 'en');
    const own = await portal.openApp(menuItem);
    await own.getByTestId('health-sentence').getByText('is connected; 1 decision is up to you').waitFor();
    expect(await own.getByRole('button', { name: 'Start synchronising' }).count()).to.equal(0);
    await own.getByRole('link', { name: 'Settings' }).click();
    await own.getByText('Only an administrator may change this').waitFor();
    expect(await own.locator('html').getAttribute('lang')).to.equal('en');
    expect(await own.locator('main').innerText()).not.to.match(/[а-яё]/i);
    await portal.login(1, 'ru');
    expectQuiet();
  });

  it('renews its session when the token ends, and nobody notices', async () => {
    const own = await portal.openApp(menuItem);
    await own.getByTestId('health-sentence').waitFor();
    await world.sql(`update companies set settings = '{}' where id = $1`, [tenant.id]);
    const refused: number[] = [];
    let isRefusing = true;
    await portal.page.route('**/api/integration/bitrix24/settings', async (route) => {
      if (!isRefusing) return route.fallback();
      isRefusing = false;
      refused.push(401);
      return route.fulfill({ status: 401, json: { status: 'error', code: 'token_expired', error: 'истёк' } });
    });
    await own.getByRole('link', { name: 'Настройки' }).click();
    await own.getByTestId('setup').waitFor();
    expect(refused).to.deep.equal([401]);
  });

  it('says that a portal keeps silent, and offers to load the page anew', async () => {
    await portal.page.goto('about:blank');
    await portal.go('/deal');
    await portal.mute('getInitData');
    const silent = await portal.openApp(menuItem);
    await silent.getByText('Портал не отвечает приложению').waitFor({ timeout: 15_000 });
    await expectAccessible(silent);
    await silent.getByRole('button', { name: 'Обновить страницу' }).waitFor();
  });
});
