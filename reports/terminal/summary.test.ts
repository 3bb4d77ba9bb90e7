import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { analyse } from '../analysis/analyse.ts';
import { BROADCAST, ECHO, makeResults, type RunSpec, SEVEN } from '../fixtures.ts';
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
    expect(first).toMatch(/^echo with 100 clients .*: use ws: every other choice is\s+shown slower at p99/s);
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
    expect(text).toMatch(/\n {2}→ Start it alone/);
  });

  test('a name cannot command the terminal', () => {
    const text = print({ transports: { 'evil\u001b[2J\u0007\u202e': {}, b: {} } });
    for (const character of ['\u001b', '\u0007', '\u202e']) expect(text).not.toContain(character);
    expect(text).toContain('evil�[2J��');
  });
});
