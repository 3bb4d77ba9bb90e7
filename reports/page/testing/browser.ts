import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumPath, NEEDS } from '../../../bench/testing/needs.ts';

const QUIET = ['no-first-run', 'disable-background-networking', 'disable-component-update', 'disable-sync'];
const FLAGS = ['no-sandbox', 'disable-gpu', 'disable-quic', ...QUIET].map((flag) => `--${flag}`);

export type Reader = {
  /** Opens the document from a file, without a network, and hands it over; fails if it asks for or complains of anything. */
  open<Result>(html: string, options: BrowserContextOptions, use: (page: Page) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
};

/** The browser of this process, started by the first page. */
let browser: Promise<Browser> | undefined;

function startBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  return chromium.launch({ executablePath, args: FLAGS }).catch((cause: unknown) => {
    throw new Error(`no browser at ${executablePath}: ${NEEDS.chromium.install}`, { cause });
  });
}

/** Ends the browser of this process. It ends with the process in any case. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** A browser that reads reports as people do: from a file of their own. All readers of a process share it. */
export async function startReader(): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'wirebench-page-'));
  let count = 0;
  return {
    async open(html, options, use) {
      const file = join(folder, `${count++}.html`);
      await writeFile(file, html);
      const url = pathToFileURL(file).href;
      browser ??= startBrowser();
      const context = await (await browser).newContext({
        offline: true,
        viewport: { width: 1280, height: 720 },
        ...options,
      });
      try {
        const page = await context.newPage();
        const requests: string[] = [];
        const complaints: string[] = [];
        // What a page makes of its own data, to hand it to the reader, is no request of the network.
        page.on('request', (request) => {
          if (!request.url().startsWith('blob:')) requests.push(request.url());
        });
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(String(error)));
        await page.goto(url);
        const result = await use(page);
        assert.deepEqual(
          requests.filter((one) => one.replace(/#.*/, '') !== url),
          [],
          'a report asks for nothing but itself',
        );
        assert.deepEqual(complaints, [], 'the browser has nothing to complain of');
        return result;
      } finally {
        await context.close();
      }
    },
    async close() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** For `evaluate`: all questions one after the other, nothing folded up, and nothing left out of the layout because it is out of sight. */
export const OPENED = `{
  location.hash = '#q=all';
  for (const details of document.querySelectorAll('details')) details.open = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { content-visibility: visible !important }');
  document.adoptedStyleSheets = [sheet];
}`;
