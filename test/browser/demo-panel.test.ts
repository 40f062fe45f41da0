import { expect } from 'chai';
import pg from 'pg';
import { countCrm, makeCrmTroubles } from '../demo/crm-troubles.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from '../support/pages.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe("troubles and tour on the simulated portal's page", () => {
  let world: World;
  let tenant: Tenant;
  let client: pg.Client;
  let app: SimulatedApp;
  let portal: PortalBrowser;

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    const contract = `insert into contracts (tenant_id, number, client_name) values ($1, 'Д-1', 'ООО Ветер')`;
    await world.sql(contract, [tenant.id]);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Тягач ' || n from generate_series(1, 24) n`, [
      tenant.id,
    ]);
    await world.sql('update objects set contract_id = 1 where id = 1');
    const driver = installingIn(world);
    app = driver.addApp(world.portal, { menuItem: 'Axenta' });
    await driver.storeKeys(tenant, app);
    client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    const crm = { client, tenantId: tenant.id };
    world.portal.simulation.troubles.teach(...makeCrmTroubles({ ...crm, portal: world.portal }));
    world.portal.simulation.lookAtCrm = () => countCrm(crm);
    portal = await openPortalBrowser(world.portal, { viewport: { width: 1280, height: 1000 } });
    portal.page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await portal?.stop();
    await client?.end();
    await world?.stop();
  });
  afterEach(() => expect(portal.problems.splice(0)).to.deep.equal([]));

  const ticked = async () => {
    const done = await portal.page.locator('[data-step].done').all();
    return Promise.all(done.map((step) => step.getAttribute('data-step')));
  };
  const eventuallyTicked = (names: string[]) => eventually(async () => expect(await ticked()).to.deep.equal(names));
  const button = (name: string) => portal.page.locator(`[data-trouble="${name}"] button`);

  /** Presses a trouble's button as somebody without a mouse does; it keeps the focus. */
  async function press(name: string): Promise<void> {
    await button(name).focus();
    await portal.page.keyboard.press('Enter');
    await eventually(async () => expect(await portal.page.evaluate(focusedTrouble)).to.equal(name));
  }
  const focusedTrouble = () => document.activeElement?.closest<HTMLElement>('[data-trouble]')?.dataset.trouble;

  it('every step of the tour ticks itself: install, edit, conflict, error, recover', async () => {
    const { page } = portal;
    await portal.go('/troubles');
    expect(await ticked()).to.deep.equal([]);
    await expectAccessible(page);
    expect(await page.getByRole('link', { name: 'Почта' }).count()).to.equal(0);
    const driver = installingIn(world);
    await driver.post(app.frame());
    await driver.bound(tenant.token);
    app.finishInstall();
    await eventuallyTicked(['install']);
    await world.call(tenant.token, 'POST', `${bitrix24}/sync/to`, { all: true, wait: true });
    await world.settled();
    await page.getByRole('link', { name: 'Открыть' }).click();
    await page.getByRole('cell', { name: 'Тягач 7', exact: true }).click();
    await page.locator('input[name=TITLE]').fill('Тягач седьмой');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByRole('link', { name: 'Сбои и тур' }).click();
    await eventuallyTicked(['install', 'edit']);
    await press('conflicts');
    await page.getByText('Изменено с обеих сторон: 20').waitFor();
    await world.settled();
    const open = await eventually(async () => {
      const { body } = await world.call(tenant.token, 'GET', `${bitrix24}/conflicts?state=open`);
      expect(body.data.pagination.total).to.equal(20);
      return body.data.conflicts;
    });
    expect(await ticked()).to.deep.equal(['install', 'edit']);
    await world.call(tenant.token, 'POST', `${bitrix24}/conflicts/${open[0].id}/resolve`, { keep: 'crm' });
    await eventuallyTicked(['install', 'edit', 'conflict']);
    await press('errors');
    await eventuallyTicked(['install', 'edit', 'conflict', 'error']);
    await page.locator('.trouble.on .badge').waitFor();
    await shoot(page, 'demo-panel-1280');
    const groups = async () => (await world.call(tenant.token, 'GET', '/api/integration/errors/groups')).body.data;
    await eventually(async () => {
      const [{ count } = { count: 0 }] = await world.sql<{ count: number }>(
        `select count(*)::integer as count from integration_errors where status <> 'resolved'`,
      );
      expect(count, JSON.stringify(await groups())).to.equal(24);
    });
    expect((await groups()).groups).to.have.length(8);
    await press('errors');
    expect(await ticked()).to.deep.equal(['install', 'edit', 'conflict', 'error']);
    await world.call(tenant.token, 'POST', '/api/integration/errors/retry-all', {});
    await eventuallyTicked(['install', 'edit', 'conflict', 'error', 'recover']);
    await page.getByText('Пройдено: 5 / 5').waitFor();
    const company = async () => (await world.remoteOf(tenant, 'contract', 1)).ID;
    const former = await company();
    await press('merge');
    await page.getByText(/объединена с №/).waitFor();
    await eventually(async () => expect(await company()).not.to.equal(former));
    await expectAccessible(page);
  });

  it('in English and narrow, by the keyboard, with letters in the mailbox', async () => {
    const { page } = portal;
    const now = new Date().toISOString();
    const letter = { at: now, from: 'axenta@firm.example', to: ['boss@firm.example'], subject: 'Connection lost' };
    world.portal.simulation.mailbox = () => [{ ...letter, text: 'See https://127.0.0.1/#/errors now' }];
    await page.setViewportSize({ width: 360, height: 800 });
    await portal.login(1, 'en');
    for (const section of ['troubles', 'mail', 'deal', 'deal/1', 'developer', 'journal']) {
      await portal.go(`/${section}`);
      await shoot(page, `demo-360-${section.replace('/', '-')}`);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      // Names of people and records are as they are.
      const own = page.locator(
        'nav, .topbar label, header, .troubles, .tour, .letters, .developer, thead, .card label',
      );
      const texts = (await own.allInnerTexts())
        .join(' ')
        .replace(/Русский|Анна Серова|Пётр Гусев|Ирина Лисина|Олег Котов|Тягач[^\n]*/g, '');
      expect(texts, section).not.to.match(/[а-яё]/i);
    }
    await portal.go('/mail');
    await page.getByRole('heading', { name: 'Connection lost' }).waitFor();
    expect(await page.getByRole('link', { name: 'https://127.0.0.1/#/errors' }).getAttribute('target')).to.equal(
      '_blank',
    );
    expect(await page.title()).to.equal('Mail · Bitrix24 (simulated)');
    await portal.go('/troubles');
    await shoot(page, 'demo-panel-360');
    await button('method').focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('ArrowDown');
    const chosen = await page.evaluate(() => (document.activeElement as HTMLSelectElement).value);
    await press('method');
    const [method] = world.portal.simulation.troubles.list().filter(({ isOn }) => isOn);
    expect(method).to.deep.include({ name: 'method', values: { method: chosen } });
    await press('method');
    expect(world.portal.simulation.troubles.lasting).to.deep.equal([]);
    await portal.login(1, 'ru');
    await page.setViewportSize({ width: 1280, height: 1000 });
  });

  it('the application is deleted only after a question, and not when one thinks better of it', async () => {
    const { page } = portal;
    await portal.go('/developer');
    await page.getByRole('button', { name: 'Удалить', exact: true }).click();
    const question = page.getByRole('alertdialog', { name: 'Удалить приложение?' });
    await question.getByText('потеряет доступ к порталу').waitFor();
    await expectAccessible(page);
    await question.getByRole('button', { name: 'Отмена' }).click();
    expect(await page.evaluate(() => document.activeElement?.textContent)).to.equal('Удалить');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(world.portal.apps.list()).to.have.length(1);
    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'Да, удалить', exact: true }).click();
    await page.getByText('Приложение удалено').waitFor();
    expect(app.isInstalled).to.equal(false);
  });
});
