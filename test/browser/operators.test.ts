import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { mintToken } from '../../app/http/tokens.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const hostile = `<img src=x onerror=alert(1)> [b]жирный[/b] "кавычки" <script>alert(2)</script>`;
const tabs = ['connection', 'scope', 'placement', 'fields', 'matching', 'rules', 'access', 'alerts', 'versions'];
const views = [
  'overview',
  'records',
  'records/1',
  'conflicts',
  'errors',
  'activity',
  ...tabs.map((tab) => `settings/${tab}`),
];

describe('the app page in a browser of its own', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(), startPages()]);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    const contract = {
      number: '17/26',
      client_name: 'ООО Северный ветер',
      start_date: '2026-01-15',
      end_date: '2027-01-14',
    };
    await world.call(tenant.token, 'POST', '/api/contracts', contract);
    for (const name of ['Камаз 5490', 'Газель Next', hostile]) {
      await world.call(tenant.token, 'POST', '/api/objects', { name, type: 'Грузовик', contract_id: 1 });
    }
    await world.call(tenant.token, 'POST', '/api/users', { name: 'Мария Петрова', email: 'maria@firma.example' });
    await world.settled();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (view?: string, options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, ...(view && { view }) });
  };
  const isLoaded = () =>
    page.locator('[aria-busy], [role="status"][aria-label]').first().waitFor({ state: 'detached' });

  it('asks for a token, refuses what is none, and keeps it out of the address, cookies and storage', async () => {
    page = await pages.open();
    await page.goto(`http://127.0.0.1:${world.port}/`);
    await expectAccessible(page);
    await page.getByLabel('Токен доступа').fill('не токен');
    await page.getByRole('button', { name: 'Открыть' }).click();
    await page.getByText('Это не похоже на токен').waitFor();
    await pages.shoot(page, 'token-form');
    await page.getByLabel('Токен доступа').fill(`Bearer ${tenant.token}`);
    await page.keyboard.press('Enter');
    await page.getByTestId('health-sentence').getByText(`Портал ${world.portal.host} подключён`).waitFor();
    await open();
    await page.getByTestId('health-sentence').waitFor();
    const kept = await page.evaluate(() => [
      location.href,
      document.cookie,
      localStorage.length,
      sessionStorage.length,
    ]);
    expect(kept).to.deep.equal([`http://127.0.0.1:${world.port}/`, '', 0, 0]);
    pages.expectQuiet();
  });

  it('says whose records it shows, and of which portal', async () => {
    await open('records');
    await page.getByTestId('whose').getByText(`ООО Ромашка · ${world.portal.host}`).waitFor();
  });

  it('tells the connection in a sentence, counts by kind and what was done this hour', async () => {
    await open();
    await page.getByTestId('health-sentence').getByText('данные синхронизируются').waitFor();
    for (const [kind, count] of [
      ['objects', '3'],
      ['users', '1'],
      ['contracts', '1'],
      ['errors', '0'],
      ['conflicts', '0'],
    ]) {
      await page
        .getByTestId(`count-${kind}`)
        .getByText(count as string, { exact: true })
        .waitFor();
    }
    await page.getByRole('img', { name: 'синхронизировано 5, с ошибками 0' }).waitFor();
    await page.getByTestId('limits').getByText('из 50').waitFor();
    pages.expectQuiet();
  });

  for (const width of [1280, 360]) {
    it(`fits ${width} px with every view, nothing serious for axe, nothing in the console`, async () => {
      await open(undefined, { width });
      for (const view of views) {
        await page.evaluate((hash) => {
          location.hash = hash;
        }, `#/${view}`);
        await page.locator('main').locator('h2, table, [data-testid="empty-state"]').first().waitFor();
        await isLoaded();
        const section = await page.locator('nav [aria-current="page"]').first().boundingBox();
        expect((section?.x ?? width) + (section?.width ?? 0)).to.be.at.most(width);
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
        await pages.shoot(page, `${view.replace('/', '-')}-${width}`);
      }
      pages.expectQuiet();
    });
  }

  it('speaks English in an English browser', async () => {
    await open('settings', { locale: 'en-GB' });
    await page.getByRole('heading', { name: 'Connection to the portal' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).to.equal('en');
    // What people typed is in their language.
    expect((await page.locator('body').innerText()).replace('ООО Ромашка', '')).not.to.match(/[а-яё]/i);
    pages.expectQuiet();
  });

  it('finds records by name, kind and number; texts from records are text', async () => {
    let dialogs = 0;
    await open('records');
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    await page.getByTestId('records').getByText(hostile).waitFor();
    await page.getByRole('searchbox').fill('камаз');
    await page.getByText('Найдено: 1').waitFor();
    expect(await page.getByTestId('records').getByRole('row').count()).to.equal(2);
    await page.getByRole('searchbox').fill('такого нет');
    await page.getByText('Ничего не найдено').waitFor();
    await page.getByRole('button', { name: 'Сбросить фильтр' }).first().click();
    await page.getByText('Найдено: 5').waitFor();
    await page.getByRole('combobox', { name: 'Вид' }).click();
    await page.getByRole('option', { name: 'Пользователи' }).click();
    await page.getByText('Найдено: 1').waitFor();
    await page.getByRole('button', { name: 'Мария Петрова', exact: true }).waitFor();
    expect(await page.locator('img, b', { hasText: 'жирный' }).count()).to.equal(0);
    expect(dialogs).to.equal(0);
    pages.expectQuiet();
  });

  it('offers a viewer nothing that a viewer may not do', async () => {
    const token = mintToken(world.config.jwtSecret ?? '', { tenantId: tenant.id, role: 'viewer', subject: 'v' }, 1);
    page = await pages.open();
    await openApp(page, { port: world.port, token });
    await page.getByTestId('health-sentence').waitFor();
    expect(await page.getByRole('button', { name: 'Запустить синхронизацию' }).count()).to.equal(0);
    await page.getByRole('link', { name: 'Настройки' }).click();
    await page.getByText('Изменять может только администратор').waitFor();
    for (const [tab, seen] of Object.entries({
      Подключение: 'setup',
      'Что синхронизировать': 'scope-object',
      'Новые записи': 'placement-object',
      Поля: 'pairs',
      Сопоставление: 'matching-user',
      'Конфликты и удаления': 'rules-object',
      'Доступ сотрудников': 'access',
      Версии: 'version',
    })) {
      await page.getByTestId('settings-tabs').getByRole('link', { name: tab, exact: true }).click();
      await page.getByTestId(seen).first().waitFor();
      const controls = page.locator('main').getByRole('combobox').or(page.locator('main').getByRole('switch'));
      for (const control of await controls.all()) expect(await control.isDisabled(), tab).to.equal(true);
      expect(await page.getByRole('button', { name: /сохранить|отключить|вернуть|загрузить/i }).count()).to.equal(0);
    }
  });

  it('opens every section and a record by the keyboard alone', async () => {
    await open();
    await page.getByTestId('health-sentence').waitFor();
    const press = async (name: string) => {
      for (let step = 0; step < 40; step += 1) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
        if (focused.startsWith(name)) return page.keyboard.press('Enter');
      }
      throw new Error(`The keyboard does not reach ${name}`);
    };
    await press('Записи');
    await page.getByTestId('records').waitFor();
    await press('Камаз 5490');
    await page.getByTestId('fields').waitFor();
    await press('Открыть карточку CRM');
    await page.getByTestId('crm-card').getByText('Грузовик').waitFor();
  });

  it('keeps what it shows while the server cannot be reached, says so, and mends itself', async () => {
    await open();
    await page.getByTestId('count-objects').getByText('3', { exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.getByTestId('stale').getByText('Нет связи с сервером').waitFor({ timeout: 15_000 });
    await page.getByTestId('count-objects').getByText('3', { exact: true }).waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'offline');
    await page.context().setOffline(false);
    await page.getByTestId('stale').waitFor({ state: 'detached' });
  });

  it('asks for a new token when the old one ends, and goes on with it', async () => {
    const claims = { tenantId: tenant.id, role: 'admin', subject: 'short' } as const;
    const token = mintToken(world.config.jwtSecret ?? '', claims, 2 / 3600);
    page = await pages.open();
    await openApp(page, { port: world.port, token });
    await page.getByTestId('health-sentence').waitFor();
    await page.getByRole('heading', { name: 'Сессия закончилась' }).waitFor({ timeout: 20_000 });
    await expectAccessible(page);
    await pages.shoot(page, 'session-ended');
    await page.getByLabel('Токен доступа').fill(tenant.token);
    await page.getByRole('button', { name: 'Открыть' }).click();
    await page.getByTestId('health-sentence').waitFor();
  });
});
