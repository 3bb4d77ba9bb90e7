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
  /** Opens the document from a file, without a network, and calls `use`. Fails on any request and on any console message. */
  open<Result>(html: string, options: BrowserContextOptions, use: (page: Page) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
};

/** Browser of this process, started by the first page. */
let browser: Promise<Browser> | undefined;

function startBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  return chromium.launch({ executablePath, args: FLAGS }).catch((cause: unknown) => {
    throw new Error(`no browser at ${executablePath}: ${NEEDS.chromium.install}`, { cause });
  });
}

/** Closes the browser of this process, which otherwise ends with the process. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** Starts a reader, which opens each document as people do: from a file. All readers of a process share a browser. */
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
        const messages: string[] = [];
        // A `blob:` address is a file that the page makes of its own data, and no network request.
        page.on('request', (request) => {
          if (!request.url().startsWith('blob:')) requests.push(request.url());
        });
        page.on('console', (message) => messages.push(message.text()));
        page.on('pageerror', (error) => messages.push(String(error)));
        await page.goto(url);
        const result = await use(page);
        assert.deepEqual(
          requests.filter((one) => one.replace(/#.*/, '') !== url),
          [],
          'a report requests nothing but itself',
        );
        assert.deepEqual(messages, [], 'the page causes no console messages or errors');
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

/** Script for `evaluate` that shows all questions, opens all details, and lays out parts that are out of sight. */
export const OPENED = `{
  location.hash = '#q=all';
  for (const details of document.querySelectorAll('details')) details.open = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { content-visibility: visible !important }');
  document.adoptedStyleSheets = [sheet];
}`;
