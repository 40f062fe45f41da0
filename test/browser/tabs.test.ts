import { expect } from 'chai';
import type { Frame } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const narrow = 360;
const long = 'Экскаватор-погрузчик-с-очень-длинным-названием-без-пробелов-1234567890';

describe('the tabs of a card on a narrow screen', () => {
  let world: World;
  let tenant: Tenant;
  let portal: PortalBrowser;
  const setAutomatic = (isOn: boolean) =>
    world.sql(`update companies set settings = $2 where id = $1`, [
      tenant.id,
      JSON.stringify(isOn ? {} : { automatic: { object: false } }),
    ]);
  const deals = () => world.portal.records('deal');

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    const own = [tenant.id];
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, client_email, start_date) values ($1, '17/26', 'ООО Ветер', 'info@veter.example', '2026-01-15')`,
      own,
    );
    await world.sql(
      `insert into objects (tenant_id, name, imei, type, contract_id) values ($1, '${long}', '490154203237518', 'Спецтехника', 1), ($1, 'Газель', null, 'Фургон', 1)`,
      own,
    );
    await world.sql(
      `insert into users (tenant_id, name, email, phone) values ($1, 'Мария Петрова', 'maria@firma.example', '+7 900 123-45-67')`,
      own,
    );
    await installingIn(world).install(tenant);
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
    await world.settled();
    portal = await openPortalBrowser(world.portal, { viewport: { width: 900, height: 1100 } });
    portal.page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await portal.stop();
    await world.stop();
  });
  afterEach(() => expect(portal.problems.splice(0)).to.deep.equal([]));

  /** The tab of a card, whose frame is as wide as a small phone. */
  async function openTab(kind: 'deal' | 'contact' | 'company', id: string | number): Promise<Frame> {
    await portal.openCard(kind, id);
    const tab = await portal.openTab('Axenta');
    await portal.narrow(tab, narrow);
    return tab;
  }

  const openDeal = async (objectId: number) => openTab('deal', (await world.remoteOf(tenant, 'object', objectId)).ID);

  async function expectFine(tab: Frame, name: string): Promise<void> {
    await expectNoSidewaysScroll(tab);
    await expectAccessible(tab);
    await shoot(portal.page, `tab-${name}-${narrow}`);
  }

  /** Presses Tab until what has the focus bears the name. */
  async function focus(tab: Frame, name: string): Promise<void> {
    for (let step = 0; step < 40; step += 1) {
      const focused = await tab.evaluate(() => {
        const { activeElement: element } = document;
        return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
      });
      if (focused === name) return;
      await portal.page.keyboard.press('Tab');
    }
    throw new Error(`The keyboard does not reach ${name}`);
  }

  /** Elements that move for longer than an instant, for somebody who asked for less motion. */
  const movingParts = (tab: Frame) =>
    tab.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((element) => {
          const { animationName, animationDuration } = getComputedStyle(element);
          return animationName !== 'none' && Number.parseFloat(animationDuration) > 0.001;
        }).length,
    );

  it('a deal, a contact and a company in step', async () => {
    const contact = await world.remoteOf(tenant, 'user', 1);
    const company = await world.remoteOf(tenant, 'contract', 1);
    const tabs = [
      ['deal', () => openDeal(1), ['490154203237518', '17/26, ООО Ветер']],
      ['contact', () => openTab('contact', contact.ID), ['Мария Петрова', 'maria@firma.example']],
      ['company', () => openTab('company', company.ID), ['ООО Ветер', 'info@veter.example']],
    ] as const;
    for (const [kind, open, texts] of tabs) {
      const tab = await open();
      await tab.getByTestId('verdict').getByText('Данные совпадают').waitFor();
      for (const text of texts) await tab.getByTestId('facts').getByText(text).waitFor();
      await expectFine(tab, kind);
    }
  });

  it('a difference, carried over by the keyboard alone', async () => {
    await setAutomatic(false);
    await world.sql(`update objects set description = 'Стоит в депо' where id = 2`);
    const tab = await openDeal(2);
    await tab.getByTestId('verdict').getByText('Есть отличия').waitFor();
    await expectFine(tab, 'differs');
    await tab.locator('body').press('Tab');
    await focus(tab, 'Синхронизировать сейчас');
    await portal.page.keyboard.press('Enter');
    await tab.getByTestId('verdict').getByText('Данные совпадают').waitFor();
    expect((await world.remoteOf(tenant, 'object', 2)).COMMENTS).to.include('Стоит в депо');
    await setAutomatic(true);
  });

  it('a record that the portal refuses, and that is tried again', async () => {
    const mend = world.portal.faults.add({
      method: 'crm.item.update',
      action: {
        kind: 'refuse',
        status: 400,
        error: 'CRM_FIELD_ERROR_REQUIRED',
        description: 'Заполните поле «Регион»',
      },
    });
    await world.sql(`update objects set name = 'Газель 2' where id = 2`);
    await eventually(
      async () => (await world.sql(`select 1 from integration_errors where status = 'failed'`)).length > 0,
    );
    const tab = await openDeal(2);
    await tab.getByTestId('verdict').getByText('Ошибка синхронизации').waitFor();
    await tab
      .getByRole('alert')
      .getByText(/Заполните поле «Регион»/)
      .waitFor();
    await expectFine(tab, 'failed');
    mend();
    await tab.getByRole('button', { name: 'Синхронизировать сейчас' }).click();
    await tab.getByTestId('verdict').getByText('Данные совпадают').waitFor();
    expect((await world.remoteOf(tenant, 'object', 2)).TITLE).to.equal('Газель 2 (договор 17/26)');
    expect(await world.sql(`select 1 from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
  });

  it('a record whose change is on its way', async () => {
    const slow = world.portal.faults.add({ method: 'crm.item.update', action: { kind: 'delay', ms: 3000 } });
    await world.sql(`update objects set name = 'Газель 3' where id = 2`);
    const tab = await openDeal(2);
    await tab.getByTestId('verdict').getByText('Ждёт синхронизации').waitFor();
    await expectFine(tab, 'waits');
    slow();
    await tab.getByTestId('verdict').getByText('Данные совпадают').waitFor();
    expect((await world.remoteOf(tenant, 'object', 2)).TITLE).to.equal('Газель 3 (договор 17/26)');
  });

  it('a card without a record: none is free, one is found and linked by the keyboard alone', async () => {
    const { ID: id } = deals().create({ TITLE: 'Сделка менеджера' });
    const tab = await openTab('deal', id);
    await tab.getByText('Свободных записей не найдено').waitFor();
    await expectFine(tab, 'none-free');
    await setAutomatic(false);
    await world.sql(`insert into objects (tenant_id, name) values ($1, '${long} 2')`, [tenant.id]);
    await tab.locator('body').press('Tab');
    await focus(tab, 'Найти запись CRM без пары');
    await portal.page.keyboard.type('экскаватор');
    await tab.getByTestId('candidates').getByText(`${long} 2`).waitFor();
    await expectFine(tab, 'free');
    await focus(tab, `Связать с ${long} 2`);
    await portal.page.keyboard.press('Enter');
    await tab.getByTestId('verdict').getByText('Данные совпадают').waitFor();
    expect(
      await world.sql(`select local_id from bitrix24_sync_mappings where bitrix24_id = $1 and bitrix24_type = 'deal'`, [
        id,
      ]),
    ).to.deep.equal([{ local_id: 3 }]);
    await setAutomatic(true);
    await world.settled();
  });

  it('while it loads, when the server cannot be reached, and once it can again', async () => {
    let isCut = false;
    const held: (() => void)[] = [];
    await portal.page.route('**/api/integration/bitrix24/cards/**', async (route) => {
      if (isCut) return route.abort();
      await new Promise<void>((resolve) => held.push(resolve));
      return route.abort();
    });
    const tab = await openDeal(1);
    await tab.locator('[role="status"]').first().waitFor();
    await eventually(() => held.length > 0);
    expect(await movingParts(tab)).to.equal(0);
    await expectFine(tab, 'loading');
    isCut = true;
    for (const release of held) release();
    await tab.getByTestId('error-state').getByText('Нет связи с сервером').waitFor();
    await expectFine(tab, 'unreachable');
    await portal.page.unrouteAll();
    await tab.getByRole('button', { name: 'Повторить' }).click();
    await tab.getByTestId('verdict').getByText('Данные совпадают').waitFor();
    // The browser's own lines about the requests that were cut.
    for (const line of portal.problems.splice(0)) expect(line).to.match(/^Failed to load resource/);
  });
});
