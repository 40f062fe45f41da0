import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { mintToken } from '../../app/http/tokens.ts';
import { eventually } from '../support/eventually.ts';
import { type Fleet, makeFleet, onLocal } from '../support/fleet.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('held deletions on the overview', () => {
  let world: World;
  let tenant: Tenant;
  let fleet: Fleet;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(), startPages()]);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    fleet = makeFleet(world, tenant);
    await fleet.deleteObjects(await fleet.add(12, onLocal('delete')));
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (options: Parameters<typeof pages.open>[0] = {}, token = tenant.token) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token });
    await page.getByTestId('held-row').first().waitFor();
  };

  for (const width of [1280, 360]) {
    it(`are counted and listed, ${width} px wide`, async () => {
      await open({ width });
      await page.getByTestId('count-held').getByText('12', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Обзор открыто: 12' }).waitFor();
      expect(await page.getByTestId('held-row').count()).to.equal(10);
      await page.getByTestId('held').getByText('Подтвердить — удалить в Битрикс24').first().waitFor();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await pages.shoot(page, `held-${width}`);
      pages.expectQuiet();
    });
  }

  it('are told in English, too', async () => {
    await open({ locale: 'en-GB' });
    const text = await page.getByTestId('held').innerText();
    expect(text.replaceAll(/Объект \d+/g, '')).not.to.match(/[а-яё]/i);
    pages.expectQuiet();
  });

  it('are for a viewer to look at only', async () => {
    const token = mintToken(world.config.jwtSecret ?? '', { tenantId: tenant.id, role: 'viewer', subject: 'v' }, 1);
    await open({}, token);
    expect(
      await page
        .getByTestId('held')
        .getByRole('button', { name: /Вернуть|Подтвердить/ })
        .count(),
    ).to.equal(0);
  });

  it('one is confirmed, one is put back, then all the others, and the section goes', async () => {
    await open();
    await page.getByRole('button', { name: 'Подтвердить: Объект 12' }).click();
    await page.getByText('Удаление подтверждено').waitFor();
    await page.getByTestId('count-held').getByText('11', { exact: true }).waitFor();
    await eventually(async () => expect(world.portal.records('deal').list()).to.have.length(11));
    await page.getByRole('button', { name: 'Вернуть: Объект 11' }).click();
    await page.getByText('Удаление отменено').waitFor();
    await page.getByRole('button', { name: 'Вернуть все: 10' }).click();
    await page.getByText('Отменено удалений: 10').waitFor();
    await page.getByTestId('held').waitFor({ state: 'detached' });
    await page.getByTestId('count-held').getByText('0', { exact: true }).waitFor();
    await world.settled();
    expect(await fleet.livingIds()).to.have.length(11);
    pages.expectQuiet();
  });
});
