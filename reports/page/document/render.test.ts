import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { MicroRow } from '../../../bench/results/schema.ts';
import { makeReport } from '../../report.ts';
import {
  BROADCAST,
  CAPACITY,
  CEILING,
  CONNECT,
  ECHO,
  EVERY_KIND,
  type Fault,
  IDLE,
  makeResults,
  type RunSpec,
  SEVEN,
  WIRE,
} from '../../testing/fixtures.ts';
import { markupOf, scriptOf, stylesOf, textOf } from '../testing/markup.ts';
import { fingerprint, loadPage, loadScript } from './bundle.ts';
import { withOwnFigures, withoutCurves, withoutHistograms } from './embedded-data.ts';

const BOTH = [ECHO, BROADCAST];
const HOSTILE = '</script><img src=x onerror=alert(1)>';

const everyTrial = (state: Fault['state'], reason: string): Record<number, Fault> =>
  Object.fromEntries(Array.from({ length: 6 }, (_, block) => [block, { state, reasons: [reason] }]));

const microRow = (transport: string, step: MicroRow['step'], library = 'ws'): MicroRow => ({
  transport,
  step,
  library,
  what: 'frame',
  size: 128,
  samples: 100,
  secondsMedian: 1e-6,
  secondsLow: 1e-6,
  secondsHigh: 1e-6,
});

const CHECKS = [
  { name: 'Node.js', state: 'ok', observed: 'v24', fix: '' },
  { name: 'load average', state: 'unfit', observed: '3.9 on 2 cores', fix: 'Close other programs.' },
  { name: 'swap', state: 'note', observed: 'in use', fix: 'Free some memory.' },
] as const;

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
  'every kind': {
    transports: {
      ...SEVEN,
      ws: { ...SEVEN.ws, lowerBounds: { 2: 0.9 } },
      mqtt: { ...SEVEN.mqtt, capacity: 0, fit: 0.9, beyondTheory: 1.5 },
      graphql: { ...SEVEN.graphql, beyondTheory: null },
    },
    scenarios: EVERY_KIND,
    wire: 'link',
    micro: [microRow('ws', 'server decode'), microRow('ws', 'server encode'), microRow('json', 'server decode')],
    environment: { link: 'veth', checks: [...CHECKS] },
  },
  'every kind, quick': { transports: SEVEN, scenarios: EVERY_KIND, trials: 1 },
  'every kind, nothing valid': {
    transports: {
      a: { faults: everyTrial('invalid', 'the generator was saturated') },
      b: { faults: everyTrial('failed', 'x') },
    },
    scenarios: EVERY_KIND,
  },
  'every kind, interrupted at once': { transports: SEVEN, scenarios: EVERY_KIND, done: 0, state: 'interrupted' },
  'capacity of nothing': { transports: { a: { capacity: 0 }, b: { capacity: 0 } }, scenarios: [CAPACITY] },
  'only lower bounds': {
    transports: { a: { lowerBounds: { 0: 1 } }, b: { lowerBounds: { 0: 1 } } },
    scenarios: [CAPACITY],
  },
  'all silent': { transports: { a: {}, b: {} }, scenarios: [IDLE], wire: 'link' },
  'the same twice': { transports: { ws: {}, sse: { p50Ms: 3 } }, scenarios: [ECHO, CAPACITY], aa: true },
  'wire alone': { transports: SEVEN, scenarios: [WIRE], trials: 1 },
  'no private link': {
    transports: { a: {}, b: {} },
    environment: { linkReason: 'unshare: Operation not permitted' },
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
    scenarios: [{ ...ECHO, scenario: '<script>alert(6)</script>' }, CAPACITY, CEILING, IDLE, CONNECT, WIRE],
    aa: true,
    micro: [microRow(HOSTILE, 'server decode', '<script>alert(7)</script>'), microRow(HOSTILE, 'server encode')],
    environment: {
      cpu: '<script>alert(4)</script>',
      packages: { 'javascript:alert(5)': '" onmouseover="x' },
      linkReason: '<img src=x onerror=alert(8)>',
      checks: [{ name: '<b>x</b>', state: 'unfit', observed: '<script>alert(9)</script>', fix: '" onload="x' }],
    },
  },
} as const satisfies Record<string, RunSpec>;

