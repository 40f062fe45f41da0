import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, expectNoSidewaysScroll, openApp, startPages } from '../support/pages.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('the field map, on its tab', () => {
  let world: World;
  let tenant: Tenant;
  let pages: Awaited<ReturnType<typeof startPages>>;
  let page: Page;

  before(async () => {
    [world, pages] = await Promise.all([startWorld(unlimited), startPages()]);
    tenant = await world.addTenant();
    const { catalogue } = world.portal.store;
    const kind = catalogue.addUserField('deal', 'UF_CRM_KIND', 'enumeration', false);
    for (const [id, value] of [
      [501, 'Легковой'],
      [502, 'Грузовой'],
    ] as const) {
      kind.card.options.push({ id, value, sort: id, isDefault: false, xmlId: `x${id}` });
    }
    Object.assign(kind, { title: 'Вид техники' });
    Object.assign(catalogue.addUserField('deal', 'UF_CRM_SERIAL', 'string', false), { title: 'Серийный номер' });
    Object.assign(catalogue.addUserField('deal', 'UF_CRM_DAY', 'date', false), { title: 'День осмотра' });
    await world.connectWithEvents(tenant);
    await world.sql(
      `insert into objects (tenant_id, name, type, serial_number) values
         ($1, 'Камаз 5490', 'Грузовик', 'SN-1'), ($1, 'Маз', 'Фура', 'SN-2'), ($1, 'Волга', 'Легковой', null)`,
      [tenant.id],
    );
    await world.settled();
  });
  after(async () => {
    await pages.close();
    await world.stop();
  });

  const open = async (view: string, options: Parameters<typeof pages.open>[0] = {}) => {
    page = await pages.open(options);
    await openApp(page, { port: world.port, token: tenant.token, view: `settings/${view}` });
    await page.getByTestId('pairs').waitFor();
  };
  const stored = async () => (await world.call(tenant.token, 'GET', `${bitrix24}/settings`)).body.data.field_map.object;
  const pick = async (list: string | RegExp, option: string) => {
    await page.getByRole('button', { name: list }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  const choose = async (list: string, option: string) => {
    await page.getByRole('combobox', { name: list }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  const deal = (id: number) => world.remoteOf(tenant, 'object', id);
  const saved = () => page.getByTestId('save-bar').getByText('Сохранено', { exact: true }).waitFor();
  const save = () => page.getByRole('button', { name: 'Сохранить', exact: true }).click();

  it('shows each pair by the names of both fields with type, arrow and the values of a real record', async () => {
    await open('fields');
    await page.getByText('Пример: Волга').waitFor();
    const title = page.getByTestId('pair-title');
    const text = await title.innerText();
    expect(text).to.match(/^Название\s+Волга\s+В обе стороны\s+Название строка\s+Волга/);
    expect(await title.getByRole('switch', { name: 'Синхронизировать: Название' }).isChecked()).to.equal(true);
    await page.getByTestId('pair-details').getByText('Только в Битрикс24').waitFor();
    pages.expectQuiet();
  });

  it('offers only fields that fit, and shows on real records what a new pair would do before it is saved', async () => {
    await open('fields/object');
    await pick('Поле CRM: Выберите поле', 'Серийный номер');
    await page.getByRole('button', { name: 'Поле Битрикс24: Выберите поле' }).click();
    const offered = await page.getByRole('option').allInnerTexts();
    expect(offered).to.include('Серийный номер (строка)');
    for (const other of offered) expect(other).not.to.match(/День осмотра|Название/);
    await page.getByRole('option', { name: 'Серийный номер (строка)' }).click();
    await page.getByTestId('add-pair').getByRole('button', { name: 'Добавить пару' }).click();
    await page.getByTestId('pair-serial_number:UF_CRM_SERIAL').getByText('своя пара').waitFor();
    await page.getByRole('button', { name: 'Посмотреть, что изменится' }).click();
    const preview = page.getByTestId('map-preview');
    await preview.getByText('Изменённые пары есть у связанных записей: 3. Просмотрено 3, изменится 2').waitFor();
    await preview.getByText('Если стороны отличаются в первый раз: заполнить только пустое').waitFor();
    await preview.getByText(/CRM: SN-1\. Битрикс24: пусто — станет как в CRM: SN-1/).waitFor();
    expect(await stored()).to.deep.equal({});
    expect((await deal(1)).UF_CRM_SERIAL).not.to.equal('SN-1');
    await expectAccessible(page);
    await pages.shoot(page, 'settings-fields-preview');
    await save();
    const danger = page.getByTestId('danger');
    await danger.getByText(/будут сравнены у связанных записей: 3/).waitFor();
    await danger.getByRole('button', { name: 'Да, сохранить' }).click();
    await saved();
    await eventually(async () => expect((await deal(1)).UF_CRM_SERIAL).to.equal('SN-1'));
    expect((await stored()).custom).to.deep.equal([
      { local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both' },
    ]);
    pages.expectQuiet();
  });

  it('leads values of a list by a table, several to one with a way back, and keeps what the table lacks', async () => {
    await open('fields/object', { width: 360 });
    await pick('Поле CRM: Выберите поле', 'Тип');
    await pick('Поле Битрикс24: Выберите поле', 'Вид техники (список)');
    await page.getByTestId('add-pair').getByRole('button', { name: 'Добавить пару' }).click();
    const name = 'Тип — UF_CRM_KIND';
    const table = page.getByTestId('values-UF_CRM_KIND');
    for (const [line, crm, there] of [
      [1, 'Грузовик', 'Грузовой'],
      [2, 'Фура', 'Грузовой'],
      [3, 'Легковой', 'Легковой'],
    ] as const) {
      await page.getByRole('button', { name: `${name}: Добавить строку` }).click();
      await pick(new RegExp(`^${name}: Строка ${line}: Значение CRM`), crm);
      await pick(new RegExp(`^${name}: Строка ${line}: Значение Битрикс24`), there);
    }
    await table.getByRole('checkbox', { name: `${name}: Строка 2: Обратный путь` }).click();
    await choose(`${name}: Если значения Битрикс24 нет в таблице`, 'Оставить обе стороны как есть');
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'settings-fields-values-360');
    await save();
    await page.getByTestId('danger').getByRole('button', { name: 'Да, сохранить' }).click();
    await saved();
    await world.settled();
    const kinds = await Promise.all([1, 2, 3].map(async (id) => (await deal(id)).UF_CRM_KIND));
    expect(kinds.map(String)).to.deep.equal(['502', '502', '501']);
    world.portal.records('deal').update(Number((await deal(3)).ID), { UF_CRM_KIND: 502 });
    await eventually(async () => {
      const [row] = await world.sql<{ type: string }>('select type from objects where id = 3');
      expect(row?.type).to.equal('Фура');
    });
    pages.expectQuiet();
  });

  it('says beside the button what is wrong with a table of values, and saves nothing', async () => {
    await open('fields/object');
    const before = await stored();
    const name = 'Тип — UF_CRM_KIND';
    await page.getByRole('checkbox', { name: `${name}: Строка 2: Обратный путь` }).click();
    await save();
    await page
      .getByTestId('save-bar')
      .getByRole('alert')
      .getByText(/отметьте одну из них return/)
      .waitFor();
    expect(await stored()).to.deep.equal(before);
  });

  it('turns a pair off, gives one to a side and another a rule of its own, in English on a narrow screen', async () => {
    await open('fields/object', { width: 360, locale: 'en-GB' });
    await page.getByRole('switch', { name: 'Sync: Details from the CRM' }).click();
    await choose('Description: Side that counts', 'Axenta CRM');
    await choose('Title: On conflict', 'Ask a person');
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await pages.shoot(page, 'settings-fields-360-en');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const danger = page.getByTestId('danger');
    const done = page.getByTestId('save-bar').getByText('Saved', { exact: true });
    await danger.or(done).first().waitFor();
    if (await danger.isVisible()) await danger.getByRole('button', { name: 'Yes, save' }).click();
    await done.waitFor();
    const map = await stored();
    expect(map.disabled).to.deep.equal(['details']);
    expect(map.owners).to.deep.equal({ description: 'crm' });
    expect(map.policies).to.deep.equal({ title: 'ask' });
    await world.call(tenant.token, 'PATCH', '/api/objects/1', { description: 'Из CRM' });
    await world.settled();
    world.portal.records('deal').update(Number((await deal(1)).ID), { TITLE: 'Новое имя', COMMENTS: 'Не берут' });
    await eventually(async () => {
      const [row] = await world.sql('select name, description from objects where id = 1');
      expect(row).to.deep.equal({ name: 'Новое имя', description: 'Из CRM' });
    });
    await eventually(async () => expect((await deal(1)).COMMENTS).to.equal('Из CRM'));
    pages.expectQuiet();
  });

  it('makes fields of ours in the portal for chosen columns, with their pairs', async () => {
    await open('fields/object');
    const make = page.getByTestId('make-fields');
    await make.getByRole('checkbox', { name: 'IMEI' }).click();
    await expectAccessible(page);
    await make.getByRole('button', { name: 'Создать выбранные: 1' }).click();
    await make.getByText('Поля созданы, пары добавлены').waitFor();
    await page.getByTestId('pair-imei:UF_CRM_AXENTA_IMEI').waitFor();
    expect(await make.getByRole('checkbox', { name: 'IMEI' }).count()).to.equal(0);
    expect((await stored()).custom.at(-1)).to.include({ local: 'imei', bitrix24: 'UF_CRM_AXENTA_IMEI' });
    await world.call(tenant.token, 'PATCH', '/api/objects/2', { imei: '356307042441013' });
    await eventually(async () => expect((await deal(2)).UF_CRM_AXENTA_IMEI).to.equal('356307042441013'));
    pages.expectQuiet();
  });

  it('takes an own pair away without touching a value', async () => {
    await open('fields/object');
    await page.getByRole('button', { name: 'Убрать пару: Серийный номер — UF_CRM_SERIAL' }).click();
    await page.getByTestId('pair-serial_number:UF_CRM_SERIAL').waitFor({ state: 'detached' });
    await save();
    await saved();
    expect((await stored()).custom.map(({ bitrix24 }: { bitrix24: string }) => bitrix24)).to.deep.equal([
      'UF_CRM_KIND',
      'UF_CRM_AXENTA_IMEI',
    ]);
    expect((await deal(1)).UF_CRM_SERIAL).to.equal('SN-1');
    pages.expectQuiet();
  });
});
