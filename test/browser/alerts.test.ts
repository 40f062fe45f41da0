import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Alerting, boss, startAlerting } from '../support/alerting.ts';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, shoot, startPages } from '../support/pages.ts';

describe('the page of alerts', () => {
  let my: Alerting;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    my = await startAlerting();
    pages = await startPages();
  });
  after(async () => {
    await pages?.close();
    await my?.stop();
  });

  async function open(view: string, options: Parameters<typeof pages.open>[0] = {}): Promise<void> {
    page = await pages.open(options);
    await openApp(page, { port: my.world.port, token: my.tenant.token, view });
    await page.getByTestId('alert-form').waitFor();
  }
  const stored = async () =>
    (await my.world.call(my.tenant.token, 'GET', '/api/integration/bitrix24/alerts')).body.data;
  const form = () => page.getByTestId('alert-form');
  async function expectFine(name: string): Promise<void> {
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await shoot(page, `alerts-${name}`);
    pages.expectQuiet();
  }

  it('ways, causes with thresholds and the hour of the summary are chosen, saved, and tried way by way', async () => {
    await open('settings/alerts');
    await page.getByText('Всё в порядке').waitFor();
    expect(await page.title()).to.include('Оповещения');
    await form().getByRole('switch', { name: 'Сообщать о неполадках' }).click();
    await form().getByRole('switch', { name: 'Уведомление в Битрикс24' }).click();
    await form()
      .getByRole('button', { name: /^Сотрудники/ })
      .click();
    await page.getByRole('option', { name: 'Анна Серова' }).click();
    await page.keyboard.press('Escape');
    await form().getByRole('switch', { name: 'Письмо' }).click();
    await form().getByLabel('Адреса, по одному в строке').fill(`${boss.email}\nlost@company.example`);
    await form().getByRole('switch', { name: 'Вебхук' }).click();
    await form().getByLabel('Адрес (https)').fill(`${my.receiver.url}/alerts`);
    await form().getByRole('spinbutton', { name: 'Новых ошибок за час больше, ошибок' }).fill('3');
    await form().getByRole('switch', { name: 'Конфликт ждёт решения дольше' }).click();
    await form().getByRole('combobox', { name: 'Сводка раз в день' }).click();
    await page.getByRole('option', { name: '09:00' }).click();
    await page.getByText('Сначала сохраните изменения').waitFor({ state: 'hidden' });
    await expectFine('form');
    await form().getByRole('button', { name: 'Сохранить' }).click();
    await form().getByText('Сохранено').waitFor();
    const secret = await page.getByTestId('secret').locator('code').innerText();
    expect(secret).to.match(/^[\w-]{40,}$/);
    const saved = await stored();
    expect(saved.channels).to.deep.equal({
      bitrix24: { on: true, user_ids: [boss.userId] },
      email: { on: true, addresses: [boss.email, 'lost@company.example'] },
      webhook: { on: true, url: `${my.receiver.url}/alerts` },
    });
    expect(saved.causes.errors_rise).to.deep.equal({ on: true, count: 3 });
    expect([saved.causes.old_conflict.on, saved.digest_hour]).to.deep.equal([false, 9]);
    my.mail.behaviour.unknown.push('lost@company.example');
    await page.getByRole('button', { name: 'Отправить проверку' }).click();
    const results = page.getByTestId('trial-results');
    await results.getByText('не дошло').waitFor();
    expect(await results.getByText('дошло', { exact: true }).count()).to.equal(3);
    for (const text of ['lost@company.example', 'Анна Серова']) expect(await results.innerText()).to.include(text);
    expect(my.mail.to(boss.email)).to.have.length(1);
    await expectFine('trial');
    await page.reload();
    pages.expectQuiet();
  });

  it('what is wrong now links to its page, and each message stands in the log with what its way said', async () => {
    await my.world.sql(
      `insert into integration_errors (tenant_id, service, operation, local_type, local_id, code, message, kind, retryable, status)
       select $1, 'bitrix24', 'update', 'object', n, 'ERROR_CORE', 'Отказ', 'validation', false, 'failed' from generate_series(1, 9) n`,
      [my.tenant.id],
    );
    await my.look();
    await open('settings/alerts?state=failed');
    const link = page.getByTestId('open-alerts').getByRole('link', { name: 'Открыть: Ошибки' });
    expect(await link.getAttribute('href')).to.equal('#/errors');
    const log = page.getByTestId('deliveries');
    await log.getByText('lost@company.example').first().waitFor();
    expect(await log.getByText(boss.email).count()).to.equal(0);
    await log.getByRole('combobox', { name: 'Состояние' }).click();
    await page.getByRole('option', { name: 'доставлено', exact: true }).click();
    await eventually(() => expect(page.url()).to.include('state=sent'));
    const row = log.getByRole('button', { name: /ошибок стало много/ }).first();
    await row.focus();
    await page.keyboard.press('Enter');
    const details = page.getByRole('dialog');
    expect(await details.getByRole('link', { name: 'Открыть: Ошибки' }).getAttribute('href')).to.equal('#/errors');
    await expectFine('details');
    await page.keyboard.press('Escape');
    await eventually(async () =>
      expect(await page.evaluate(() => document.activeElement?.textContent)).to.match(/ошибок стало много/),
    );
  });

  it('unsaved changes are asked about, and a save over somebody else is refused', async () => {
    await open('settings/alerts');
    await form()
      .getByRole('spinbutton', { name: /^Об одной причине/ })
      .fill('40');
    await page.getByRole('link', { name: 'Записи' }).first().click();
    await page.getByText('Изменения не сохранены').waitFor();
    await page.getByRole('button', { name: 'Остаться' }).click();
    await my.save({ channels: my.channels, quiet_minutes: 20 });
    await form().getByRole('button', { name: 'Сохранить' }).click();
    await form()
      .getByRole('alert')
      .getByText(/изменил кто-то другой/)
      .waitFor();
    expect((await stored()).quiet_minutes).to.equal(20);
    await page.getByRole('button', { name: 'Отменить изменения' }).click();
  });

  it('in English on a narrow screen, by the keyboard', async () => {
    await open('settings/alerts', { width: 360, locale: 'en-GB' });
    await page.getByRole('heading', { name: 'Messages sent' }).waitFor();
    const own = (await form().innerText()).replace(/Анна Серова/g, '');
    expect(own).not.to.match(/[а-яё]/i);
    const told = form().getByRole('switch', { name: 'Tell about problems' });
    await told.focus();
    await page.keyboard.press('Space');
    expect(await told.getAttribute('aria-checked')).to.equal('false');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    expect(await told.getAttribute('aria-checked')).to.equal('true');
    await expectFine('360-en');
  });
});
