import { expect } from 'chai';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe("the settings page after changes of the portal's fields", () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(), startPages()]);
    tenant = await world.addTenant();
    const { catalogue } = world.portal.store;
    const serial = catalogue.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
    const colour = catalogue.addUserField('deal', 'UF_CRM_COLOUR', 'string', false);
    Object.assign(serial, { title: 'Серийный номер' });
    Object.assign(colour, { title: 'Цвет' });
    await world.connect(tenant);
    const custom = [{ local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both' }];
    await call('PUT', 'settings', { field_map: { object: { custom } } });
    await call('GET', 'schema');
    catalogue.removeUserField('deal', 'UF_CRM_SERIAL');
    Object.assign(colour, { title: 'Цвет кузова' });
    await call('DELETE', 'cache');
    await call('GET', 'schema');
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const call = (method: string, path: string, body?: unknown) =>
    world.call(tenant.token, method, `/api/integration/bitrix24/${path}`, body);

  it('tells each with what to do, what concerns the synchronisation first', async () => {
    const page = await pages.open();
    await openApp(page, { port: world.port, token: tenant.token, view: 'settings/fields' });
    await page.getByRole('link', { name: 'Поля открыто: 1' }).waitFor();
    const changes = page.getByTestId('schema-change');
    await changes.first().waitFor();
    const [removed, renamed, ...rest] = await changes.allInnerTexts();
    expect(rest).to.deep.equal([]);
    expect(removed).to.match(/^Сделка: «Серийный номер \(UF_CRM_SERIAL\)» удалено в портале/);
    expect(removed).to.match(/Пары полей: Объект — Серийный номер/);
    expect(removed).to.match(/Пара полей ждёт, значения в CRM сохранены/);
    expect(renamed).to.match(/^Сделка: «Цвет» теперь называется «Цвет кузова»/);
    expect(renamed).to.match(/Ничего делать не нужно/);
    await page
      .getByTestId('fault-banner')
      .getByText('Поле «Серийный номер (UF_CRM_SERIAL)» удалено в портале')
      .waitFor();
    await expectAccessible(page);
    await pages.shoot(page, 'schema-changes');
    pages.expectQuiet();
  });

  it('in English, on a narrow screen', async () => {
    const page = await pages.open({ width: 390, height: 844, locale: 'en-GB' });
    await openApp(page, { port: world.port, token: tenant.token, view: 'settings/fields' });
    await page.getByText("What changed in the portal's fields").waitFor();
    await page.getByText(/^Deal: "Серийный номер \(UF_CRM_SERIAL\)" was deleted in the portal$/).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'schema-changes-en');
    pages.expectQuiet();
  });
});
