import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BROADCAST, ECHO, type Fault, makeResults, type RunSpec, SEVEN } from '../fixtures.ts';
import { makeReport } from '../report.ts';
import { loadPage } from './bundle.ts';

const BOTH = [ECHO, BROADCAST];
const HOSTILE = '</script><img src=x onerror=alert(1)>';

const everyTrial = (state: Fault['state'], reason: string): Record<number, Fault> =>
  Object.fromEntries(Array.from({ length: 6 }, (_, block) => [block, { state, reasons: [reason] }]));

const STATES = {
  'clear winner': { transports: SEVEN, scenarios: BOTH },
  tie: { transports: { a: { noise: 0.005 }, b: { noise: 0.005 }, c: { noise: 0.005 } } },
  'quick look': { transports: SEVEN, scenarios: BOTH, trials: 1 },
  'one transport failed': {
    transports: { ...SEVEN, sse: { faults: everyTrial('failed', 'the server exited with code 1') } },
  },
  'one transport only': { transports: { ws: SEVEN.ws ?? {} } },
  'floor only': { transports: { tcp: SEVEN.tcp ?? {} } },
  interrupted: { transports: SEVEN, scenarios: BOTH, done: 2, state: 'interrupted' },
  'interrupted at once': { transports: SEVEN, done: 0, state: 'interrupted' },
  invalid: {
    transports: {
      a: { faults: everyTrial('invalid', 'the generator was saturated') },
      b: { faults: everyTrial('suspect', 'the event loop was late') },
      c: {},
    },
  },
  'no data': { transports: {} },
  'nothing delivered': { transports: { a: { lost: 1200 }, b: { lost: 1200 } } },
  'compressed below the payload': { transports: { a: { framing: -60 }, b: {} } },
  'hostile names': {
    transports: {
      [HOSTILE]: { title: '"><svg onload=alert(2)>', effective: { '<b>key</b>': '<i>value</i>' } },
      'x\u202egnp.exe\u0007': {
        p50Ms: 2,
        faults: { 0: { state: 'failed', reasons: ['</td><script>alert(3)</script>'] } },
      },
      ['long-'.repeat(60)]: { p50Ms: 3 },
    },
    environment: { cpu: '<script>alert(4)</script>', packages: { 'javascript:alert(5)': '" onmouseover="x' } },
  },
} as const satisfies Record<string, RunSpec>;

const render = async (spec: RunSpec): Promise<string> =>
  (await makeReport(makeResults(spec), { resamples: 1_000 })).html;

const textOf = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe.each(Object.entries<RunSpec>(STATES))('%s', (_name, spec) => {
  test('is one inert, self-contained document with an answer, its tables and the command', async () => {
    const html = await render(spec);
    expect(html.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
    expect(html.match(/<h1[\s>]/g)).toHaveLength(1);
    expect(html.match(/<main>/g)).toHaveLength(1);
    expect(textOf(html)).toContain('npm run bench -- --seed 1');
    expect(textOf(html)).toContain('How to read this');

    const markup = html.replace(/<style>.*?<\/style>/s, '');
    expect(markup).not.toMatch(/<(?:script|img|iframe|object|embed|link|base|form|foreignObject)[\s/>]/i);
    const withoutValues = markup.replace(/="[^"]*"/g, '=""');
    expect(withoutValues).not.toMatch(/<[^>]+\s(?:on\w+|style|src|srcset|action|xlink:href)\s*=/i);
    const links = [...markup.matchAll(/\shref="([^"]*)"/g)].map(([, target]) => target ?? '');
    for (const target of links) {
      expect(target).toMatch(/^#[\w-]+$/);
      expect(markup).toContain(`id="${target.slice(1)}"`);
    }
    expect(html).not.toMatch(/url\(|@import|https?:\/\//i);
    expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });
});

test('a clear winner: the answer, both tables, and a figure for each chart', async () => {
  const html = await render(STATES['clear winner']);
  const text = textOf(html);
  expect(text).toMatch(
    /For echo with 100 clients at 1,200\s?msg\/s of 128\s?B: use ws : every other choice is shown slower at p99/,
  );
  expect(text).toMatch(/How sure: ws comes within 5\s?%/);
  expect(text).toContain('Not covered: One machine, over loopback');
  expect(html.match(/<table class="decision">/g)).toHaveLength(2);
  expect(html.match(/<figure/g)).toHaveLength(6);
  expect(html.match(/<svg class="chart"/g)).toHaveLength(6);
  expect(text).toContain('floor: Raw TCP, length-prefixed');
  expect(html.match(/<tr class="floor">/g)).toHaveLength(2);
  expect(text).toContain('▼ worse');
  expect(html.indexOf('<table class="decision">')).toBeGreaterThan(html.indexOf('How sure'));
});

test('a quick look says so across the page and gives no verdict', async () => {
  const text = textOf(await render(STATES['quick look']));
  expect(text).toContain('n=1: a quick look, no verdicts');
  expect(text.split('How to read this')[1]).toBeDefined();
  const beforeDefinitions = text.slice(0, text.indexOf('Verdicts ▲'));
  expect(beforeDefinitions).toContain('∅ not testable');
  expect(beforeDefinitions).not.toMatch(/[▲▼≈]/);
});

test('banners of an interrupted and an invalid run', async () => {
  expect(await render(STATES.interrupted)).toContain('class="banner banner-interrupted"');
  const invalid = await render(STATES.invalid);
  expect(invalid).toContain('class="banner banner-invalid"');
  expect(textOf(invalid)).toContain('Do not quote this run');
});

test('a transport that failed keeps its row, with the reason', async () => {
  const text = textOf(await render(STATES['one transport failed']));
  expect(text).toContain('not shown 1');
  expect(text).toContain('Not shown: none of 6 trials is valid.');
  expect(text).toContain('the server exited with code 1');
  expect(text).toContain('✕ failed');
});

test('hostile names stay text', async () => {
  const html = await render(STATES['hostile names']);
  expect(html).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;');
  expect(html).toContain('&lt;script&gt;alert(4)&lt;/script&gt;');
  expect(html).toContain('x�gnp.exe�');
  expect(html).not.toContain('\u202e');
});

test('the policy admits the style that is there, and nothing else', async () => {
  const html = await render(STATES.tie);
  const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(html).toContain(
    `content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'"`,
  );
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
});

test('the same results make the same bytes, and the default run stays under a megabyte', async () => {
  const results = makeResults({ transports: SEVEN, scenarios: BOTH });
  expect(results.cases).toHaveLength(14);
  const [first, second] = [await makeReport(results), await makeReport(structuredClone(results))];
  expect(second.html).toBe(first.html);
  expect(Buffer.byteLength(first.html)).toBeLessThan(1_000_000);
});

describe('the bundle', () => {
  test('is kept under its fingerprint, with nothing left aside, and shared by loads at the same time', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'wirebench-test-'));
    try {
      await Promise.all([loadPage(cache), loadPage(cache)]);
      const files = await readdir(cache);
      expect(files).toHaveLength(1);
      expect(files[0]).toMatch(/^page-[0-9a-f]{16}\.mjs$/);
    } finally {
      await rm(cache, { recursive: true });
    }
  });

  test('is used once and thrown away where nothing can be kept', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wirebench-test-'));
    try {
      const blocked = join(folder, 'file');
      await writeFile(blocked, '');
      const page = await loadPage(join(blocked, 'cache'));
      expect(page.renderTitle(makeResults({ transports: {} }))).toMatch(/^<title>Wirebench: echo/);
      expect(await readdir(folder)).toEqual(['file']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