const render = async (spec: RunSpec): Promise<string> =>
  (await makeReport(makeResults(spec), { resamples: 1_000 })).html;

describe.each(Object.entries<RunSpec>(STATES))('%s', (_name, spec) => {
  test('gives one inert, self-contained document with an answer, its tables and the command', async () => {
    const html = await render(spec);
    expect(html.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
    expect(html.match(/<h1[\s>]/g)).toHaveLength(1);
    expect(html.match(/<main>/g)).toHaveLength(1);
    expect(textOf(html)).toContain('npm run bench -- --seed 1');
    expect(textOf(html)).toContain('How to read this');

    expect(html.match(/<script[\s>]/gi)).toHaveLength(4);
    const markup = markupOf(html);
    expect(markup).not.toMatch(/<(?:script|img|iframe|object|embed|link|base|form|foreignObject)[\s/>]/i);
    const withoutValues = markup.replace(/="[^"]*"/g, '=""');
    expect(withoutValues).not.toMatch(/<[^>]+\s(?:on\w+|style|src|srcset|action|xlink:href)\s*=/i);
    const links = [...markup.matchAll(/\shref="([^"]*)"/g)].map(([, target]) => target ?? '');
    for (const target of links) {
      expect(target).toMatch(/^#[\w-]+$/);
      expect(markup).toContain(`id="${target.slice(1)}"`);
    }
    expect(stylesOf(html)).not.toMatch(/url\(|@import/i);
    expect(markup).not.toMatch(/https?:\/\//i);
    expect(markup).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });
});

test('a clear winner has the answer, both tables, and a figure for each chart', async () => {
  const html = await render(STATES['clear winner']);
  const text = textOf(html);
  expect(text).toMatch(
    /For echo with 100 clients at 1,200\s?msg\/s of 128\s?B over a wire without delay or loss: use ws : every other choice is shown to be slower at p99/,
  );
  expect(text).toMatch(/How sure, by measurement: ws is within 5\s?%/);
  expect(text).toContain('How sure, by preference: No other column shows that another choice is better than ws');
  expect(text).toContain('Not covered: One machine, over loopback');
  expect(text).toContain('Each trial 1 s after 0.3 s of warm-up, 1 worker');
  expect(html.match(/<table class="decision">/g)).toHaveLength(2);
  expect(html.match(/<figure/g)).toHaveLength(14);
  expect(html.match(/<svg class="?chart"?[ >]/g)).toHaveLength(14);
  expect(text).toContain('floor: Raw TCP, length-prefixed');
  expect(html.match(/<tr class="floor">/g)).toHaveLength(2);
  expect(text).toContain('▼ worse');
  expect(html.indexOf('<table class="decision">')).toBeGreaterThan(html.indexOf('How sure'));
});

test('a quick look has a banner and no verdicts', async () => {
  const text = textOf(await render(STATES['quick look']));
  expect(text).toContain('This is a quick look (n=1) without verdicts');
  expect(text.split('How to read this')[1]).toBeDefined();
  const beforeDefinitions = text.slice(0, text.indexOf('Verdicts ▲'));
  expect(beforeDefinitions).toContain('∅ not testable');
  expect(beforeDefinitions).not.toMatch(/[▲▼≈]/);
});

test('interrupted and invalid runs have banners', async () => {
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
  expect(html).toContain('&lt;script&gt;alert(9)&lt;/script&gt;');
  expect(html).not.toContain('\u202e');
});

test('every kind of scenario has its table, its figures and its own sentences', async () => {
  const html = await render(STATES['every kind']);
  const text = textOf(html);
  expect(html.match(/<table class="decision">/g)).toHaveLength(5);
  const [questions = ''] = html.split('<section id="scale"');
  const sections = questions.split('<section id="question-').slice(1);
  const titles = (section: string) =>
    [...section.matchAll(/<figure id="\S+" class="card"><figcaption><h3>(.*?)<\/h3>/g)].map(([, title]) => title);
  expect(sections.map(titles)).toEqual([
    [
      'Latency by percentile',
      'p99 latency: medians, intervals, trials',
      'Distribution of latency',
      'Latency against bytes',
      'Latency over time',
      'Bytes per message',
      'CPU per message, both sides',
    ],
    [
      'Latency against offered load',
      'Capacity: medians, intervals, trials',
      'Bytes per message',
      'CPU per message, both sides',
    ],
    ['Messages per second in a closed loop: medians, intervals, trials', 'CPU per message, both sides'],
    [
      'Server memory per session: medians, intervals, trials',
      'Server memory by open sessions',
      'Idle cost on the wire',
    ],
    ['p50 time to a usable session: medians, intervals, trials'],
  ]);
  const links = [...questions.matchAll(/<figure id="question-(\S+)"/g)].map(([, id]) => id);
  expect(links.join(' ')).toBe(
    '1-percentiles 1-intervals 1-distribution 1-frontier 1-time 1-bytes 1-effort 2-load 2-intervals 2-bytes 2-effort ' +
      '3-intervals 3-effort 4-intervals 4-growth 4-idle 5-intervals',
  );
  const [echo = '', capacity = '', closed = '', idle = '', connect = ''] = sections.map(textOf);
  expect(echo).toContain('Lower is better in every column.');
  expect(capacity).toContain('Higher is better in capacity, lower in every other column.');
  expect(capacity).toMatch(/≥ 4\d,\d00 ≥ \d\d,\d00 at least/);
  expect(capacity).toContain('p99 ≤ 50 ms');
  expect(closed).toContain('Closed loop: each session sends again as soon as its echo arrives');
  expect(closed).not.toMatch(/p50|p99/);
  expect(idle).toContain('! R² 0.900');
  expect(idle).toMatch(/ws WebSocket \(ws\) .*? 0 0–0 lowest/);
  expect(connect).toContain('50 at a time');
  expect(text).toContain('Wire: theory beside measurement');
  expect(text).toContain('+1.5 (+1.05 %)');
  expect(text).toContain('no formula');
  expect(text).toMatch(/The protocol’s own work is 1\d % \(ws, 128 B\) of the server’s CPU time per message\./);
  expect(html).toContain('class="banner banner-interrupted"><strong>Not fit to measure on:</strong>');
  expect(text).toMatch(/✓ ok v24 .*✕ unfit 3\.9 on 2 cores Close other programs\. .*! note in use Free some memory\./);
  expect(text).toContain('veth: two private network namespaces joined by a virtual cable.');
});

test('bytes counted at the link and at the sockets are shown separately', async () => {
  const html = await render({ transports: { a: { framing: 10 }, b: { framing: 40 } }, wire: 'link' });
  expect(textOf(html)).toMatch(/a up 128\.0 10\.00 99\.00 237\.0 \S+ \S+ a down 128\.0 10\.00 99\.00 237\.0/);
  expect(textOf(html)).toContain(
    'as an interface counts them (Ethernet, IP and TCP headers and acknowledgements included)',
  );
  expect(html).toContain('<path class=headers');
  const socket = await render({ transports: { a: { framing: 10 }, b: { framing: 40 } } });
  expect(socket).not.toMatch(/class="?headers|†/);
});

test('an A/A run says so first, and gives the two labels of a transport different symbols', async () => {
  const html = await render(STATES['the same twice']);
  const text = textOf(html);
  expect(text.indexOf('A/A run:')).toBeLessThan(text.indexOf('For echo'));
  expect(text).toContain('There was no false positive');
  const swatches = ['ws#a', 'ws#b'].map(
    (name) => new RegExp(`(<svg class="?swatch.*?</svg>)</?[^>]*>?<?b?d?i?>?[^<]*<bdi>${name}`).exec(html)?.[1],
  );
  expect(swatches[0]).not.toBe(swatches[1]);
});

test('if scenarios have different durations, each duration is stated', async () => {
  const results = makeResults({ transports: { a: {}, b: {} }, scenarios: [ECHO, BROADCAST, CONNECT, IDLE] });
  const cases = results.cases.map((one) => ({
    ...one,
    trials: one.trials.map((trial) =>
      trial.state === 'failed' || one.kind !== 'idle' ? trial : { ...trial, seconds: 25 },
    ),
  }));
  const { html } = await makeReport({ ...results, cases }, { resamples: 500 });
  expect(textOf(html)).toContain('Each trial 1 s (echo, broadcast), 25 s (idle) after 0.3 s of warm-up');
});

test('the reason why there is no private link is stated', async () => {
  expect(textOf(await render(STATES['no private link']))).toContain(
    'loopback: the host’s own interface. Bytes are counted at the sockets, above TCP. Reason: unshare: Operation not permitted',
  );
});

test('a run of only the wire scenario has a title and its table', async () => {
  const html = await render(STATES['wire alone']);
  expect(textOf(html)).toContain('Bytes on the wire: theory beside measurement.');
  expect(html).toContain('pill-valid');
  expect(html.match(/<tr class="way-down">/g)).toHaveLength(7);
});

test('the growth of the generator’s memory is shown only if it was recorded', async () => {
  const html = await render({ transports: { a: {}, b: {} }, scenarios: [ECHO, CEILING] });
  const [, echo = '', closed = ''] = html.split('<section id="question-');
  expect(echo).not.toContain('Gen. growth MiB');
  expect(textOf(closed)).toMatch(
    /The same in every trial: .*Gen\. growth MiB 8\.00 · Others’ core 0\.400 % · Core waits 0\.200 %\./,
  );
});

test('the content security policy allows the page’s own style and script, and nothing else', async () => {
  const html = await render(STATES.tie);
  const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [style, script] = [hashOf(stylesOf(html)), hashOf(scriptOf(html))];
  expect(html).toContain(
    `content="default-src 'none'; style-src ${style}; script-src ${script}; img-src data:; base-uri 'none'; form-action 'none'"`,
  );
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
});

test('a report embeds its results and analysis, without the histograms that it does not need', async () => {
  const results = makeResults(STATES['hostile names']);
  const { html, analysis } = await makeReport(results, { resamples: 1_000 });
  const carried = (id: string): unknown =>
    JSON.parse(gunzipSync(Buffer.from(new RegExp(`id="${id}">([^<]*)`).exec(html)?.[1] ?? '', 'base64')).toString());
  expect(carried('carried-results')).toEqual(withoutHistograms(results));
  expect(carried('carried-analysis')).toEqual(JSON.parse(JSON.stringify(withOwnFigures(withoutCurves(analysis)))));
});

test('equal results give equal bytes, and the default run stays under a megabyte', async () => {
  const results = makeResults({ transports: SEVEN, scenarios: BOTH });
  expect(results.cases).toHaveLength(14);
  const [first, second] = [await makeReport(results), await makeReport(structuredClone(results))];
  expect(second.html).toBe(first.html);
  expect(Buffer.byteLength(first.html)).toBeLessThan(1_000_000);
});

test('seven trials of seven transports in every kind of scenario stay under a megabyte, with equal bytes each time', async () => {
  const results = makeResults({ ...STATES['every kind'], trials: 7 });
  const { html } = await makeReport(results, { resamples: 500 });
  expect((await makeReport(structuredClone(results), { resamples: 500 })).html).toBe(html);
  expect(Buffer.byteLength(html)).toBeLessThan(1_000_000);
});

describe('the bundle', () => {
  test('has another fingerprint after a change of a source or of a dependency, but not of a test', async () => {
    const root = await mkdtemp(join(tmpdir(), 'wirebench-test-'));
    const write = async (file: string, text: string): Promise<string> => {
      await writeFile(join(root, file), text);
      return await fingerprint(root);
    };
    try {
      await Promise.all(['reports', 'bench/results'].map((name) => mkdir(join(root, name), { recursive: true })));
      await writeFile(join(root, 'package.json'), '{}');
      const first = await write('reports/a.tsx', '1');
      expect(await write('reports/a.test.tsx', '1')).toBe(first);
      expect(await write('reports/a.tsx', '1')).toBe(first);
      const others = [
        await write('reports/a.tsx', '2'),
        await write('bench/results/a.ts', '1'),
        await write('package.json', '{ "version": "2" }'),
      ];
      expect(new Set([first, ...others]).size).toBe(4);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test('is cached under its fingerprint, without temporary files, and shared by simultaneous loads', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'wirebench-test-'));
    try {
      await Promise.all([loadPage(cache), loadPage(cache), loadScript(cache), loadScript(cache)]);
      const files = (await readdir(cache)).toSorted();
      expect(files).toHaveLength(2);
      expect(files[0]).toMatch(/^[0-9a-f]{16}-live\.js$/);
      expect(files[1]).toMatch(/^[0-9a-f]{16}-page\.mjs$/);
    } finally {
      await rm(cache, { recursive: true });
    }
  });

  test('is used once and deleted if the cache cannot be written', async () => {
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
