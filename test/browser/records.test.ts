import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

/** 10 000 objects: of each hundred one fails, two wait, three have a conflict, four are excluded, five are gone, ten are not linked. */
const fill = [
  `insert into users (tenant_id, name, email, phone) select $1, 'Водитель ' || n, 'driver' || n || '@example.org', '+7 916 ' || lpad(n::text, 3, '0') || '-45-67'
     from generate_series(1, 40) n`,
  `insert into objects (tenant_id, name, imei, updated_at) select $1, 'КамАЗ ' || n, (350000000000000 + n)::text, now() - n * interval '1 minute'
     from generate_series(1, 10000) n`,
  `insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, state, excluded, last_sync_at)
   select $1, 'object', id, 'deal', (500000 + id)::text, case when id % 100 between 10 and 14 then 'orphaned' else 'linked' end,
          case when id % 100 between 6 and 9 then 'crm.types' end, now() - id * interval '1 second'
     from objects where tenant_id = $1 and id % 100 < 90`,
  'delete from sync_queue',
  `insert into integration_errors (tenant_id, operation, local_type, local_id, kind, code, message, retryable, status)
   select $1, 'update_deal', 'object', id, 'validation', 'REFUSED', 'Портал не принял значение поля «Стадия»', false, 'failed' from objects where tenant_id = $1 and id % 100 = 0`,
  `insert into sync_queue (tenant_id, entity, side, record_id, due_at) select $1, 'object', 'local', id, now() + interval '1 hour' from objects where tenant_id = $1 and id % 100 in (1, 2)`,
  `insert into sync_conflicts (tenant_id, entity, local_id, bitrix24_id, field, winner, policy, local_value, bitrix24_value)
   select $1, 'object', id, '1', 'title', 'crm', 'crm', '"а"', '"б"' from objects where tenant_id = $1 and id % 100 in (3, 4, 5)`,
  'analyze',
];

