import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('what takes part and where new records go, on their tabs', () => {
  let world: World;
  let tenant: Tenant;
  let funnel: number;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(unlimited), startPages()]);
    tenant = await world.addTenant();
    funnel = world.portal.store.funnels.add('Монтаж');
    await world.connectWithEvents(tenant);
    await world.sql(
      `insert into objects (tenant_id, name, type) values ($1, 'Камаз', 'Грузовик'), ($1, 'Маз', 'Грузовик'), ($1, 'Волга', 'Легковой')`,
      [tenant.id],
    );
    await world.sql(`insert into users (tenant_id, name, role) values ($1, 'Мария', 'manager')`, [tenant.id]);
    await world.settled();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (view: string, options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view: `settings/${view}` });
  };
  const stored = async () => (await world.call(tenant.token, 'GET', `${bitrix24}/settings`)).body.data;
  const pick = async (list: string | RegExp, ...options: string[]) => {
    await page.getByRole('button', { name: list }).click();
    for (const option of options) await page.getByRole('option', { name: option, exact: true }).click();
    await page.keyboard.press('Escape');
  };
  const save = async (words = ['Сохранить', 'Сохранено']) => {
    await page.getByRole('button', { name: words[0] as string, exact: true }).click();
    await page
      .getByTestId('save-bar')
      .getByText(words[1] as string, { exact: true })
      .waitFor();
  };
  const dealOf = async (id: number) => world.remoteOf(tenant, 'object', id);

  it('conditions are chosen by name and counted as they stand, before anything is saved', async () => {
    await open('scope/object');
    const count = page.getByTestId('scope-count');
    await count.getByText('В CRM подходит 3 из 3').waitFor();
    await pick('Объекты, В Axenta CRM: Типы: Любые', 'Грузовик');
    await count.getByText('В CRM подходит 2 из 3').waitFor();
    await count.getByText('Из связанных участвуют 2 из 3, перестанут участвовать 1').waitFor();
    await pick('Объекты, В Битрикс24: Воронки: Любые', 'Общая', 'Монтаж');
    await pick('Объекты, В Битрикс24: Стадии: Любые', 'Монтаж: В работе');
    await pick('Объекты, В Битрикс24: Ответственные: Любые', 'Ирина Лисина');
    await count.getByText('В Битрикс24 подходит 0').waitFor();
    expect((await stored()).scope.object).to.deep.equal({});
    await expectAccessible(page);
    await pages.shoot(page, 'settings-scope-chosen');
    pages.expectQuiet();
  });

  it('say how many linked records leave and what becomes of them, ask, and then leave them alone', async () => {
    await open('scope/object');
    await pick('Объекты, В Axenta CRM: Типы: Любые', 'Грузовик');
    await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
    const danger = page.getByTestId('danger');
    await danger.getByText(/^Объекты: перестанут участвовать связанные записи: 1\. Они останутся на обеих/).waitFor();
    expect((await stored()).scope.object).to.deep.equal({});
    await danger.getByRole('button', { name: 'Да, сохранить' }).click();
    await page.getByTestId('save-bar').getByText('Сохранено', { exact: true }).waitFor();
    expect((await stored()).scope.object).to.deep.equal({ crm: { types: ['Грузовик'] } });
    await world.settled();
    const before = await dealOf(3);
    await world.sql(`update objects set name = name || ' 2' where id in (2, 3)`);
    await world.settled();
    expect((await dealOf(2)).TITLE).to.equal('Маз 2');
    expect((await dealOf(3)).TITLE).to.equal(before.TITLE);
    await page.getByTestId('scope-count').getByText('Из связанных участвуют 2 из 3').waitFor();
    pages.expectQuiet();
  });

  it('tell that records come back, in English on a narrow screen, and they catch up', async () => {
    await open('scope/object', { width: 360, locale: 'en-GB' });
    const count = page.getByTestId('scope-count');
    await count.getByText('2 of 3 linked records take part').waitFor();
    await pick('Objects, In Axenta CRM: Types: Грузовик', 'Грузовик');
    await count.getByText('3 of 3 linked records take part, 1 would come back').waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'settings-scope-360-en');
    await save(['Save', 'Saved']);
    await world.settled();
    await eventually(async () => expect((await dealOf(3)).TITLE).to.equal('Волга 2'));
    pages.expectQuiet();
  });

  it('each kind has its address; a kind is not left with unsaved conditions without a question', async () => {
    await open('scope');
    await page.getByTestId('kind-tabs').getByRole('link', { name: 'Пользователи' }).click();
    await page.getByTestId('scope-user').waitFor();
    expect(await page.evaluate(() => location.hash)).to.equal('#/settings/scope/user');
    await pick('Пользователи, В Axenta CRM: Роли: Любые', 'менеджер');
    await page.getByTestId('kind-tabs').getByRole('link', { name: 'Договоры' }).click();
    await page.getByTestId('leave-question').getByRole('button', { name: 'Уйти без сохранения' }).click();
    await page.getByTestId('scope-contract').waitFor();
    await page.getByLabel('Начало с').fill('2026-01-01');
    await page.getByTestId('scope-count').getByText('В CRM подходит 0 из 0').waitFor();
    await expectAccessible(page);
    await save();
    const { scope } = await stored();
    expect([scope.user, scope.contract]).to.deep.equal([{}, { crm: { start_date: { from: '2026-01-01' } } }]);
    pages.expectQuiet();
  });

  it('new deals go to the funnel, stage and person chosen for their type, the others where all go', async () => {
    await open('placement');
    await pick('Все типы объектов: Ответственный: Решает портал', 'Ирина Лисина');
    await pick('Особое место для типа: Выберите тип', 'Грузовик');
    await pick('Тип «Грузовик»: Воронка: Как у всех', 'Монтаж');
    await pick('Тип «Грузовик»: Стадия: Как у всех', 'В работе');
    await pick('Новые контакты: Источник: Решает портал', 'Веб-сайт');
    await expectAccessible(page);
    await pages.shoot(page, 'settings-placement-chosen');
    await save();
    const { placement } = await stored();
    expect(placement.object).to.deep.equal({
      default: { responsible_id: 7 },
      by_type: { Грузовик: { category_id: funnel, stage_id: `C${funnel}:EXECUTING` } },
    });
    for (const [name, type] of [
      ['Вольво', 'Грузовик'],
      ['Жигули', 'Легковой'],
    ]) {
      await world.call(tenant.token, 'POST', '/api/objects', { name, type });
    }
    await world.call(tenant.token, 'POST', '/api/users', { name: 'Новый Человек', email: 'new@firma.example' });
    await world.settled();
    const deals = world.portal.records('deal').list();
    const [truck, car] = ['Вольво', 'Жигули'].map((title) => deals.find(({ TITLE }) => TITLE === title));
    expect(truck).to.include({ STAGE_ID: `C${funnel}:EXECUTING`, ASSIGNED_BY_ID: '7' });
    expect(car).to.include({ STAGE_ID: 'NEW', ASSIGNED_BY_ID: '7' });
    const contact = world.portal.records('contact').list().at(-1);
    expect(contact).to.include({ SOURCE_ID: 'WEB' });
    pages.expectQuiet();
  });

  it('the places fit a narrow screen in English, and a type is taken out again', async () => {
    await open('placement', { width: 360, locale: 'en-GB' });
    await page.getByTestId('place-Грузовик').waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'settings-placement-360-en');
    await page.getByRole('button', { name: 'Remove the place of the type Грузовик' }).click();
    await save(['Save', 'Saved']);
    expect((await stored()).placement.object).to.deep.equal({ default: { responsible_id: 7 } });
    pages.expectQuiet();
  });

  it('everything and a kind are paused and go on, with who and when beside', async () => {
    await open('connection');
    const row = (name: string) => page.getByTestId('pause').filter({ hasText: name });
    await page.getByRole('button', { name: 'Поставить на паузу: Объекты' }).click();
    await row('Объекты')
      .getByText(/^На паузе с \d\d\.\d\d\.\d{4}, \d\d:\d\d, поставил\(а\): tester/)
      .waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'settings-pause');
    await world.sql(`update objects set name = 'Пауза' where id = 1`);
    await world.sql(`update users set name = 'Мария Новая' where id = 1`);
    await eventually(() => JSON.stringify(world.portal.records('contact').list()).includes('Новая'));
    expect((await dealOf(1)).TITLE).to.equal('Камаз');
    await page.getByRole('button', { name: 'Продолжить: Объекты' }).click();
    await row('Объекты').getByText('Работает').waitFor();
    await eventually(async () => expect((await dealOf(1)).TITLE).to.equal('Пауза'));
    await page.getByRole('button', { name: 'Поставить на паузу: Вся синхронизация' }).click();
    await row('Договоры').getByText('На паузе вместе со всей синхронизацией').waitFor();
    await page.getByRole('button', { name: 'Продолжить: Вся синхронизация' }).click();
    await row('Договоры').getByText('Работает').waitFor();
    pages.expectQuiet();
  });

  it('any of many contracts is found by its number or its client, and is named when it is met again', async () => {
    const automatic = { contract: false };
    await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { automatic });
    await world.sql(
      `insert into contracts (tenant_id, number, client_name)
       select $1, 'М-' || lpad(n::text, 4, '0'), 'ООО Клиент ' || n from generate_series(1, 300) n`,
      [tenant.id],
    );
    await world.settled();
    await open('scope/object');
    await page.getByRole('button', { name: 'Объекты, В Axenta CRM: Договоры: Любые' }).click();
    const search = page.getByPlaceholder('Найти');
    await page.getByRole('option', { name: 'М-0001 · ООО Клиент 1', exact: true }).waitFor();
    await search.fill('м-0299');
    await page.getByRole('option', { name: 'М-0299 · ООО Клиент 299', exact: true }).click();
    await search.fill('клиент 288');
    await page.getByRole('option', { name: 'М-0288 · ООО Клиент 288', exact: true }).click();
    await pages.shoot(page, 'settings-scope-contracts');
    await page.keyboard.press('Escape');
    const chosen = 'Объекты, В Axenta CRM: Договоры: М-0299 · ООО Клиент 299, М-0288 · ООО Клиент 288';
    await page.getByRole('button', { name: chosen }).waitFor();
    await page
      .getByTestId('scope-count')
      .getByText(/^В CRM подходит 0 из/)
      .waitFor();
    const { body } = await world.call(tenant.token, 'GET', `${bitrix24}/crm-values/contracts?q=0299`);
    const scope = { object: { crm: { contract_ids: [body.data.contracts[0].id] } } };
    await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { automatic, scope });
    await open('scope/object');
    await page.getByRole('button', { name: 'Объекты, В Axenta CRM: Договоры: М-0299 · ООО Клиент 299' }).waitFor();
    await expectAccessible(page);
    await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, {});
    pages.expectQuiet();
  });
});
