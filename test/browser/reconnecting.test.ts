import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { SimulatedPortal } from '../portal/portal.ts';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startNeighbour } from '../support/second-portal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a connection that has to be made anew', () => {
  let world: World;
  let tenant: Tenant;
  let other: SimulatedPortal;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;
  let revoke: () => void;
  const titles = (portal: SimulatedPortal) =>
    portal
      .records('deal')
      .list()
      .map(({ TITLE }) => TITLE);

  before(async () => {
    [world, pages] = await Promise.all([startWorld({ apps: true }), startPages()]);
    other = await startNeighbour(world, 'other');
    tenant = await world.addTenant();
    const webhook = world.portal.addWebhook();
    revoke = () => webhook.revoke();
    tenant.webhookUrl = webhook.url;
    await world.connect(tenant);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз 5490' });
    await world.settled();
  });
  after(async () => {
    await pages.close();
    await other.stop();
    await world.stop();
  });

  async function storeWebhook(url: string): Promise<void> {
    await page.getByLabel('Адрес входящего вебхука').fill(url);
    await page.getByRole('button', { name: 'Проверить и сохранить' }).click();
  }

  it('tells that the webhook was revoked, leads to the settings, and goes on with a new one', async () => {
    revoke();
    await world.call(tenant.token, 'PUT', '/api/objects/1', { name: 'Камаз после отзыва' });
    await eventually(async () => {
      const [connection] = await world.sql<{ state: string }>('select state from bitrix24_connections');
      expect(connection?.state).to.equal('suspended');
    });
    page = await pages.open({ width: 360 });
    await openApp(page, { port: world.port, token: tenant.token });
    const banner = page.getByTestId('connection-banner');
    await banner.getByText('Синхронизация остановлена').waitFor();
    await banner.getByText(/не принял вебхук.*Создайте новый входящий вебхук/).waitFor();
    expect(await banner.count()).to.equal(1);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'webhook-revoked-360');
    await banner.getByRole('link', { name: 'Открыть настройки' }).click();
    await storeWebhook(world.portal.addWebhook().url);
    await banner.waitFor({ state: 'detached' });
    await world.settled();
    expect(titles(world.portal)).to.deep.equal(['Камаз после отзыва']);
    pages.expectQuiet();
  });

  it('asks before it moves to another portal: the former links would be forgotten', async () => {
    page = await pages.open();
    await openApp(page, { port: world.port, token: tenant.token, view: 'settings' });
    await storeWebhook(other.addWebhook().url);
    const question = page.getByRole('alertdialog');
    await question.getByText('Это другой портал', { exact: true }).waitFor();
    await question.getByText(`На портале ${other.host} нет ни одной из ранее связанных записей`).waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'replace-portal');
    const connection = 'select portal_host from bitrix24_connections';
    expect(await world.sql(connection)).to.deep.equal([{ portal_host: world.portal.host }]);

    await page.getByRole('button', { name: 'Забыть прежние связи и перейти' }).click();
    await page.getByTestId('setup').getByText(`Портал ${other.host} подключён`).waitFor();
    expect(await world.sql(connection)).to.deep.equal([{ portal_host: other.host }]);
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
    expect(titles(other)).to.deep.equal(['Камаз после отзыва']);
    expect(titles(world.portal)).to.deep.equal(['Камаз после отзыва']);
    pages.expectQuiet();
  });
});
