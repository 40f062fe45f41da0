import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { mintToken } from '../../app/http/tokens.ts';
import { matchingOf } from '../support/matching.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('records that wait for a decision, on the overview', () => {
  let world: World;
  let tenant: Tenant;
  let my: ReturnType<typeof matchingOf>;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;
  const users: number[] = [];
  let anna = 0;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(unlimited), startPages()]);
    tenant = await world.addTenant();
    my = matchingOf(world, tenant);
    await world.connectWithEvents(tenant);
    anna = my.contact('Анна', 'Белова', { phone: ['+7 495 765-43-21'] });
    for (const name of ['Олег', 'Игорь']) my.contact(name, 'Иванов', { email: ['ivanov@mail.example'] });
    users.push(await my.addUser({ name: 'Пётр Сидоров', email: 'petr@mail.example', phone: '+74957654321' }));
    users.push(await my.addUser({ name: 'О. Иванов', email: 'ivanov@mail.example' }));
    my.company('Ромашка, филиал', { inn: '7701234567', kpp: '780201001' });
    await my.addContract({
      ...{ number: 'Д-17', client_name: 'ООО «Ромашка»' },
      ...{ client_inn: '7701234567', client_kpp: '770101001' },
    });
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (options: Parameters<typeof pages.open>[0] = {}, token = tenant.token) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token });
  };

  for (const width of [1280, 360]) {
    it(`are shown beside what they may be, ${width} px wide`, async () => {
      await open({ width });
      await page.getByRole('heading', { name: 'Ждут решения: 3' }).waitFor();
      await page.getByRole('link', { name: 'Обзор открыто: 3' }).waitFor();
      await page.getByTestId('match-row').nth(2).waitFor();
      expect(await page.getByTestId('match-row').count()).to.equal(3);
      expect(await page.getByTestId('match-candidate').count()).to.equal(4);
      await page.getByText('отличается: имя').first().waitFor();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await pages.shoot(page, `matches-${width}`);
      pages.expectQuiet();
    });
  }

  it('are told in English, too', async () => {
    await open({ locale: 'en-GB' });
    await page.getByRole('heading', { name: 'Waiting for a decision: 3' }).waitFor();
    await page.getByRole('button', { name: 'Leave without a pair' }).first().waitFor();
    pages.expectQuiet();
  });

  it('are not for a viewer', async () => {
    const token = mintToken(world.config.jwtSecret ?? '', { tenantId: tenant.id, role: 'viewer', subject: 'v' }, 1);
    await open({}, token);
    await page.getByTestId('count-users').waitFor();
    expect(await page.getByTestId('matches').count()).to.equal(0);
    pages.expectQuiet();
  });

  it('one is linked, one is made anew, one is left alone, and the section goes', async () => {
    await open();
    await page.getByRole('button', { name: `Связать: Пётр Сидоров и № ${anna}` }).click();
    await page.getByText('Записи связаны').waitFor();
    await page.getByRole('heading', { name: 'Ждут решения: 2' }).waitFor();
    await page.getByRole('button', { name: 'Создать новую: О. Иванов' }).click();
    await page.getByText('Создаём новую запись в Битрикс24').waitFor();
    await page.getByRole('button', { name: 'Оставить без пары: Д-17 ООО «Ромашка»' }).click();
    await page.getByTestId('matches').waitFor({ state: 'detached' });
    await world.settled();
    expect(await my.pairOf('user', users[0] ?? 0)).to.equal(anna);
    expect(await my.pairOf('user', users[1] ?? 0)).to.be.greaterThan(3);
    expect(world.portal.records('company').list()).to.have.length(1);
    pages.expectQuiet();
  });

  it('what differed at the first link can be taken from either side', async () => {
    await open();
    await page.getByTestId('count-conflicts').click();
    const row = page.getByRole('row').filter({ hasText: 'Пётр Сидоров' });
    await row.getByRole('button').first().click();
    await page.getByRole('dialog').getByText('при этом ничего не перезаписывается').waitFor();
    await pages.shoot(page, 'first-link-conflict');
    await page.keyboard.press('Escape');
    await row.getByRole('button', { name: 'Оставить значение CRM: Пётр Сидоров' }).first().click();
    await row.getByText('Оставлено значение CRM').first().waitFor();
    await world.settled();
    expect(world.portal.records('contact').get(anna)).to.include({ LAST_NAME: 'Сидоров' });
    pages.expectQuiet();
  });
});
