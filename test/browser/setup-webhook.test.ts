import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { PortalWebhook } from '../portal/portal.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('a person who connects a portal by a webhook', () => {
  let world: World;
  let tenant: Tenant;
  let webhook: PortalWebhook;
  let funnel: number;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ apps: true, ...unlimited }), startPages()]);
    tenant = await world.addTenant('ООО Ромашка');
    webhook = world.portal.addWebhook({ scopes: ['crm'] });
    await world.sql(
      `insert into objects (tenant_id, name, type, status)
       select $1, 'Камаз ' || n, case when n <= 12 then 'Грузовик' else 'Прицеп' end, 'active' from generate_series(1, 15) n`,
      [tenant.id],
    );
    await world.sql(`insert into users (tenant_id, name, email) values ($1, 'Мария Петрова', 'maria@firma.example')`, [
      tenant.id,
    ]);
    funnel = world.portal.store.funnels.add('Монтаж');
    page = await pages.open();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const heading = (name: string) => page.getByRole('heading', { level: 2, name, exact: false });
  const next = () => page.getByRole('button', { name: 'Дальше', exact: true }).click();
  const deals = () => world.portal.records('deal').list();
  async function choose(list: string, item: string): Promise<void> {
    await page.getByRole('button', { name: `${list}:` }).click();
    await page.getByRole('option', { name: item, exact: true }).click();
    await page.getByRole('button', { name: `${list}: ${item}` }).waitFor();
  }
  /** Narrow and wide: no scrolling sideways, nothing that axe minds, and a picture of each. */
  async function look(name: string): Promise<void> {
    for (const [width, suffix] of [
      [360, '-360'],
      [1920, '-1920'],
      [1280, ''],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await pages.shoot(page, `setup-${name}${suffix}`);
    }
  }

  it('sees both ways to connect, each with its addresses and the permissions to tick', async () => {
    await openApp(page, { port: world.port, token: tenant.token });
    await heading('Подключение').waitFor();
    expect(new URL(page.url()).hash).to.equal('#/setup/connect');
    await page.getByText('Проверяем каждые несколько секунд').waitFor();
    const origin = `http://127.0.0.1:${world.port}`;
    for (const path of ['app', 'install']) {
      await page.getByTestId('way-application').getByText(`${origin}/bitrix24/${path}`, { exact: true }).waitFor();
    }
    const way = page.getByTestId('way-webhook');
    await way.getByText(`${origin}/bitrix24/events`, { exact: true }).first().waitFor();
    await way.getByText('Пользователи, минимальный набор (user_brief)').waitFor();
    await look('connect');
  });

  it('reads beside the form why a webhook is refused, and goes on by itself with one that works', async () => {
    const form = page.getByTestId('webhook-form');
    await form.getByLabel('Адрес входящего вебхука').fill(webhook.url.replace(/[^/]+\/$/, 'wrongsecret/'));
    await form.getByRole('button', { name: 'Проверить и сохранить' }).click();
    await form
      .getByRole('alert')
      .getByText(/Ошибка проверки вебхука/)
      .waitFor();
    await look('connect-refused');
    await form.getByLabel('Адрес входящего вебхука').fill(webhook.url);
    await form.getByLabel('Адрес входящего вебхука').press('Enter');
    await heading('Права').waitFor();
    expect(await page.title()).to.match(/^Права · /);
    expect(await page.evaluate(() => document.activeElement?.tagName)).to.equal('H2');
  });

  it('reads what a missing permission costs, and sees it granted after another look', async () => {
    const right = page.getByTestId('right-user_brief');
    await right.getByText('Нет', { exact: true }).waitFor();
    await right.getByText('нельзя выбирать ответственных').waitFor();
    await right.getByText('Отметьте право и сохраните').waitFor();
    await page.getByTestId('right-crm').getByText('Есть', { exact: true }).waitFor();
    await look('rights');
    webhook.setScopes(['crm', 'user_brief']);
    await page.getByRole('button', { name: 'Проверить ещё раз' }).click();
    await right.getByText('Есть', { exact: true }).waitFor();
    await next();
    await page.getByTestId('company').getByText('ООО Ромашка').waitFor();
    await look('company');
    await next();
  });

  it('chooses what takes part, sees how many records that are, and finds it all again after going back', async () => {
    await heading('Что и куда').waitFor();
    const count = page.getByTestId('choice-object').getByTestId('scope-count');
    await count.getByText('В CRM подходит 15 из 15').waitFor();
    await page.getByRole('button', { name: 'Объекты: Типы' }).click();
    await page.getByRole('option', { name: 'Грузовик' }).click();
    await page.keyboard.press('Escape');
    await count.getByText('В CRM подходит 12 из 15').waitFor();
    await page.getByRole('switch', { name: 'Договоры: Синхронизировать' }).click();
    await choose('Куда попадают новые сделки: Воронка', 'Монтаж');
    await choose('Куда попадают новые сделки: Стадия', 'Новая');
    await look('choice');
    await page.getByRole('link', { name: 'Назад' }).click();
    await page.getByTestId('company').waitFor();
    await page.goBack();
    await count.getByText('В CRM подходит 12 из 15').waitFor();
    await page.getByRole('button', { name: 'Сохранить и продолжить' }).click();
    await heading('Предпросмотр').waitFor();
    const { body } = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/settings');
    expect(body.data.scope.object).to.deep.equal({ crm: { types: ['Грузовик'] } });
    expect(body.data.placement.object).to.deep.equal({ default: { category_id: funnel, stage_id: `C${funnel}:NEW` } });
    expect(body.data.automatic).to.deep.equal({ object: true, user: true, contract: false });
    pages.expectQuiet();
  });

  it('may leave before the first load, and is led back from the overview', async () => {
    await page.getByRole('button', { name: 'Пока без загрузки' }).click();
    await page.getByTestId('go-on').getByRole('link', { name: 'Продолжить настройку' }).click();
    await heading('Права').waitFor();
    await page.getByTestId('setup-steps').getByRole('link', { name: 'Предпросмотр' }).click();
    await heading('Предпросмотр').waitFor();
  });

  it('sees what would be made, record by record, before anything is written', async () => {
    await page.getByRole('switch', { name: 'Без роботов' }).waitFor();
    expect(await page.getByRole('switch', { name: 'Без роботов' }).isChecked()).to.equal(true);
    await page.getByText('клиентам не уйдут письма и сообщения').waitFor();
    await page.getByRole('button', { name: 'Показать, что изменится' }).click();
    const objects = page.getByTestId('preview-kind-object');
    await objects.getByTestId('preview-create').getByText('12', { exact: true }).waitFor();
    await objects.getByTestId('preview-exclude').getByText('3', { exact: true }).waitFor();
    await objects.getByText('Будут созданы').press('Enter');
    await objects.getByText('Показаны первые 10 из 12').waitFor();
    expect(await objects.getByTestId('preview-example').count()).to.equal(10);
    await objects.getByText('Камаз 1', { exact: true }).first().click();
    await objects.getByTestId('preview-field-title').getByText('Название').first().waitFor();
    await objects.getByText('Не участвуют').click();
    await objects.getByText('Не подходит под фильтр в настройках').first().waitFor();
    expect(await page.getByTestId('preview-kind-contract').count()).to.equal(0);
    await page
      .getByTestId('preview-price')
      .getByText(/На этом портале это займёт около .+: \d+ запрос/)
      .waitFor();
    await look('preview');
    expect(deals()).to.deep.equal([]);
  });

  it('finds the preview again after a reload, is told when it is out of date, and makes it anew', async () => {
    const { hash } = new URL(page.url());
    expect(hash).to.match(/^#\/setup\/preview\/\d+$/);
    await page.reload();
    await page.getByLabel('Токен доступа').fill(tenant.token);
    await page.getByRole('button', { name: 'Открыть' }).click();
    await page.getByTestId('preview-create').first().waitFor();
    expect(new URL(page.url()).hash).to.equal(hash);
    await world.call(tenant.token, 'PATCH', '/api/integration/bitrix24/settings', { scope: { object: null } });
    const warning = page.getByTestId('preview-outdated');
    await warning.getByText('Настройки изменены после него').waitFor({ timeout: 15_000 });
    await look('preview-outdated');
    await warning.getByRole('button', { name: 'Сделать заново' }).click();
    const objects = page.getByTestId('preview-kind-object');
    await objects.getByTestId('preview-create').getByText('15', { exact: true }).waitFor();
    expect(new URL(page.url()).hash).not.to.equal(hash);
    expect(await warning.count()).to.equal(0);
  });

  it('starts the first two records without robots, watches them, and opens the first deal in the portal', async () => {
    await page.getByRole('radio', { name: 'Сначала несколько' }).click();
    await page.getByLabel('Первых записей каждого вида').fill('2');
    await page.getByRole('button', { name: 'Начать синхронизацию' }).click();
    await heading('Загрузка').waitFor();
    await page.getByTestId('outcome').getByText('Создано 3').waitFor({ timeout: 30_000 });
    expect(deals().map(({ TITLE }) => TITLE)).to.have.members(['Камаз 1', 'Камаз 2']);
    expect(deals().map(({ STAGE_ID }) => STAGE_ID)).to.deep.equal([`C${funnel}:NEW`, `C${funnel}:NEW`]);
    expect(await world.sql(`select silent, state from sync_runs where not dry_run`)).to.deep.equal([
      { silent: true, state: 'finished' },
    ]);
    const link = page.getByTestId('open-first');
    expect(await link.getAttribute('href')).to.match(
      new RegExp(
        `^https://${world.portal.host}/crm/deal/details/${deals()
          .map(({ ID }) => ID)
          .join('|')}/$`,
      ),
    );
    await look('progress');
    await page.getByRole('link', { name: 'Перейти к обзору' }).click();
    await page.getByTestId('count-objects').getByText('2', { exact: true }).waitFor();
    expect(await page.getByTestId('go-on').count()).to.equal(0);
    pages.expectQuiet();
  });

  it('looks at a later run from the overview before starting it, and lets it begin in the night', async () => {
    await page.getByRole('radio', { name: 'В обе стороны' }).click();
    await page.getByRole('button', { name: 'Сначала посмотреть' }).click();
    await page
      .getByTestId('preview-kind-object')
      .getByTestId('preview-equal')
      .getByText('2', { exact: true })
      .waitFor();
    expect(new URL(page.url()).hash).to.match(/^#\/preview\/\d+$/);
    expect(await page.getByRole('switch', { name: 'Без роботов' }).isChecked()).to.equal(false);
    await look('preview-later');
    await page.getByRole('radio', { name: 'Ночью' }).click();
    await page.getByRole('button', { name: 'Запланировать на ночь' }).click();
    await page
      .getByTestId('run')
      .getByText(/Начнётся .+ · В обе стороны/)
      .waitFor();
    await page.getByRole('button', { name: 'Отменить синхронизацию' }).click();
    await page.getByTestId('last-run').getByText('Отменена').waitFor();
    pages.expectQuiet();
  });
});
