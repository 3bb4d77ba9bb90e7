import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRelay } from '../../bench/checks/conformance/relay.ts';
import { chromiumPath } from '../../bench/testing/needs.ts';
import { type ChatServer, serveChat } from './serve.ts';

/** Time for a browser to start, and for a page to open, on a busy machine. */
const TIMEOUT_MS = 120_000;

let browser: Browser;
let chat: ChatServer;
beforeAll(async () => {
  [browser, chat] = await Promise.all([
    chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu'] }),
    serveChat(),
  ]);
}, TIMEOUT_MS);
afterAll(async () => {
  await browser.close();
  await chat[Symbol.asyncDispose]();
});

/** Person in the chat, in a browser context of their own. */
async function join(address: string) {
  const context = await browser.newContext();
  context.setDefaultTimeout(TIMEOUT_MS / 2);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(address);
  return {
    errors,
    lines: () => page.locator('li').allInnerTexts(),
    is: (status: string) => page.locator('[role=status]', { hasText: new RegExp(`^${status}`) }).waitFor(),
    sees: (line: string) => page.locator('li', { hasText: line }).waitFor(),
    say: (text: string) => say(page, text),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

/** Transports that a page speaks to a server without TLS. */
const SPOKEN = [
  'ws',
  'ws:deflate',
  'socketio',
  'socketio:polling',
  'sse',
  'http-stream',
  'long-polling',
  'short-polling',
  'mqtt:ws',
  'graphql',
  'graphql:sse',
  'webrtc',
];

test.each(SPOKEN)('people talk over %s', { timeout: TIMEOUT_MS }, async (name) => {
  const { page } = await chat.open(name);
  await using ann = await join(page);
  await using bob = await join(page);
  await Promise.all([ann.is('open'), bob.is('open')]);
  await ann.say('hello');
  await Promise.all([ann.sees('hello'), bob.sees('hello')]);
  await bob.say('grüß dich, Ann');
  await Promise.all([ann.sees('grüß dich, Ann'), bob.sees('grüß dich, Ann')]);
  expect(await ann.lines()).toEqual(['hello', 'grüß dich, Ann']);
  expect(await bob.lines()).toEqual(['hello', 'grüß dich, Ann']);
  expect([ann.errors, bob.errors]).toEqual([[], []]);
});

describe.each(['ws', 'sse', 'socketio'])('over %s', (name) => {
  test('a person whose path is cut comes back to all that was said', { timeout: TIMEOUT_MS }, async () => {
    const { page, url } = await chat.open(name);
    await using relay = await startRelay(Number(new URL(url).port));
    const behind = new URL(url);
    behind.port = String(relay.port);
    const way = new URL(page);
    way.searchParams.set('url', behind.href);
    await using ann = await join(page);
    await using bob = await join(way.href);
    await Promise.all([ann.is('open'), bob.is('open')]);
    await ann.say('one');
    await bob.sees('one');
    relay.cut();
    await bob.is('reconnecting');
    await ann.say('two');
    await ann.sees('two');
    await bob.say('three');
    relay.mend();
    await bob.is('open');
    await Promise.all([ann.sees('three'), bob.sees('three')]);
    expect(await ann.lines()).toEqual(['one', 'two', 'three']);
    expect(await bob.lines()).toEqual(['one', 'two', 'three']);
    expect(bob.errors).toEqual([]);
  });
});
