import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { analyse } from '../analysis/analyse.ts';
import { BROADCAST, CAPACITY, ECHO, EVERY_KIND, makeResults, type RunSpec, SEVEN } from '../testing/fixtures.ts';
import { type SummaryOptions, summary } from './summary.ts';

const print = (spec: RunSpec, options: Partial<SummaryOptions> = {}): string => {
  const results = makeResults(spec);
  return summary(results, analyse(results, { resamples: 500 }), { width: 120, colour: false, ...options });
};

const lengthOf = (line: string): number => [...line].length;

/** Rows of the first table: header and the lines that begin with a transport's name. */
const tableOf = (text: string, names: readonly string[]): string[] => {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith('transport'));
  return lines.slice(head, head + 1 + names.length);
};

describe('the summary', () => {
  const text = print({ transports: SEVEN, scenarios: [ECHO, BROADCAST] });

  test('opens with a decision for each question', () => {
    const [first, second] = text.split('\n\n')[0]?.split('For ').slice(1) ?? [];
    expect(first).toMatch(
      /^echo with 100 clients .*: use\s+ws: every\s+other\s+choice\s+is\s+shown\s+to\s+be\s+slower\s+at\s+p99/s,
    );
    expect(second).toMatch(/^broadcast to 100 clients .*: use ws/s);
  });

  test('has a row a transport, the leader first, the floor last and marked', () => {
    const rows = tableOf(text, Object.keys(SEVEN));
    expect(rows[0]).toMatch(
      /^transport +p50 ms +p99 ms \(95 %\) +B\/msg +CPU µs\/msg +memory MiB +connect ms +p99 vs ws$/,
    );
    expect(rows[1]).toMatch(/^ws +0\.1\d+ +0\.4\d+ \(0\.4\d+–0\.4\d+\) +268 .* lowest$/);
    expect(rows[2]).toMatch(/^\S+ .* ▼ worse \d\.\d\d× \(\d\.\d\d–\d\.\d\d\)$/);
    expect(rows[7]).toMatch(/^tcp .* floor$/);
  });

  test('holds no escape code without colour, and the same text with it', () => {
    const coloured = print({ transports: SEVEN, scenarios: [ECHO, BROADCAST] }, { colour: true });
    expect(text).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[');
    expect(stripVTControlCharacters(coloured)).toBe(text);
  });
});

describe('other kinds of scenario', () => {
  const transports = { ...SEVEN, ws: { ...SEVEN.ws, lowerBounds: { 2: 0.9 } }, sse: { ...SEVEN.sse, fit: 0.9 } };
  const text = print({ transports, scenarios: EVERY_KIND, wire: 'link' }, { width: 160 });
  const lines = text.split('\n');
  const lineAfter = (title: string, name: string) =>
    lines.slice(lines.indexOf(title)).find((line) => line.startsWith(`${name} `));

  test('a lower bound carries its sign, and what is worse than it is so at most', () => {
    const title = 'capacity with 100 clients, 128 B, p99 ≤ 50 ms';
    expect(lineAfter(title, 'ws')).toMatch(/^ws +≥ 4\d,\d00 \(≥ \d\d,\d00\) .* at least$/);
    expect(lineAfter(title, 'socketio')).toMatch(/▼ worse ≤ 0\.\d\d× \(≤ 0\.\d\d\)$/);
  });

  test('a closed loop is called one, in its title, its heading and its note', () => {
    const from = lines.indexOf('ceiling (closed loop) with 100 clients, 128 B');
    expect(lines[from + 1]).toMatch(
      /^transport +msg\/s closed loop \(95 %\) +generator µs\/msg +CPU µs\/msg +msg\/s vs ws$/,
    );
    expect(lines.slice(from).join('\n')).toContain('Closed loop: each session sends again');
  });

  test('silent sessions cost 0, and a slope that fits badly is marked', () => {
    expect(lineAfter('idle: 2,000 sessions', 'ws')).toMatch(/^ws +1\d\.\d \(.*\) +0 +0 /);
    expect(lineAfter('idle: 2,000 sessions', 'sse')).toContain('! R² 0.900');
  });

  test('theory stands beside the measured bytes', () => {
    expect(lineAfter('Wire: theory beside measurement', 'ws')).toMatch(/^ws +128 +up +134 +134 +0 +0 %/);
  });

  test.each([40, 60, 80, 100, 120])('no line is longer than %i columns', (width) => {
    const narrow = print({ transports, scenarios: EVERY_KIND, wire: 'link' }, { width }).split('\n');
    expect(Math.max(...narrow.map(lengthOf))).toBeLessThanOrEqual(width);
  });

  test('an A/A run says first what it is', () => {
    const twice = print({ transports: { a: {}, b: {} }, scenarios: [ECHO, CAPACITY], aa: true });
    expect(twice).toMatch(/^A\/A run: every transport was measured twice/);
    expect(twice).toMatch(/\na#a /);
  });

  test('a machine that is not fit is named before any table', () => {
    const checks = [{ name: 'load average', state: 'unfit' as const, observed: '3.9', fix: 'Wait.' }];
    const unfit = print({ transports: { a: {}, b: {} }, environment: { checks } });
    expect(unfit.indexOf('✕ Not fit to measure on: load average: 3.9')).toBeGreaterThan(0);
    expect(unfit.indexOf('✕ Not fit')).toBeLessThan(unfit.indexOf('\ntransport'));
  });
});

describe('widths', () => {
  const names = Object.keys(SEVEN);

  test.each([40, 60, 79, 80, 100, 120, 200])('no line is longer than %i columns', (width) => {
    const lines = print({ transports: SEVEN, scenarios: [ECHO, BROADCAST] }, { width }).split('\n');
    expect(Math.max(...lines.map(lengthOf))).toBeLessThanOrEqual(width);
  });

  test('columns go in a fixed order, and name, p99 and verdict stay', () => {
    const headers = [110, 95, 80, 68, 60].map(
      (width) => tableOf(print({ transports: SEVEN }, { width }), names)[0] ?? '',
    );
    for (const header of headers) expect(header).toMatch(/^transport .*p99 ms.*p99 vs ws$/);
    expect(
      headers.map((header) => ['connect', 'memory', 'CPU', 'p50 ms', 'B/msg'].filter((word) => header.includes(word))),
    ).toEqual([
      ['connect', 'memory', 'CPU', 'p50 ms', 'B/msg'].slice(1),
      ['CPU', 'p50 ms', 'B/msg'],
      ['p50 ms', 'B/msg'],
      ['B/msg'],
      [],
    ]);
  });

  test('with long names the leading figure loses its interval before it goes', () => {
    const transports = { 'long-polling:base64': { p50Ms: 1 }, ws: { p50Ms: 2 } };
    const [header, ...rows] = tableOf(print({ transports }, { width: 60 }), ['a', 'b']);
    expect(header).toMatch(/^transport +p99 ms +p99 vs/);
    expect(rows[0]).toMatch(/^long-polling:base64 +2\.\d+ +lowest$/);
  });

  test('a very long name is cut, not wrapped', () => {
    const long = 'a-transport-with-quite-an-unreasonably-long-name-that-goes-on-and-on';
    const text = print({ transports: { [long]: { p50Ms: 1 }, b: { p50Ms: 2 } } }, { width: 60 });
    const rows = tableOf(text, [long, 'b']);
    expect(rows[1]).toMatch(/^a-transp\S*… /);
    for (const row of rows) expect(lengthOf(row)).toBeLessThanOrEqual(60);
  });
});

describe('states', () => {
  test('a quick look gives no verdict', () => {
    const text = print({ transports: { a: {}, b: { p50Ms: 2 } }, trials: 1 });
    expect(text).toContain('Quick look (n=1)');
    expect(text).toContain('∅ not testable');
    expect(text).not.toMatch(/▼|▲|≈/);
  });

  test('warnings follow, each with what to do', () => {
    const faults = { 0: { state: 'failed', reasons: ['the server exited with code 1'] } } as const;
    const text = print({ transports: { a: {}, b: { faults } } });
    expect(text).toMatch(/\nWarning: b \(echo\): 1 of 6 trials failed: the server exited with code 1\./);
    expect(text).toMatch(/\n {2}→ Start its server alone/);
  });

  test.each([
    ['connect EMFILE 10.77.0.1:34127', 'Raise the limit of open files (`ulimit -n`), or use fewer --clients.'],
    ['connect EADDRNOTAVAIL 10.77.0.1:34127', 'Ports ran out: widen net.ipv4.ip_local_port_range'],
    ['listen EADDRINUSE: address already in use 127.0.0.1:80', 'Another program took the port: run again'],
  ])('what the system ran out of has its own remedy: %s', (reason, remedy) => {
    const faults = { 0: { state: 'failed', reasons: [reason] } } as const;
    const text = print({ transports: { a: {}, b: { faults } } });
    expect(text).toMatch(`trials failed: ${reason}`);
    expect(text).toContain(`\n  → ${remedy}`);
  });

  test('what the machine cannot load is said once, however many questions there are', () => {
    const results = makeResults({ transports: { a: {}, b: {} }, scenarios: [ECHO, BROADCAST] });
    const leftOut = ['c', 'c:d'].map((name) => ({
      name,
      kind: 'unavailable' as const,
      reason: 'unavailable here: why',
    }));
    const run = { ...results, plan: { ...results.plan, leftOut } };
    const text = summary(run, analyse(run, { resamples: 100 }), { width: 120, colour: false });
    expect(text.match(/unavailable/g)).toHaveLength(1);
    expect(text).toMatch(/\n\nc and c:d: ○ unavailable here: why\n\nNot covered: /);
  });

  test('a name cannot command the terminal', () => {
    const text = print({ transports: { 'evil\u001b[2J\u0007\u202e': {}, b: {} } });
    for (const character of ['\u001b', '\u0007', '\u202e']) expect(text).not.toContain(character);
    expect(text).toContain('evil�[2J��');
  });
});
