import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumPath, NEEDS } from '../../../bench/testing/needs.ts';
import { PATIENCE_MS } from '../../../bench/testing/patience.ts';

const QUIET = ['no-first-run', 'disable-background-networking', 'disable-component-update', 'disable-sync'];
const FLAGS = ['no-sandbox', 'disable-gpu', 'disable-quic', ...QUIET].map((flag) => `--${flag}`);

export type Reader = {
  /** Opens the document from a file, without a network, and calls `use`. Fails on any request and on any console message. */
  open<Result>(html: string, options: BrowserContextOptions, use: (page: Page) => Promise<Result>): Promise<Result>;
  /** Opens the document as a server gives it out that adds a content security policy, whose complaints are let be. */
  openUnder<Result>(
    policy: string,
    html: string,
    options: BrowserContextOptions,
    use: (page: Page) => Promise<Result>,
  ): Promise<Result>;
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
  spare = undefined;
}

/** Page whose context has no setting but `settings`, and what it has asked and written since it was opened. */
type Tab = {
  readonly page: Page;
  readonly settings: string;
  readonly requests: string[];
  readonly messages: string[];
};

/** Empty tab that the next document is opened in, because a new one costs a process. */
let spare: Tab | undefined;

async function newTab(options: BrowserContextOptions, settings: string): Promise<Tab> {
  browser ??= startBrowser();
  const context = await (await browser).newContext({ offline: true, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const tab: Tab = { page, settings, requests: [], messages: [] };
  // A `blob:` address is a file that the page makes of its own data, and no network request.
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:')) tab.requests.push(request.url());
  });
  page.on('console', (message) => tab.messages.push(message.text()));
  page.on('pageerror', (error) => tab.messages.push(String(error)));
  return tab;
}

/** Takes the spare tab if its context fits, with the size and colours that the options ask for. */
async function takeTab({ viewport, colorScheme, forcedColors, ...others }: BrowserContextOptions): Promise<Tab> {
  const settings = JSON.stringify(others);
  const left = spare;
  spare = undefined;
  const fits = left?.settings === settings && !left.page.isClosed();
  if (!fits) await left?.page.context().close();
  const tab = fits ? left : await newTab(others, settings);
  await tab.page.setViewportSize(viewport ?? { width: 1280, height: 720 });
  await tab.page.emulateMedia({
    media: null,
    colorScheme: colorScheme ?? 'light',
    forcedColors: forcedColors ?? 'none',
  });
  tab.requests.length = 0;
  tab.messages.length = 0;
  return tab;
}

/** Empties a tab, and keeps it unless its test has closed it, as one must that changes more than a document. */
async function leaveTab(tab: Tab): Promise<void> {
  tab.page.removeAllListeners('dialog');
  if (tab.page.isClosed() || spare !== undefined) return tab.page.context().close();
  await tab.page.goto('about:blank');
  await tab.page.mouse.move(0, 0);
  spare = tab;
}

/** Starts a reader, which opens each document as people do: from a file. All readers of a process share a browser and a tab. */
export async function startReader(): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'wirebench-page-'));
  let count = 0;
  return {
    async open(html, options, use) {
      const file = join(folder, `${count++}.html`);
      await writeFile(file, html);
      const url = pathToFileURL(file).href;
      const tab = await takeTab(options);
      try {
        await tab.page.goto(url);
        const result = await use(tab.page);
        assert.deepEqual(
          tab.requests.filter((one) => one.replace(/#.*/, '') !== url),
          [],
          'a report requests nothing but itself',
        );
        assert.deepEqual(tab.messages, [], 'the page causes no console messages or errors');
        await leaveTab(tab);
        return result;
      } catch (error) {
        await tab.page.context().close();
        throw error;
      }
    },
    async openUnder(policy, html, options, use) {
      browser ??= startBrowser();
      const context = await (await browser).newContext({ viewport: { width: 1280, height: 720 }, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      try {
        const headers = { 'Content-Security-Policy': policy };
        await context.route('**/*', (route) => route.fulfill({ body: html, contentType: 'text/html', headers }));
        const page = await context.newPage();
        await page.goto('http://builds.example/report.html');
        return await use(page);
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
