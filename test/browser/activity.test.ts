import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { mintToken } from '../../app/http/tokens.ts';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('the activity, runs and undoing', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;
  let runId: number;
  let ids: number[];

  const put = (body: unknown) => world.call(tenant.token, 'PUT', `${bitrix24}/settings`, body);
  const nameOf = async (id: number) =>
    (await world.sql<{ name: string }>('select name from objects where id = $1', [id]))[0]?.name;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(unlimited), startPages()]);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    const rows = await world.sql<{ id: number }>(
      `insert into objects (tenant_id, name) select $1, 'КамАЗ ' || n from generate_series(1, 4) n returning id`,
      [tenant.id],
    );
    ids = rows.map(({ id }) => id);
    await world.settled();
    await put({ automatic: { object: false } });
    await world.sql(`update objects set name = name || ' (ошибка)' where id = any($1)`, [ids]);
    const run = await world.call(tenant.token, 'POST', `${bitrix24}/sync/to`, { sync_objects: true, wait: true });
    runId = run.body.data.run.id;
    await put({ automatic: { object: true } });
    await world.settled();
    // One of them was renamed by a manager since: it stays.
    const deal = await world.remoteOf(tenant, 'object', ids[3] ?? 0);
    world.portal.records('deal').update(Number(deal.ID), { TITLE: 'Переименована менеджером' });
    await world.portal.events.settled();
    await world.settled();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (view: string, options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view });
  };

  it('tells who changed which record and how, narrowed by the address, and as a file', async () => {
    await open('activity');
    const stream = page.getByTestId('activity');
    await stream.getByText('Переименована менеджером').first().waitFor();
    await stream.getByText('Портал или робот').first().waitFor();
    await stream
      .getByRole('link', { name: `запуск ${runId}` })
      .first()
      .waitFor();
    expect(await page.title()).to.equal('Журнал · Axenta CRM и Битрикс24');
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await pages.shoot(page, 'activity-1280');
    await page.getByRole('combobox', { name: 'Направление' }).click();
    await page.getByRole('option', { name: 'Из Битрикс24' }).click();
    await page.waitForURL(/direction=from_bitrix/);
    await stream
      .getByRole('link', { name: `запуск ${runId}` })
      .first()
      .waitFor({ state: 'detached' });
    await stream.getByText('Переименована менеджером').first().waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Скачать CSV' }).click(),
    ]);
    const text = readFileSync(await file.path(), 'utf8');
    expect(text).to.include('Переименована менеджером').and.to.not.include(',to_bitrix,');
    pages.expectQuiet();
  });

  it('reads the same on a narrow English screen', async () => {
    await open('activity', { width: 360, locale: 'en-GB' });
    await page.getByTestId('activity').getByText('The portal or a robot').first().waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'activity-360-en');
    await page.getByRole('button', { name: 'Runs', exact: true }).click();
    await page
      .getByTestId('runs')
      .getByRole('link', { name: `Run ${runId}` })
      .waitFor();
    await expectNoSidewaysScroll(page);
    await pages.shoot(page, 'runs-360-en');
    pages.expectQuiet();
  });

  it('a run is undone by the keyboard after a look at what goes back and what stays', async () => {
    await open(`runs/${runId}`);
    await page.getByTestId('run-updated').getByText('4', { exact: true }).waitFor();
    await page.getByTestId('activity').getByText('КамАЗ 1 (ошибка)').first().waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'run-1280');
    await page.getByRole('button', { name: 'Откатить запуск' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Посмотреть, что вернётся' }).focus();
    await page.keyboard.press('Enter');
    const preview = page.getByTestId('undo-preview');
    await preview.getByText('Вернётся 3 записи').waitFor({ timeout: 20_000 });
    await preview.getByText('Останется как есть: 1').waitFor();
    await preview.getByTestId('left').getByText('изменено после этой синхронизации').waitFor();
    expect(await nameOf(ids[0] ?? 0), 'a look changes nothing').to.equal('КамАЗ 1 (ошибка)');
    await expectAccessible(page);
    await pages.shoot(page, 'undo-preview');
    await page.getByTestId('undo').getByRole('button', { name: 'Откатить', exact: true }).click();
    await page.getByRole('link', { name: 'Открыть откат' }).click();
    await page.getByRole('heading', { name: /^Откат \d+$/ }).waitFor();
    await page.getByTestId('run-facts').getByText('Завершён').waitFor({ timeout: 20_000 });
    await page.getByTestId('left').getByText('изменено после этой синхронизации').waitFor();
    await world.settled();
    expect(await nameOf(ids[0] ?? 0)).to.equal('КамАЗ 1');
    expect(await nameOf(ids[3] ?? 0)).to.equal('Переименована менеджером');
    pages.expectQuiet();
  });

  it('one change is taken back from the stream', async () => {
    await world.call(tenant.token, 'PUT', `/api/objects/${ids[1]}`, { name: 'Опечатка' });
    await world.settled();
    await open('activity', { width: 360 });
    await page
      .getByRole('button', { name: /^Откатить: Изменена в Битрикс24, Опечатка/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Посмотреть, что вернётся' }).click();
    await dialog.getByText('Вернётся 1 запись').waitFor({ timeout: 20_000 });
    await expectAccessible(page);
    await pages.shoot(page, 'undo-change-360');
    const close = await dialog.getByRole('button', { name: 'Закрыть' }).boundingBox();
    expect(close?.x, 'the way out of the details is in sight').to.be.at.least(0);
    await dialog.getByRole('button', { name: 'Откатить', exact: true }).click();
    await dialog.getByText('Откат запущен').waitFor();
    await eventually(async () => expect(await nameOf(ids[1] ?? 0)).to.equal('КамАЗ 2'), { timeoutMs: 20_000 });
    pages.expectQuiet();
  });

  it('for viewers there is no stream, and a run without undoing', async () => {
    const token = mintToken(world.config.jwtSecret ?? '', { tenantId: tenant.id, role: 'viewer', subject: 'v' }, 1);
    page = await pages.open();
    await openApp(page, { port: world.port, token, view: `runs/${runId}` });
    await page.getByTestId('run-facts').waitFor();
    expect(await page.getByRole('link', { name: 'Журнал' }).count()).to.equal(0);
    expect(await page.getByRole('button', { name: 'Откатить запуск' }).count()).to.equal(0);
    pages.expectQuiet();
  });
});
