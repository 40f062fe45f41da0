import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const settings = '/api/integration/bitrix24/settings';

describe('what an administrator does in the app page', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;
  const deals = () => world.portal.records('deal');
  const titles = () =>
    deals()
      .list()
      .map((deal) => deal.TITLE);
  const nameOf = async (id: number) =>
    (await world.sql<{ name: string }>('select name from objects where id = $1', [id]))[0]?.name;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(), startPages()]);
    tenant = await world.addTenant();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });
  beforeEach(async () => {
    page = await pages.open();
  });

  /** A check is remembered for some seconds, so one press may not be enough. */
  const checkUntil = (isSeen: () => Promise<unknown>) =>
    eventually(
      async () => {
        await page.getByRole('button', { name: 'Проверить сейчас' }).click();
        await isSeen();
      },
      { timeoutMs: 15_000 },
    );

  const open = (view?: string) => openApp(page, { port: world.port, token: tenant.token, ...(view && { view }) });

  it('connects a portal: the secret is tried, stored and never shown again', async () => {
    await open('records');
    await page.getByTestId('connection-banner').getByText('Портал ещё не подключён').waitFor();
    await page.getByRole('link', { name: 'Подключить портал' }).waitFor();
    await page.getByRole('link', { name: 'Настройки' }).click();
    await page.getByLabel('Адрес входящего вебхука').fill(tenant.webhookUrl.replace(/[^/]+\/$/, 'wrongsecret/'));
    await page.getByRole('button', { name: 'Проверить и сохранить' }).click();
    await page
      .getByTestId('webhook-form')
      .getByRole('alert')
      .getByText(/Ошибка проверки вебхука/)
      .waitFor();
    await page.getByLabel('Адрес входящего вебхука').fill(tenant.webhookUrl);
    await page.getByRole('button', { name: 'Проверить и сохранить' }).click();
    await page.getByTestId('setup').getByText(`Портал ${world.portal.host} подключён`).waitFor();
    expect(await page.getByLabel('Адрес входящего вебхука').inputValue()).to.equal('');
    expect(await world.sql('select kind, portal_host from bitrix24_connections')).to.deep.equal([
      { kind: 'webhook', portal_host: world.portal.host },
    ]);
    pages.expectQuiet();
  });

  it('runs the first synchronisation and watches it', async () => {
    await world.call(tenant.token, 'PUT', settings, { automatic: { object: false } });
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 300) n`, [
      tenant.id,
    ]);
    await open();
    await page.getByRole('checkbox', { name: 'Пользователи' }).click();
    await page.getByRole('button', { name: 'Запустить синхронизацию' }).click();
    await page
      .getByTestId('run-progress')
      .getByText(/Обработано [\d\s]+ из 300/)
      .waitFor();
    await pages.shoot(page, 'run-progress');
    await expectAccessible(page);
    await page.getByTestId('last-run').getByText('Создано 300').waitFor({ timeout: 30_000 });
    expect(titles()).to.have.lengthOf(300).and.include('Камаз 300');
    await page.getByTestId('count-objects').getByText('300', { exact: true }).waitFor();
    pages.expectQuiet();
    await world.call(tenant.token, 'PUT', settings, {});
  });

  it('cancels a run', async () => {
    await world.sql(`update objects set description = 'отмена'`);
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 1500 } });
    await open();
    await page.getByRole('button', { name: 'Запустить синхронизацию' }).click();
    await page.getByRole('button', { name: 'Отменить синхронизацию' }).click();
    await page.getByTestId('last-run').getByText('Отменена').waitFor();
    world.portal.faults.clear();
    expect(await world.sql(`select state from sync_runs order by id desc limit 1`)).to.deep.equal([
      { state: 'cancelled' },
    ]);
    await world.settled(30_000);
  });

  it('sees a difference in a record side by side and synchronises it now', async () => {
    const [{ bitrix24_id: dealId = '' } = {}] = await world.sql<{ bitrix24_id: string }>(
      `select bitrix24_id from bitrix24_sync_mappings where local_type = 'object' and local_id = 299`,
    );
    deals().update(Number(dealId), { TITLE: 'Камаз из портала' });
    await open('records');
    await page.getByRole('searchbox').fill('Камаз 299');
    await page.getByRole('button', { name: 'Камаз 299', exact: true }).click();
    await page.getByTestId('equality').getByText('1 поле отличается').waitFor();
    const title = page.getByTestId('field-title');
    await title.getByText('Камаз из портала').waitFor();
    await title.getByText('Отличается').waitFor();
    await pages.shoot(page, 'record-differs');
    await page.getByRole('button', { name: 'Синхронизировать сейчас' }).click();
    await page.getByTestId('equality').getByText('С последней синхронизации ничего не менялось').waitFor();
    expect(await nameOf(299)).to.equal('Камаз из портала');
    await page.getByTestId('history').getByText('Изменена из Битрикс24').first().waitFor();
    const link = page.getByRole('link', { name: 'Открыть в Битрикс24' });
    expect(await link.getAttribute('href')).to.equal(`https://${world.portal.host}/crm/deal/details/${dealId}/`);
    pages.expectQuiet();
  });

  it('lets a record rest and go on, and takes its link away: both records stay', async () => {
    const { ID: dealId } = await world.remoteOf(tenant, 'object', 298);
    const openRecord = async () => {
      await open('records');
      await page.getByRole('searchbox').fill('Камаз 298');
      await page.getByRole('button', { name: 'Камаз 298', exact: true }).click();
    };
    await openRecord();
    await page.getByRole('button', { name: 'Поставить на паузу' }).click();
    await page.getByTestId('paused').getByText('На паузе').waitFor();
    await world.sql(`update objects set description = 'во время паузы' where id = 298`);
    await world.settled();
    expect((await world.remoteOf(tenant, 'object', 298)).COMMENTS).to.not.include('во время паузы');
    await expectAccessible(page);
    await pages.shoot(page, 'record-paused');
    await page.getByRole('button', { name: 'Продолжить' }).click();
    await page.getByTestId('paused').waitFor({ state: 'detached' });
    await eventually(async () =>
      expect((await world.remoteOf(tenant, 'object', 298)).COMMENTS).to.include('во время паузы'),
    );
    await page.getByRole('button', { name: 'Удалить связь' }).click();
    await page.getByText('Обе записи останутся как есть').waitFor();
    await page.getByRole('button', { name: 'Удалить связь' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(deals().get(Number(dealId))?.ID).to.equal(dealId);
    expect(await nameOf(298)).to.equal('Камаз 298');
    expect(await world.sql(`select 1 from bitrix24_sync_mappings where local_id = 298`)).to.deep.equal([]);
    pages.expectQuiet();
  });

  it('puts the losing value of a conflict back, on both sides', async () => {
    const remote = await world.remoteOf(tenant, 'object', 2);
    await world.stopApp();
    await world.sql(`update objects set name = 'Имя в CRM' where id = 2`);
    world.portal.clock.aheadMs = 5000;
    deals().update(Number(remote.ID), { TITLE: 'Имя в портале' });
    await world.startApp();
    await world.settled();
    world.portal.clock.aheadMs = 0;
    expect(await nameOf(2)).to.equal('Имя в портале');
    await open('conflicts');
    const row = page.getByRole('row').filter({ hasText: 'Имя в портале' });
    await row.getByRole('button', { name: 'Имя в портале' }).first().click();
    const details = page.getByRole('dialog');
    await details.getByTestId('conflict-bitrix24').getByText('Действует').waitFor();
    await details.getByTestId('conflict-crm').getByText('Имя в CRM').waitFor();
    await details.getByText('это изменение было позже').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'conflict');
    await details.getByRole('button', { name: 'Оставить значение CRM' }).click();
    await details.getByText('Оставлено значение CRM').waitFor();
    await world.settled();
    expect(await nameOf(2)).to.equal('Имя в CRM');
    expect(deals().get(Number(remote.ID)).TITLE).to.equal('Имя в CRM');
    pages.expectQuiet();
  });

  it('reads a cause with its advice, retries one record, then all of them', async () => {
    const refused = {
      kind: 'refuse',
      status: 400,
      error: 'CRM_FIELD_ERROR_VALUE_NOT_VALID',
      description: '<b>Нельзя</b>',
    } as const;
    const mend = world.portal.faults.add({ method: 'crm.item.update', action: refused });
    await world.sql(`update objects set name = name || ' !' where id in (3, 4, 5)`);
    await eventually(async () => {
      const rows = await world.sql(`select 1 from integration_errors where status = 'failed'`);
      return rows.length === 3;
    });
    await open('errors');
    const cause = page.getByTestId('causes').getByRole('button', { name: /Нельзя/ });
    await cause.getByText('3', { exact: true }).waitFor();
    await cause.click();
    await page.getByTestId('advice').getByText('Исправьте данные записи').waitFor();
    const row = page.getByRole('row').filter({ hasText: 'Камаз 3 !' });
    await row.getByText('Объект № 3').waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'errors');
    mend();
    await row.getByRole('button', { name: 'Действия: Камаз 3 !' }).click();
    await page.getByRole('menuitem', { name: 'Повторить' }).click();
    await row.getByText('Исправлено').waitFor();
    await eventually(async () => expect((await world.remoteOf(tenant, 'object', 3)).TITLE).to.equal('Камаз 3 !'));
    await page.getByRole('button', { name: 'Повторить все' }).click();
    await page.getByTestId('retry-outcome').getByText('исправлено 2').waitFor();
    await world.settled();
    expect((await world.remoteOf(tenant, 'object', 5)).TITLE).to.equal('Камаз 5 !');
    pages.expectQuiet();
  });

  it('changes a rule, and the synchronisation obeys', async () => {
    await open('settings/scope');
    await page.getByRole('combobox', { name: 'Объекты: Направление' }).click();
    await page.getByRole('option', { name: 'Только в Битрикс24' }).click();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByTestId('save-bar').getByText('Сохранено').waitFor();
    const { body } = await world.call(tenant.token, 'GET', settings);
    expect(body.data.directions).to.deep.equal({
      object: 'to_bitrix',
      user: 'bidirectional',
      contract: 'bidirectional',
    });
    const remote = await world.remoteOf(tenant, 'object', 6);
    deals().update(Number(remote.ID), { TITLE: 'Правка, которую не берут' });
    await world.call(tenant.token, 'POST', `/api/integration/bitrix24/cards/deal/${remote.ID}/sync`);
    expect(await nameOf(6)).to.equal('Камаз 6');
    pages.expectQuiet();
  });

  it('is told that the portal is down, by one banner, and that it is back', async () => {
    world.portal.faults.isDown = true;
    await open();
    const banner = page.getByTestId('connection-banner');
    await checkUntil(() => banner.waitFor({ timeout: 1500 }));
    expect(await banner.count()).to.equal(1);
    await pages.shoot(page, 'portal-down');
    await expectAccessible(page);
    world.portal.faults.clear();
    await checkUntil(() => banner.waitFor({ state: 'detached', timeout: 1500 }));
    await page.getByTestId('health-sentence').getByText('данные синхронизируются').waitFor();
  });

  it('disconnects the portal after a plain sentence of what that means', async () => {
    await open('settings');
    await page.getByRole('button', { name: 'Отключить портал' }).click();
    await page.getByText('Синхронизация остановится, очередь будет очищена').waitFor();
    await page.getByRole('button', { name: 'Да, отключить' }).click();
    await page.getByTestId('setup').getByText('Портал не подключён').waitFor();
    expect(await world.sql('select 1 from bitrix24_connections')).to.deep.equal([]);
    expect(titles()).to.have.lengthOf(300);
    pages.expectQuiet();
  });
});
