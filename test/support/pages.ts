import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';

const shots = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export interface OpenOptions {
  width?: number;
  height?: number;
  locale?: 'ru-RU' | 'en-GB';
  /** The theme of the device. */
  colorScheme?: 'light' | 'dark';
}

/** One Chromium for a test file; what pages complain about is collected and asserted on by `expectQuiet`. */
export async function startPages() {
  const browser: Browser = await launchBrowser();
  let context: BrowserContext | undefined;
  let complaints: string[] = [];

  return {
    /** A fresh page; the one that was open before is closed. */
    async open({
      width = 1280,
      height = 900,
      locale = 'ru-RU',
      colorScheme = 'light',
    }: OpenOptions = {}): Promise<Page> {
      await context?.close();
      complaints = [];
      context = await browser.newContext({
        viewport: { width, height },
        locale,
        timezoneId: 'Europe/Moscow',
        colorScheme,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      page.on('pageerror', (error) => complaints.push(`pageerror: ${error.message}`));
      page.on('console', (message) => {
        // A refused request is a browser's own line; what the page made of it is what tests look at.
        const isRefusal = message.text().startsWith('Failed to load resource');
        if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
      });
      return page;
    },

    /** Nothing in the console: no error, no broken policy. */
    expectQuiet(): void {
      expect(complaints).to.deep.equal([]);
    },

    shoot,

    async close(): Promise<void> {
      await browser.close();
    },
  };
}

/** Keeps a picture for people to look at. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}${name}.png`, fullPage: true, animations: 'disabled' });
}

/** Lets axe look at a page or frame (WCAG 2.1 A and AA, contrast included) and expects nothing serious. */
export async function expectAccessible(frame: Page | Frame): Promise<void> {
  await frame.evaluate(readFileSync(axeSource, 'utf8'));
  const violations = await frame.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<AxeResults> } };
    const results = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
    });
    return results.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ target, html, any }) => `${target.join(' ')} ${html} ${any[0]?.message ?? ''}`).join(', ')}`,
      );
  });
  expect(violations).to.deep.equal([]);
}

interface AxeResults {
  violations: { id: string; impact: string; nodes: { target: string[]; html: string; any: { message: string }[] }[] }[];
}

/** No part of the page is wider than its window. */
export async function expectNoSidewaysScroll(frame: Page | Frame): Promise<void> {
  const { scroll, client } = await frame.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  expect(scroll).to.be.at.most(client);
}

/** Opens the app page as an operator with a token does, at one of its views (`overview` when none is named). */
export async function openApp(
  page: Page,
  { port, token, view }: { port: number; token: string; view?: string },
): Promise<void> {
  await page.goto(`http://127.0.0.1:${port}/#token=${token}`);
  await page.getByRole('navigation').first().waitFor();
  if (view) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/${view}`);
  }
}
