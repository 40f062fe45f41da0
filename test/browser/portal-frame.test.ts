import { expect } from 'chai';
import type { Frame } from 'playwright-core';
import qs from 'qs';
import { eventually } from '../support/eventually.ts';
import { openPortalBrowser, type PortalBrowser } from '../support/portal-browser.ts';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import { type StandInApp, startStandInApp } from '../support/stand-in-app.ts';

/** Runs in the application's frame once the SDK has finished its handshake. */
// biome-ignore lint/suspicious/noExplicitAny: the page's answers have every shape
async function inFrame(frame: Frame, expression: string): Promise<any> {
  await frame.evaluate('window.ready');
  return frame.evaluate(expression);
}

describe('the official SDK in a frame of the simulated portal', () => {
  let pair: PortalPair;
  let app: StandInApp;
  let portal: PortalBrowser;

  before(async () => {
    pair = await startPortalPair();
    app = await startStandInApp();
    portal = await openPortalBrowser(pair.portal);
  });
  after(async () => {
    await portal.stop();
    await app.stop();
    await pair.stop();
  });

  const add = (menuItem: string) =>
    pair.portal.apps.add({ kind: 'local', handlerUrl: `${app.origin}/app`, menuItem, scopes: ['crm', 'placement'] });

  /** An application with a tab in the cards, and the card of a deal that is open. */
  async function openDealTab(title: string) {
    const added = add(title);
    const placement = { PLACEMENT: 'CRM_DEAL_DETAIL_TAB', HANDLER: `${app.origin}/tab`, TITLE: title };
    await pair.rest(added, 'placement.bind', placement);
    const { ID: id } = pair.portal.records('deal').create({ TITLE: 'Камаз 5490' });
    await portal.openCard('deal', id);
    return { id, frame: await portal.openTab(title), added };
  }

  it('installs an application from the form to the first page', async () => {
    const added = await portal.installApp({
      handlerUrl: `${app.origin}/app`,
      installUrl: `${app.origin}/install`,
      menuItem: 'Флот',
      scopes: ['crm', 'placement'],
    });
    expect(added.isInstalled).to.equal(false);
    const wizard = await portal.openApp('Флот');
    expect(await wizard.textContent('#path')).to.equal('/install');
    expect(await inFrame(wizard, '[b24.isInstallMode, b24.isFirstRun, b24.getLang()]')).to.deep.equal([
      true,
      true,
      'ru',
    ]);
    const sid = (await portal.messages('getInitData'))[0]?.sid;
    expect(await inFrame(wizard, 'window.name')).to.equal(`${pair.portal.host}|1|${sid}`);
    await wizard.evaluate('void b24.installFinish()');
    await portal.page.waitForURL(/install_finished=Y/);
    const own = await portal.shownApp();
    expect(await own.textContent('#path')).to.equal('/app');
    expect(added.isInstalled).to.equal(true);
    expect(await inFrame(own, '[b24.isInstallMode, b24.isFirstRun]')).to.deep.equal([false, false]);
    expect(await inFrame(own, 'b24.placement.options')).to.deep.equal({ install_finished: 'Y' });
    const asked = (await portal.messages()).filter(({ direction }) => direction === 'in').map(({ command }) => command);
    expect(asked.slice(0, 3)).to.deep.equal(['getInitData', 'setInstall', 'setInstallFinish']);
  });

  it('posts the form as a browser does, across sites, with tokens of whoever opens it', async () => {
    add('Кто вошёл');
    for (const userId of [1, 7]) {
      await portal.login(userId);
      await portal.openApp('Кто вошёл');
      const post = app.posts.at(-1);
      expect(post?.headers).to.include({
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'cross-site',
        'sec-fetch-dest': 'iframe',
      });
      expect([...(post?.url.searchParams.keys() ?? [])]).to.deep.equal(['DOMAIN', 'PROTOCOL', 'LANG', 'APP_SID']);
      const { AUTH_ID, PLACEMENT } = qs.parse(post?.body ?? '');
      expect(PLACEMENT).to.equal('DEFAULT');
      expect((await pair.rest(String(AUTH_ID), 'profile')).body.result.ID).to.equal(String(userId));
    }
    await portal.login(1, 'en');
    const frame = await portal.openApp('Кто вошёл');
    expect(await inFrame(frame, 'b24.getLang()')).to.equal('en');
    await portal.login(1, 'ru');
  });

  it('posts the form as multipart where the portal does', async () => {
    add('Частями');
    await portal.login(1);
    pair.portal.switches.frameEncoding = 'multipart';
    const frame = await portal.openApp('Частями').finally(() => {
      pair.portal.switches.frameEncoding = 'urlencoded';
    });
    expect(app.posts.at(-1)?.headers['content-type']).to.match(/^multipart\/form-data; boundary=/);
    expect(await inFrame(frame, 'b24.auth.getAuthData() !== false')).to.equal(true);
  });

  it('tells those who are no administrators that the installation is not finished', async () => {
    pair.portal.apps.add({ ...{ kind: 'local', menuItem: 'Начато' }, handlerUrl: app.origin, installUrl: app.origin });
    await portal.login(7);
    await portal.page.getByRole('link', { name: 'Начато' }).click();
    await portal.page.getByText('установлено не до конца').waitFor();
    await portal.login(1);
  });

  it('gives new tokens that work, and is silent when it cannot', async () => {
    const added = add('Токены');
    await portal.login(1);
    const frame = await portal.openApp('Токены');
    const before = await inFrame(frame, 'b24.auth.getAuthData().access_token');
    const after = await inFrame(frame, 'b24.auth.refreshAuth().then((data) => data.access_token)');
    expect(after).not.to.equal(before);
    expect((await pair.rest(after, 'profile')).body.result.ID).to.equal('1');
    expect((await pair.rest(before, 'profile')).status).to.equal(401);
    pair.oauth.tokens.expireRefresh({ clientId: added.clientId });
    await frame.evaluate('void b24.auth.refreshAuth().catch(() => undefined)');
    await portal.page.locator('#message.error').waitFor();
    expect((await portal.messages('refreshAuth')).map(({ direction }) => direction)).to.deep.equal(['in', 'out', 'in']);
  });

  it('resizes the frame, names the page, keeps options', async () => {
    const added = add('Размеры');
    await portal.login(1);
    const frame = await portal.openApp('Размеры');
    await inFrame(frame, `b24.parent.message.send('resizeWindow', { width: '100%', height: 1234, isSafely: true })`);
    const box = await portal.page.locator('.app-host iframe').boundingBox();
    expect(box?.height).to.equal(1234);
    await inFrame(frame, `b24.parent.setTitle('Синхронизация')`);
    expect(await portal.page.textContent('#title')).to.equal('Синхронизация');
    await inFrame(frame, `b24.options.userSet('view', 'list')`);
    await inFrame(frame, `b24.options.appSet('tenant', '12')`);
    expect((await pair.rest(added, 'user.option.get')).body.result).to.deep.equal({ view: 'list' });
    expect((await pair.rest(added, 'app.option.get')).body.result).to.deep.equal({ tenant: '12' });
    const again = await portal.openApp('Частями').then(() => portal.openApp('Размеры'));
    expect(await inFrame(again, `[b24.options.userGet('view'), b24.options.appGet('tenant')]`)).to.deep.equal([
      'list',
      '12',
    ]);
  });

  it('drops application options of those who are no administrators', async () => {
    const added = add('Права');
    await portal.login(7);
    const frame = await portal.openApp('Права');
    expect(await inFrame(frame, 'b24.auth.isAdmin')).to.equal(false);
    await inFrame(frame, `void b24.options.appSet('tenant', '13')`);
    await eventually(async () => (await portal.messages('setAppOption')).at(-1)?.params?.value === '13');
    expect((await pair.rest(added, 'app.option.get')).body.result).to.deep.equal([]);
    await portal.login(1);
  });

  it('opens a tab of a card only when it is chosen, with the record it stands in', async () => {
    const posted = app.posts.length;
    const { id, frame } = await openDealTab('Вкладка');
    expect(app.posts.slice(posted).map(({ url }) => url.pathname)).to.deep.equal(['/tab']);
    const form = qs.parse(app.posts.at(-1)?.body ?? '');
    const options = { ID: id, URI: `/crm/deal/details/${id}/` };
    expect(form.PLACEMENT).to.equal('CRM_DEAL_DETAIL_TAB');
    expect(JSON.parse(String(form.PLACEMENT_OPTIONS))).to.deep.equal(options);
    expect(await inFrame(frame, '[b24.placement.title, b24.placement.options]')).to.deep.equal([
      'CRM_DEAL_DETAIL_TAB',
      options,
    ]);
    expect(await inFrame(frame, `b24.placement.getInterface()`)).to.deep.equal({ command: ['reloadData'], event: [] });
  });

  it('shows the record as it is now when a tab asks for it', async () => {
    const { id, frame } = await openDealTab('Обновить');
    pair.portal.records('deal').update(Number(id), { TITLE: 'Камаз 6520' });
    await inFrame(frame, `b24.placement.call('reloadData')`);
    await portal.page.getByRole('tab', { name: 'Общее' }).click();
    expect(await portal.page.inputValue('input[name="TITLE"]')).to.equal('Камаз 6520');
  });

  it('is silent about what a tab may not ask and what nobody knows', async () => {
    const { frame } = await openDealTab('Молчание');
    expect(await inFrame(frame, `b24.parent.setTitle('Чужое имя')`)).to.deep.include({ isSafely: true });
    expect(await inFrame(frame, `b24.placement.call('noSuchCommand')`)).to.deep.include({ isSafely: true });
    expect(await portal.page.textContent('#title')).to.equal('Сделка: Камаз 5490');
    const verdicts = (await portal.messages()).filter(({ verdict }) => verdict && verdict !== 'taken');
    expect(verdicts.slice(-2).map(({ command, verdict }) => [command, verdict])).to.deep.equal([
      ['setTitle', 'denied'],
      ['noSuchCommand', 'unknown'],
    ]);
  });

  it('opens a card of the portal over the page, and tells when it is closed', async () => {
    const { frame } = await openDealTab('Открыть');
    const contact = pair.portal.records('contact').create({ NAME: 'Мария', LAST_NAME: 'Озёрова' });
    await inFrame(
      frame,
      `void (window.whenClosed = b24.slider.openPath(new URL('/crm/contact/details/${contact.ID}/', 'https://x')))`,
    );
    await portal.page.getByRole('heading', { name: 'Контакт: Мария Озёрова' }).waitFor();
    await portal.page.keyboard.press('Escape');
    expect(await inFrame(frame, 'window.whenClosed')).to.include({ isOpenAtNewWindow: false, isClose: true });
  });

  it('opens the application in a slider, with what it was given as options', async () => {
    add('Слайдер');
    await portal.login(1);
    const frame = await portal.openApp('Слайдер');
    await inFrame(
      frame,
      `void (window.whenClosed = b24.slider.openSliderAppPage({ place: 'settings', bx24_width: 700 }))`,
    );
    const inside = await portal.sliderFrame();
    expect(await inFrame(inside, '[b24.placement.title, b24.placement.options]')).to.deep.equal([
      'DEFAULT',
      { place: 'settings' },
    ]);
    await inFrame(inside, 'void b24.slider.closeSliderAppPage()');
    await inFrame(frame, 'window.whenClosed');
    expect(await portal.page.locator('.slider').count()).to.equal(0);
  });

  it('listens to the frame it opened alone', async () => {
    const { frame } = await openDealTab('Чужие');
    await inFrame(frame, 'void 0');
    const [{ sid = '' } = {}] = await portal.messages('getInitData').then((all) => all.slice(-1));
    const { length } = await portal.messages();
    const other = `getInitData:key:${'0'.repeat(32)}`;
    await frame.evaluate(`parent.postMessage('${other}', '*')`);
    await portal.page.evaluate(`window.postMessage('getInitData:key:${sid}', '*')`);
    const fresh = async () => (await portal.messages()).slice(length);
    await eventually(async () => (await fresh()).length === 2);
    const heard = await fresh();
    expect(heard.map(({ verdict }) => verdict).sort()).to.deep.equal(['unknown SID', 'wrong origin']);
  });

  it('leaves a frame waiting when the portal hangs', async () => {
    await portal.login(1);
    await portal.mute('getInitData');
    const frame = await portal.openApp('Слайдер');
    const outcome = await frame.evaluate(
      `Promise.race([window.ready, new Promise((done) => setTimeout(() => done('waiting'), 300))])`,
    );
    expect(outcome).to.equal('waiting');
  });

  it('shows no error and no warning all the while', () => {
    expect(portal.problems).to.deep.equal([]);
  });
});
