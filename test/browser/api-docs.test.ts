import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible, expectNoSidewaysScroll, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('the description of the interface as a page', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(), startPages()]);
    tenant = await world.addTenant();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  async function open(options: Parameters<typeof pages.open>[0]): Promise<Page> {
    const page = await pages.open(options);
    await page.goto(`http://127.0.0.1:${world.port}/api/docs`);
    await page.getByRole('heading', { name: 'CRM records' }).waitFor();
    return page;
  }

  /** Opens an operation by the keyboard, and waits for its fields. */
  async function unfold(page: Page, tag: string, summary: string) {
    await page.locator(`.opblock-tag[data-tag="${tag}"]`).click();
    const operation = page.locator('.opblock').filter({ hasText: summary });
    await operation.locator('button.opblock-summary-control').focus();
    await page.keyboard.press('Enter');
    await operation.getByRole('button', { name: 'Execute' }).waitFor();
    return operation;
  }

  it('sends a request with a pasted token from a narrow screen, under a strict policy', async () => {
    const page = await open({ width: 360, height: 800 });
    expect(await page.title()).to.equal('REST API: Axenta CRM и Битрикс24');
    await pages.shoot(page, 'api-docs-360');
    await expectNoSidewaysScroll(page);

    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.locator('.auth-container input').fill(tenant.token);
    await pages.shoot(page, 'api-docs-token-360');
    await page.getByRole('button', { name: 'Apply credentials' }).click();
    await page.getByRole('button', { name: 'Close' }).click();

    const operation = await unfold(page, 'CRM records', 'Create one of the objects');
    await expectNoSidewaysScroll(page);
    await operation.locator('textarea').fill('{"name":"КамАЗ 5490"}');
    await operation.getByRole('button', { name: 'Execute' }).click();
    await operation.locator('.live-responses-table').getByText('201').first().waitFor();
    await pages.shoot(page, 'x360');
    await expectNoSidewaysScroll(page);
    await pages.shoot(page, 'api-docs-tried-360');
    expect(await world.sql('select name from objects where tenant_id = $1', [tenant.id])).to.deep.equal([
      { name: 'КамАЗ 5490' },
    ]);
    pages.expectQuiet();
  });

  it('shows fields and an example of an answer, in English on a wide screen, and axe finds nothing in its frame', async () => {
    const page = await open({ width: 1280, locale: 'en-GB' });
    expect(await page.title()).to.equal('REST API: Axenta CRM and Bitrix24');
    const operation = await unfold(page, 'Records', 'Mappings, the newest first');
    await operation.getByText('"bitrix24_type": "deal"').first().waitFor();
    await pages.shoot(page, 'api-docs-1280');
    await expectNoSidewaysScroll(page);
    // What the viewer itself is made of is its makers' business.
    await page.locator('#viewer').evaluate((viewer) => viewer.remove());
    await expectAccessible(page);
    pages.expectQuiet();
  });
});
