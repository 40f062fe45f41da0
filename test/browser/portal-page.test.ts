import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe("the simulated portal's page", () => {
  let world: World;
  let tenant: Tenant;
  let browser: Browser;
  let page: Page;

  before(async () => {
    world = await startWorld();
    browser = await launchBrowser({ trust: [world.portal.caPem] });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз 5490' });
    await world.settled();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${world.portal.origin}/`);
  });
  after(async () => {
    await browser?.close();
    await world?.stop();
  });

  async function openDeal(): Promise<void> {
    const deal = await world.remoteOf(tenant, 'object', 1);
    await page.goto(`${world.portal.origin}/#/deal/${deal.ID}`);
    await page.locator('form.card input[name=TITLE]').waitFor();
  }

  it('lists the deal that an object became; its row opens the card', async () => {
    await page.getByRole('cell', { name: 'Камаз 5490' }).click();
    expect(await page.locator('input[name=TITLE]').inputValue()).to.equal('Камаз 5490');
  });

  it('changes the object when its deal is edited in the card', async () => {
    await openDeal();
    await page.locator('input[name=TITLE]').fill('Камаз красный');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await eventually(async () => {
      expect(await world.sql('select name from objects')).to.deep.equal([{ name: 'Камаз красный' }]);
    });
  });

  it('writes calls and events into the live journal as they happen', async () => {
    const event = page.locator('#live li').filter({ hasText: 'ONCRMDEALUPDATE' });
    const shown = await event.count();
    await openDeal();
    await page.locator('input[name=TITLE]').fill('Камаз синий');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await eventually(async () => (await event.count()) > shown);
    expect(await event.first().innerText()).to.include('событие');
  });

  it('shows in the card what the portal refuses', async () => {
    await openDeal();
    const { ID } = await world.remoteOf(tenant, 'object', 1);
    world.portal.records('deal').delete(Number(ID));
    await page.locator('input[name=TITLE]').fill('Поздно');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    const message = page.locator('#message.error');
    await message.waitFor();
    expect(await message.innerText()).to.equal('Element not found');
  });
});