describe('the overview and the records of a company with 10 000 objects', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ config: { role: 'web' } }), startPages()]);
    tenant = await world.addTenant();
    await world.connect(tenant);
    for (const sql of fill) await world.sql(sql, sql.includes('$1') ? [tenant.id] : []);
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (view?: string, options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, ...(view && { view }) });
  };
  const found = (count: string) =>
    page.getByTestId('grid-found').getByText(`Найдено: ${count}`, { exact: true }).waitFor();

  it('the verdict is red, and each number leads to as many records', async () => {
    await open();
    await page.getByTestId('health').getByText('Есть ошибки').waitFor();
    await page
      .getByTestId('health-sentence')
      .getByText(/но 100 записей не синхронизируются/)
      .waitFor();
    await page.getByTestId('state-line').getByText('100 с ошибками').waitFor();
    await page.getByTestId('kinds').getByText('из 10 000').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'overview-health');
    for (const [place, count] of [
      ...[
        ['object-conflict', '300'],
        ['object-excluded', '400'],
        ['object-orphaned', '500'],
        ['object-not_linked', '1 000'],
      ],
      ...[
        ['state-waiting', '200'],
        ['count-objects', '8 500'],
        ['user-not_linked', '40'],
      ],
    ] as const) {
      await page.getByTestId(place as string).click();
      await found((count as string).replace(' ', '\u00a0'));
      await page.goBack();
      await page.getByTestId('kinds').waitFor();
    }
    pages.expectQuiet();
  });

  it('the overview is read on a narrow English screen', async () => {
    await open(undefined, { width: 360, locale: 'en-GB' });
    await page
      .getByTestId('health-sentence')
      .getByText(/but 100 records are not synchronised/)
      .waitFor();
    await page.getByTestId('kinds').getByText('of 10,000').waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'overview-health-360-en');
    expect(await page.locator('main').innerText()).not.to.match(/[а-яё№]/i);
    pages.expectQuiet();
  });

  it('a record is found, opened over the list by the keyboard, and closed with the focus where it was', async () => {
    await open('records');
    await found('10\u00a0040');
    await pages.shoot(page, 'records-1280');
    await page.getByRole('searchbox').fill('8 916 007 45 67');
    await found('1');
    await page.getByRole('searchbox').fill('350000000004321');
    await found('1');
    const name = page.getByRole('button', { name: 'КамАЗ 4321', exact: true });
    await name.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByTestId('equality').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'record-over-list');
    expect(await page.evaluate(() => location.hash)).to.match(/^#\/records\?.*open=\d+/);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).to.equal('КамАЗ 4321');
    pages.expectQuiet();
  });

  it('a filter lives in the address: a reload shows the same rows, and another page never shows the former ones', async () => {
    await open('records?kind=object&state=failing&sort=name');
    await found('100');
    const first = await page.getByTestId('grid').getByRole('row').nth(1).innerText();
    expect(first).to.include('Портал не принял значение поля');
    await page.getByTestId('page-picker').getByRole('button', { name: 'Вперёд' }).click();
    await page.waitForURL(/page=2/);
    await page
      .getByTestId('page-picker')
      .getByText(/Страница 2 из/)
      .waitFor();
    await page.getByTestId('grid').getByRole('row').nth(1).waitFor();
    const second = await page.getByTestId('grid').getByRole('row').nth(1).innerText();
    expect(second).to.not.equal(first);
    const hash = await page.evaluate(() => location.hash);
    await open(hash.slice(2));
    await page
      .getByTestId('page-picker')
      .getByText(/Страница 2 из/)
      .waitFor();
    await page
      .getByTestId('grid')
      .getByText(second.split('\n')[0] ?? '')
      .first()
      .waitFor();
    pages.expectQuiet();
  });

  it('chosen records are unlinked after a question, and each row says what became of it', async () => {
    await open('records?state=in_step&kind=object', { width: 360 });
    await page.getByTestId('grid').waitFor();
    await expectNoSidewaysScroll(page);
    await pages.shoot(page, 'records-360');
    const boxes = page.getByTestId('grid').getByRole('checkbox');
    await boxes.nth(0).click();
    await boxes.nth(1).click();
    const bulk = page.getByTestId('grid-bulk');
    await bulk.getByText('Выбрано: 2').waitFor();
    await bulk.getByRole('button', { name: 'Удалить связь' }).click();
    const question = page.getByRole('alertdialog');
    await question.getByText('Удалить 2 связи?').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'records-unlink-360');
    await question.getByRole('button', { name: 'Да, выполнить' }).click();
    await page.getByText('Сделано: 2 из 2').waitFor();
    await page.getByTestId('grid').getByText('Связь удалена').first().waitFor();
    expect(await world.sql('select 1 from bitrix24_former_mappings')).to.have.length(2);
    pages.expectQuiet();
  });

  it('a record is paused and goes on from its menu', async () => {
    await open('records?q=КамАЗ 9955');
    await page.getByRole('button', { name: 'Действия: КамАЗ 9955' }).click();
    await page.getByRole('menuitem', { name: 'Поставить на паузу' }).click();
    await page.getByTestId('grid').locator('[data-state="paused"]').waitFor();
    await page.getByRole('button', { name: 'Действия: КамАЗ 9955' }).click();
    await page.getByRole('menuitem', { name: 'Продолжить' }).click();
    await page.getByTestId('grid').locator('[data-state="paused"]').waitFor({ state: 'detached' });
    pages.expectQuiet();
  });
});

