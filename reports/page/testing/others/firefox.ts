import { pathToFileURL } from 'node:url';
import { type ElementHandle, launch } from 'puppeteer-core';
import { firefoxPath } from '../../../../bench/testing/needs.ts';
import type { OtherBrowser } from './shape.ts';

/** Starts the system's Firefox without a window, and speaks WebDriver BiDi to it. */
export async function startFirefox(): Promise<OtherBrowser> {
  const browser = await launch({ browser: 'firefox', executablePath: firefoxPath(), headless: true, timeout: 60_000 });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (/^(?:error|warn|assert)/.test(message.type())) complaints.push(message.text());
  });
  return {
    version: await browser.version(),
    async open(file) {
      complaints.length = 0;
      await page.goto(pathToFileURL(file).href, { timeout: 60_000 });
    },
    evaluate: (expression) => page.evaluate(expression) as Promise<never>,
    press: (key) => page.keyboard.press(key === 'Space' ? ' ' : key),
    async chooseFile(path) {
      const focused = await page.evaluateHandle('document.activeElement');
      await (focused as unknown as ElementHandle<HTMLInputElement>).uploadFile(path);
    },
    complaints: async () => complaints,
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}
