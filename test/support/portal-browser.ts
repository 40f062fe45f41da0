import type { BrowserContextOptions, ElementHandle, Frame, Page } from 'playwright-core';
import type { SimulatedPortal } from '../portal/portal.ts';
import type { RecordKind } from '../portal/types.ts';
import { launchBrowser } from './browser.ts';
import { eventually } from './eventually.ts';

export interface PortalBrowserOptions {
  /** Who is logged in; 1, an administrator, when absent. */
  userId?: number;
  /** The portal's language, `ru` or `en`. */
  lang?: string;
  viewport?: { width: number; height: number };
  context?: BrowserContextOptions;
}

export interface AppForm {
  handlerUrl: string;
  installUrl?: string;
  /** Text in the left menu; empty for an application without a page. */
  menuItem?: string;
  scopes?: string[];
  completesItself?: boolean;
}

/** A message between the portal's page and a frame, as `window.portalFrames` keeps it. */
export interface FrameMessage {
  direction: 'in' | 'out' | 'failed';
  command: string;
  params?: Record<string, unknown>;
  sid: string;
  placement?: string;
  origin?: string;
  text: string;
  /** What the page thought of a message that came in: `taken`, or why it was silent. */
  verdict?: 'taken' | 'denied' | 'muted' | 'unknown' | 'unknown SID' | 'wrong origin';
}

export type PortalBrowser = Awaited<ReturnType<typeof openPortalBrowser>>;

/** Opens a portal's page in a browser of its own, which believes the portal's authority and no other certificate that is not public. */
export async function openPortalBrowser(portal: SimulatedPortal, options: PortalBrowserOptions = {}) {
  const browser = await launchBrowser({ trust: [portal.caPem] });
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1440, height: 900 },
    locale: options.lang === 'en' ? 'en-GB' : 'ru-RU',
    reducedMotion: 'reduce',
    ...options.context,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`${error.name}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  Object.assign(portal.session, { userId: options.userId ?? 1, lang: options.lang ?? 'ru' });

  /** Goes to a section after `#`, such as `/deal/17`, on a page that is loaded anew. */
  async function go(section: string): Promise<void> {
    await page.goto('about:blank');
    await page.goto(`${portal.origin}/#${section}`);
    await page.locator('html[data-ready]').waitFor();
  }

  await go('/deal');

  return {
    page,
    /** Errors and warnings of the console, of the page and of its frames. */
    problems,
    go,

    /** Another person logs in: the page is loaded anew. */
    async login(userId: number, lang = portal.session.lang): Promise<void> {
      Object.assign(portal.session, { userId, lang });
      await page.reload();
      await page.locator('html[data-ready]').waitFor();
    },

    /** Adds a local application by the form under «Разработчикам»; returns it as the portal knows it. */
    async installApp(form: AppForm) {
      const known = new Set(portal.apps.list());
      await go('/developer');
      await page.getByText('Добавить локальное приложение').click();
      await page.getByLabel('Текст пункта меню').fill(form.menuItem ?? 'Axenta');
      await page.getByLabel('Путь вашего обработчика').fill(form.handlerUrl);
      await page.getByLabel('Путь для первоначальной установки').fill(form.installUrl ?? '');
      const panel = page.locator('details', { hasText: 'Добавить локальное приложение' });
      for (const box of form.scopes ? await panel.locator('input[name="scopes"]').all() : []) {
        await box.setChecked(form.scopes?.includes(await box.inputValue()) ?? false);
      }
      await page.getByLabel('Приложение само завершает установку').setChecked(form.completesItself ?? false);
      await panel.getByRole('button', { name: 'Сохранить' }).click();
      await page.getByText('Приложение сохранено').waitFor();
      const app = portal.apps.list().find((candidate) => !known.has(candidate));
      if (!app) throw new Error('The portal has no new application');
      return app;
    },

    /** Opens an application by its item in the left menu; returns its frame, with its document loaded. */
    async openApp(title: string): Promise<Frame> {
      // The frame that is open already is not the one that the click opens.
      await page.evaluate(`document.querySelector('.app-host iframe')?.remove()`);
      await page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
      return loadedFrame(page, '.app-host iframe');
    },

    /** The frame of the application whose page is shown. */
    shownApp: (): Promise<Frame> => loadedFrame(page, '.app-host iframe'),

    /** Opens the card of a record. */
    async openCard(kind: RecordKind, id: number | string): Promise<void> {
      await go(`/${kind}/${id}`);
      await page.getByRole('tab', { name: /^(Общее|General)$/ }).waitFor();
    },

    /** Chooses a tab of the open card; returns its application's frame, with its document loaded. */
    async openTab(title: string): Promise<Frame> {
      await page.getByRole('tab', { name: title, exact: true }).click();
      return loadedFrame(page, '.tab-body:not([hidden]) iframe');
    },

    /** Makes the window so narrow that a frame has this width. */
    async narrow(frame: Frame, width: number): Promise<void> {
      // The page of the application, not the empty one before it.
      await frame.locator('#app').waitFor({ state: 'attached' });
      // The page around it has another layout on a narrow window: the first step may not be enough.
      await eventually(async () => {
        const viewport = page.viewportSize() ?? { width: 0, height: 0 };
        const tooWide = (await frame.evaluate(() => innerWidth)) - width;
        if (tooWide !== 0) await page.setViewportSize({ ...viewport, width: viewport.width - tooWide });
        return tooWide === 0;
      });
    },

    /** The frame in the slider that lies over the page. */
    sliderFrame: (): Promise<Frame> => loadedFrame(page, '.slider iframe'),

    /** What the page and its frames said to each other, the oldest first, of one command if it is given. */
    async messages(command?: string): Promise<FrameMessage[]> {
      const all: FrameMessage[] = await page.evaluate('window.portalFrames.messages');
      return command === undefined ? all : all.filter((message) => message.command === command);
    },

    /** Lets the portal leave these commands unanswered, until its page is loaded anew. */
    async mute(...commands: string[]): Promise<void> {
      await page.evaluate(`for (const name of ${JSON.stringify(commands)}) window.portalFrames.muted.add(name)`);
    },

    stop: () => browser.close(),
  };
}

async function loadedFrame(page: Page, selector: string): Promise<Frame> {
  await page.locator(`${selector}:not(.loading)`).waitFor();
  const handle = (await page.locator(selector).elementHandle()) as ElementHandle;
  const frame = await handle.contentFrame();
  if (!frame) throw new Error(`${selector} holds no frame`);
  await frame.waitForLoadState('domcontentloaded');
  return frame;
}