describe('the list of what is in Bitrix24 alone', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(unlimited), startPages()]);
    tenant = await world.addTenant();
    await world.connect(tenant);
    const manual = { automatic: { object: false, user: false, contract: false } };
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', manual);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Kamaz 5490' });
    for (let n = 1; n <= 45; n += 1) world.portal.records('deal').create({ TITLE: `Van ${n}` });
    const reach = { PHONE: [{ VALUE: '+7 916 123-45-67' }], EMAIL: [{ VALUE: 'anna@mail.example' }] };
    world.portal.records('contact').create({ NAME: 'Anna', LAST_NAME: 'Smith', ...reach });
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (view: string, options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view });
  };
  const status = (text: string) => page.getByTestId('portal-only-status').getByText(text, { exact: true }).waitFor();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  /** What had the focus is gone: the list's first line has it. */
  const focusIsKept = () => page.locator('[data-testid="portal-only-status"]:focus').waitFor();

  it('grows by a press, is searched, and its records are linked or created one by one and together', async function () {
    this.timeout(60_000);
    await open('records?link=bitrix24_only');
    await status('Показано 20, дальше могут быть ещё');
    await expectAccessible(page);
    await pages.shoot(page, 'records-portal-only-1280');
    await button('Показать ещё').focus();
    await page.keyboard.press('Enter');
    await status('Показано 40, дальше могут быть ещё');
    await page.keyboard.press('Enter');
    await status('Показано 45, это все');
    await focusIsKept();

    await page.getByRole('searchbox').fill('van 33');
    await status('Показано 1, это все');
    await button('Van 33').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Kamaz 5490').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'records-portal-only-link');
    await page.getByRole('dialog').getByRole('button', { name: 'Связать с Kamaz 5490' }).click();
    await page.getByRole('dialog').getByTestId('equality').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('portal-only').getByText('Записи связаны').waitFor();
    await button('Обновить список').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('empty-state').getByText('Ничего не найдено').waitFor();
    await focusIsKept();

    await page.getByTestId('empty-state').getByRole('button').click();
    await focusIsKept();
    await status('Показано 20, дальше могут быть ещё');
    for (const name of ['Van 1', 'Van 2'])
      await page.getByRole('checkbox', { name: `Выбрать: ${name}`, exact: true }).click();
    await page.getByTestId('grid-bulk').getByRole('button', { name: 'Создать в CRM' }).click();
    await page.getByText('Сделано: 2 из 2').waitFor();
    await focusIsKept();
    await page.getByRole('button', { name: 'Действия: Van 3', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Создать в CRM' }).click();
    await page.getByTestId('grid').getByText('Запись CRM создана').waitFor();
    await pages.shoot(page, 'records-portal-only-created');
    await world.settled();
    await button('Обновить список').click();
    await button('Van 4').waitFor();
    for (const name of ['Van 1', 'Van 2', 'Van 3']) await button(name).waitFor({ state: 'detached' });
    const made = await world.sql(`select name from objects where name like 'Van%' order by name`);
    expect(made.map(({ name }) => name)).to.deep.equal(['Van 1', 'Van 2', 'Van 3']);
    pages.expectQuiet();
  });

  it('on a narrow English screen: the kind lives in the address, and a portal that is away is asked again', async () => {
    await open('records?link=bitrix24_only&kind=user', { width: 360, locale: 'en-GB' });
    await status('1 shown, no more');
    await page.getByTestId('grid').getByText('anna@mail.example, +7 916 123-45-67').waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'records-portal-only-360-en');
    expect(await page.locator('main').innerText()).not.to.match(/[а-яё№]/i);
    // A portal of many records that are all linked: it is looked on by itself for a while, then a person decides.
    const data = { records: [], next_cursor: 'Y29udHJhY3QgNTA', looked_at: 1050 };
    await page.route('**/records/bitrix24-only?*', (route) => route.fulfill({ json: { status: 'success', data } }));
    await page.getByRole('searchbox').fill('nothing like it');
    await status('5,250 checked, nothing found yet');
    await button('Keep looking').focus();
    await page.keyboard.press('Enter');
    await status('10,500 checked, nothing found yet');
    expect(await button('Keep looking').evaluate((one) => one === document.activeElement)).to.equal(true);
    await pages.shoot(page, 'records-portal-only-none-360-en');
    world.portal.faults.isDown = true;
    await open('records?link=bitrix24_only&kind=contract', { width: 360, locale: 'en-GB' });
    await page.getByTestId('portal-only').getByTestId('error-state').waitFor();
    await expectNoSidewaysScroll(page);
    await pages.shoot(page, 'records-portal-only-away-360-en');
    world.portal.faults.isDown = false;
    await page.getByTestId('error-state').getByRole('button').click();
    await page.getByTestId('empty-state').getByText('Nothing here').waitFor();
    await focusIsKept();
    pages.expectQuiet();
  });
});
