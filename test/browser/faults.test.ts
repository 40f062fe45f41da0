import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('the pages while a fault is open', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(), startPages()]);
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.sql(`insert into contracts (tenant_id, number, client_name) values ($1, '17/26', 'ООО Север')`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });
  afterEach(async () => {
    await world.sql('delete from sync_faults');
    await world.sql('delete from sync_queue');
    await world.sql('update bitrix24_connections set paused_until = null, pause_reason = null');
  });

  const open = async (options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token });
  };

  async function closeContracts(): Promise<void> {
    const response = {
      text: { ru: 'Нет права читать компании', en: 'No right to read companies' },
      advice: {
        ru: 'Дайте владельцу вебхука доступ к компаниям',
        en: "Give the webhook's owner the access to companies",
      },
    };
    await world.sql(
      `insert into sync_faults (tenant_id, scope, subject, code, message, response, since, next_try_at)
       values ($1, 'kind', 'contract', 'ACCESS_DENIED', 'Нет права', $2, now() - interval '1 hour', now() + interval '5 minutes')`,
      [tenant.id, JSON.stringify(response)],
    );
    await world.sql(
      `insert into sync_queue (tenant_id, entity, side, record_id, due_at, waits_for)
       select $1, 'contract', 'bitrix24', n, now() + interval '1 hour', 'kind:contract' from generate_series(1, 3) n`,
      [tenant.id],
    );
  }

  /** The verdict is not the green one, whatever else the page shows. */
  const expectVerdict = async (state: string, sentence: RegExp) => {
    const card = page.getByTestId('health');
    await card.getByText(state, { exact: true }).waitFor();
    await card.getByTestId('health-sentence').getByText(sentence).waitFor();
  };

  it('a closed kind: what is wrong, what to do, what waits, since when and when it is tried again', async () => {
    await closeContracts();
    await open();
    const banner = page.getByTestId('fault-banner');
    for (const text of [
      'Часть данных не синхронизируется',
      'Нет права читать компании. Дайте владельцу вебхука доступ к компаниям.',
      /Ждёт синхронизация договоров и компаний: 3 записи\. Началось \d\d\.\d\d\.\d{4}.*\. Следующая попытка \d\d\.\d\d\.\d{4}/,
    ]) {
      await banner.getByText(text).waitFor();
    }
    expect(await banner.count()).to.equal(1);
    expect(await page.getByTestId('connection-banner').count()).to.equal(0);
    await expectVerdict('Работает не всё', /подключён, но синхронизируется не всё/);
    expect(await page.getByText('Работает', { exact: true }).count()).to.equal(0);
    await expectAccessible(page);
    await pages.shoot(page, 'fault-kind');
    pages.expectQuiet();
  });

  it('and in English, on a narrow screen', async () => {
    await closeContracts();
    await open({ width: 390, height: 844, locale: 'en-GB' });
    const banner = page.getByTestId('fault-banner');
    for (const text of [
      'A part of the data is not synchronised',
      "No right to read companies. Give the webhook's owner the access to companies.",
      /The synchronisation of contracts and companies waits: 3 records\. Since .*\. Next attempt: /,
    ]) {
      await banner.getByText(text).waitFor();
    }
    await expectVerdict('Partly working', /is connected, but not everything is synchronised/);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'fault-kind-en');
    pages.expectQuiet();
  });

  it('a late queue: the page says so, and is not green', async () => {
    await world.sql(
      `update bitrix24_connections set paused_until = now() + interval '1 hour', pause_reason = 'limit_reached'`,
    );
    await world.sql(
      `insert into sync_queue (tenant_id, entity, side, record_id, due_at) values ($1, 'contract', 'bitrix24', 9, now() - interval '3 minutes')`,
      [tenant.id],
    );
    await open();
    await page.getByTestId('late-banner').getByText('Синхронизация отстаёт').waitFor();
    await page
      .getByTestId('late-banner')
      .getByText(/Очередь отстаёт: .*Началось \d\d\./)
      .waitFor();
    await expectVerdict('Отстаёт', /синхронизация отстаёт/);
    await pages.shoot(page, 'queue-late');
    pages.expectQuiet();
  });

  it('and green again once nothing is wrong, with the moment up to which all is applied', async () => {
    await world.runJob('sweep', tenant);
    await open();
    await expectVerdict('Работает', /данные синхронизируются/);
    expect(await page.getByTestId('complete-until').innerText()).to.match(
      /^Все изменения до [^а-я]*\d\d:\d\d:\d\d учтены$/,
    );
    expect(await page.getByTestId('fault-banner').count()).to.equal(0);
    pages.expectQuiet();
  });
});
