import { expect } from 'chai';
import type { Frame } from 'playwright-core';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const dayMs = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);

describe('the tab of a deal and of a company, through a working day', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let portal: PortalBrowser;
  const deals = () => world.portal.records('deal');
  const dealOf = async (id: number) => Number((await world.remoteOf(tenant, 'object', id)).ID);

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, client_inn, start_date, end_date) values
        ($1, '17/26', 'ООО Ветер', '7707083893', '2026-01-15', $2), ($1, '18/26', 'ООО Ветер', '7707083893', '2026-01-15', '2031-12-31')`,
      [tenant.id, inDays(10)],
    );
    await world.sql(
      `insert into objects (tenant_id, name, imei, type, contract_id) values
        ($1, 'Камаз 5490', '490154203237518', 'machinery', 1), ($1, 'Газель', null, 'van', 2), ($1, 'Кран', null, 'machinery', 1)`,
      [tenant.id],
    );
    const driver = installingIn(world);
    app = driver.addApp(world.portal, { scopes: ['crm', 'placement', 'user', 'task'] });
    await driver.storeKeys(tenant, app);
    const frame = app.frame();
    await driver.post(frame);
    const session = await driver.session(frame);
    await driver.bound(session.body.data.token);
    app.finishInstall();
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
    await world.settled();
    portal = await openPortalBrowser(world.portal, { viewport: { width: 1280, height: 1100 } });
    portal.page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await portal?.stop();
    await world?.stop();
  });
  afterEach(() => expect(portal.problems.splice(0)).to.deep.equal([]));

  async function openTab(kind: 'deal' | 'company', id: string | number): Promise<Frame> {
    await portal.openCard(kind, id);
    return portal.openTab('Axenta');
  }
  const verdict = (tab: Frame, text: string) => tab.getByTestId('verdict').getByText(text).waitFor();
  async function expectFine(tab: Frame, name: string): Promise<void> {
    await expectNoSidewaysScroll(tab);
    await expectAccessible(tab);
    await shoot(portal.page, `day-${name}`);
  }
  const focused = (tab: Frame) =>
    tab.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim(),
    );

  it("answers what a manager asks: which vehicle, its IMEI, until when; a contract's end that is near is red", async () => {
    const tab = await openTab('deal', await dealOf(1));
    await verdict(tab, 'Данные совпадают');
    await tab.getByTestId('fact-name').getByText('Камаз 5490').waitFor();
    await tab.getByTestId('fact-type').getByText('спецтехника').waitFor();
    const until = tab.getByTestId('fact-contract_until');
    await until.getByText('осталось 10 дней').waitFor();
    expect(await until.locator('dd').evaluate((node) => getComputedStyle(node).color)).to.equal('rgb(196, 36, 31)');
    expect(await tab.title()).to.equal('Камаз 5490 · Axenta CRM');
    const history = await tab.getByTestId('history').innerText();
    expect(history)
      .to.include('ООО Ветер')
      .and.to.include('Тип: спецтехника')
      .and.not.to.match(/machinery|Компания: \d/);
    await expectFine(tab, 'facts');
  });

  it('shows what was saved in the card within two seconds, by whom, and never calls old values equal', async () => {
    const dealId = await dealOf(1);
    const tab = await openTab('deal', dealId);
    await verdict(tab, 'Данные совпадают');
    const { page } = portal;
    await page.getByRole('tab', { name: 'Общее' }).click();
    await page.locator('form.card input[name=TITLE]').fill('Камаз 6520 (договор 17/26)');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Сохранено').waitFor();
    const saved = Date.now();
    await page.getByRole('tab', { name: 'Axenta', exact: true }).click();
    for (;;) {
      const seen = await tab.evaluate(() => ({
        verdict: document.querySelector('[data-testid="verdict"]')?.textContent,
        name: document.querySelector('[data-testid="fact-name"] dd')?.textContent,
      }));
      if (seen.verdict === 'Данные совпадают') {
        expect(seen.name).to.equal('Камаз 6520');
        break;
      }
      expect(Date.now() - saved, seen.verdict ?? '').to.be.below(2500);
      await page.waitForTimeout(30);
    }
    await tab.getByTestId('author').first().getByText('Анна Серова').waitFor();
  });

  it('somebody else saves while it is open: it follows within two seconds', async () => {
    const dealId = await dealOf(1);
    const tab = await openTab('deal', dealId);
    await verdict(tab, 'Данные совпадают');
    deals().update(dealId, { TITLE: 'Камаз 65115 (договор 17/26)' }, 7);
    await tab.getByTestId('fact-name').getByText('Камаз 65115').waitFor({ timeout: 3000 });
    await tab.getByTestId('author').first().getByText('Ирина Лисина').waitFor();
  });

  it('a field that both sides changed is decided there, by the keyboard', async () => {
    const dealId = await dealOf(2);
    const settings = { field_map: { object: { policies: { title: 'ask' } } } };
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
    // No frame asks an application that is stopped.
    await portal.go('/deal');
    await world.stopApp();
    await world.sql(`update objects set name = 'Газель наша' where id = 2`);
    deals().update(dealId, { TITLE: 'Газель их (договор 18/26)' }, 7);
    await world.startApp();
    await world.settled();
    const tab = await openTab('deal', dealId);
    await verdict(tab, '1 поле ждёт решения');
    const card = tab.getByTestId('card-conflict');
    await card.getByText('Газель наша').waitFor();
    await card.getByText('Газель их').waitFor();
    await card.getByText(/Ирина Лисина/).waitFor();
    await expectFine(tab, 'conflict');
    const ours = 'Взять из Axenta CRM: Название';
    for (let step = 0; step < 30 && (await focused(tab)) !== ours; step += 1) await portal.page.keyboard.press('Tab');
    await portal.page.keyboard.press('Enter');
    await tab.getByText('Решение принято: Название').waitFor();
    await verdict(tab, 'Данные совпадают');
    await eventually(() => expect(deals().get(dealId).TITLE).to.include('Газель наша'));
    expect(await tab.getByTestId('card-conflict').count()).to.equal(0);
  });

  it('a task is set with a deadline and a person, its state comes back, and a missing right costs nothing else', async () => {
    const tab = await openTab('deal', await dealOf(1));
    await tab.getByRole('button', { name: 'Поставить задачу' }).click();
    await tab.getByRole('button', { name: 'Поставить', exact: true }).click();
    await tab.getByText('Напишите, что сделать').waitFor();
    await portal.page.keyboard.type('Заменить датчик');
    await tab.getByLabel('Описание').fill('Бак 2');
    await tab.getByLabel('Крайний срок').fill('2031-12-01T18:00');
    await tab.getByRole('button', { name: /^Ответственный/ }).click();
    await tab.getByRole('option', { name: 'Олег Котов' }).click();
    await expectFine(tab, 'task-form');
    await tab.getByRole('button', { name: 'Поставить', exact: true }).click();
    await tab.getByText('Задача поставлена: Заменить датчик').waitFor();
    const list = tab.getByTestId('task-list');
    for (const text of ['Заменить датчик', 'ждёт выполнения', 'Олег Котов', 'до 01.12.2031, 18:00'])
      await list.getByText(text).waitFor();
    expect(await focused(tab)).to.equal('Поставить задачу');
    const [task] = world.portal.tasks.list();
    expect(task).to.include({ title: 'Заменить датчик', description: 'Бак 2', responsibleId: 9 });
    world.portal.tasks.update(task?.id ?? 0, { status: 5 });
    await list.getByText('завершена').waitFor();
    await expectFine(tab, 'tasks');
    app.record.scopes = ['crm', 'placement', 'user'];
    await tab.getByRole('button', { name: 'Поставить задачу' }).click();
    await tab.getByLabel('Что сделать').fill('Ещё одна');
    await tab.getByRole('button', { name: 'Поставить', exact: true }).click();
    await tab.getByText(/Добавьте право «Задачи» \(task\)/).waitFor();
    await verdict(tab, 'Данные совпадают');
    await expectFine(tab, 'task-right');
    app.record.scopes = ['crm', 'placement', 'user', 'task'];
    // The browser's own line about the refusal.
    for (const line of portal.problems.splice(0)) expect(line).to.match(/^Failed to load resource/);
  });

  it('an administrator lets a pair rest, unlinks it, and links the card anew', async () => {
    const dealId = await dealOf(3);
    const tab = await openTab('deal', dealId);
    await tab.getByRole('button', { name: 'Поставить на паузу' }).click();
    await verdict(tab, 'На паузе');
    await tab.getByRole('button', { name: 'Продолжить' }).click();
    await verdict(tab, 'Данные совпадают');
    await world.sql(`update companies set settings = '{"automatic": {"object": false}}' where id = $1`, [tenant.id]);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Прицеп 12')`, [tenant.id]);
    await tab.getByRole('button', { name: 'Связать с другой записью' }).click();
    await tab.getByRole('searchbox').fill('прицеп');
    await expectFine(tab, 'relink');
    await tab.getByRole('button', { name: 'Связать с Прицеп 12' }).click();
    await tab.getByRole('heading', { name: /Прицеп 12|Кран/ }).waitFor();
    const linkedTo = () =>
      world.sql<{ id: number }>(
        `select local_id as id from bitrix24_sync_mappings where bitrix24_type = 'deal' and bitrix24_id = $1 and state = 'linked'`,
        [String(dealId)],
      );
    await eventually(async () => expect(await linkedTo()).to.deep.equal([{ id: 4 }]));
    await tab.getByRole('button', { name: 'Удалить связь' }).click();
    await tab.getByRole('alertdialog').getByRole('button', { name: 'Удалить связь' }).click();
    await tab.getByTestId('linker').getByText('За этой сделкой нет объекта').waitFor();
    await expectFine(tab, 'unlinked');
    await world.sql(`update companies set settings = '{}' where id = $1`, [tenant.id]);
  });

  it('a company shows all its contracts with vehicles and deals; in English and narrow, too', async () => {
    const { ID: company } = await world.remoteOf(tenant, 'contract', 1);
    const tab = await openTab('company', company);
    const contracts = tab.getByTestId('contracts');
    for (const text of ['Договор 17/26', 'Договор 18/26', 'Газель наша', 'IMEI 490154203237518'])
      await contracts.getByText(text).waitFor();
    await contracts.getByRole('button', { name: /Сделка № \d+: Камаз 65115/ }).waitFor();
    await expectFine(tab, 'company');
    await portal.login(1, 'en');
    const dealId = await dealOf(1);
    const english = await openTab('deal', dealId);
    await portal.narrow(english, 360);
    await verdict(english, 'Up to date');
    await english.getByTestId('fact-contract_until').getByText('10 days left').waitFor();
    await english.getByRole('button', { name: 'Add a task' }).click();
    await english.getByLabel('What is to be done').waitFor();
    expect((await english.getByTestId('task-form').innerText()).replace(/Котов|Олег/g, '')).not.to.match(/[а-яё]/i);
    await expectFine(english, 'english-360');
    await portal.login(1, 'ru');
  });
});
