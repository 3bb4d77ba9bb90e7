import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Results } from '../../bench/results/schema.ts';
import { compare } from '../compare/compare.ts';
import { BROADCAST, CAPACITY, ECHO, EVERY_KIND, makeResults, type RunSpec, SEVEN } from '../testing/fixtures.ts';
import { type ComparisonOptions, comparisonText } from './comparison.ts';

const run = (spec: Partial<RunSpec> = {}): Results => ({
  ...makeResults({ transports: SEVEN, trials: 7, ...spec }),
  id: `run-${spec.seed ?? 1}`,
});
const slow = { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 0.17 * 1.2 }, sse: { ...SEVEN.sse, framing: 100 } };
const print = (base: Results, next: Results, options: Partial<ComparisonOptions> = {}): string =>
  comparisonText(compare(base, next, { resamples: 500 }), { width: 100, colour: false, all: false, ...options });

describe('the comparison', () => {
  const scenarios = [ECHO, BROADCAST];
  const text = print(run({ scenarios }), run({ scenarios, transports: slow, seed: 2 }));
  const lines = text.split('\n');

  test('opens with the counts and the runs', () => {
    expect(text).toMatch(/^Against the base run: 4 worse, 2 better, \d+ equivalent and \d+ not separated, of/);
    expect(lines).toContain('base: run-1 · 2026-11-23 06:18 UTC · Valid');
    expect(lines).toContain('new: run-2 · 2026-11-23 06:18 UTC · Valid');
  });

  test('has a table a question, the worst first, and sums up the rest', () => {
    const head = lines.indexOf('echo with 100 clients at 1,200 msg/s of 128 B');
    expect(lines[head + 1]).toMatch(/^transport +figure +base +new +change +how much +new over base \(95 %\)$/);
    expect(lines[head + 2]).toMatch(
      /^ws +p\d\d ms +0\.\d+ +0\.\d+ +\+\d\d % +\S+ +▼ worse 1\.\d\d× \(1\.\d\d–1\.\d\d\)$/,
    );
    expect(lines[head + 4]).toMatch(/^sse +B\/msg +556 +456 +−18 % +moderate +▲ better 0\.82× \(0\.82–0\.82\)$/);
    expect(text).toMatch(/\n≈ equivalent: \d\d of 42; --all lists them\n/);
  });

  test('lists all where all was asked for', () => {
    const all = print(run(), run({ seed: 2 }), { all: true });
    const listed = all.split('\n').filter((line) => / [▼▲≈?∅] (worse|better|equivalent|not )/.test(line));
    expect(listed).toHaveLength(42);
    expect(all).toContain('tcp (floor)');
    expect(all).not.toContain('--all');
  });

  test('holds no escape code without colour, and the same text with it', () => {
    const coloured = print(run({ scenarios }), run({ scenarios, transports: slow, seed: 2 }), { colour: true });
    expect(text).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[31m');
    expect(stripVTControlCharacters(coloured)).toBe(text);
  });

  test('of unlike questions: figures side by side, and why', () => {
    const raw = print(run(), run({ scenarios: [{ ...ECHO, size: 1024 }], seed: 2 }));
    expect(raw).toContain('Not compared, because the questions differ: message size 128 B → 1024 B.');
    expect(raw).toMatch(/\ntransport +figure +base +new\ntcp +p50 ms /);
    expect(raw).not.toMatch(/[▼▲≈]/);
  });

  test('what could not be judged stands with its reason', () => {
    const text = print(run(), run({ trials: 2, seed: 2 }));
    expect(text).toMatch(
      /∅ not testable: 42 of 42 \(.* and 1\s+more\): only\s+2\s+valid\s+trials\s+in one of the\s+runs;/,
    );
  });
});

describe('of many kinds, with a long name', () => {
  const wide = { ...slow, 'a-transport-with-a-long-name': { p50Ms: 3 } };
  const slower = { ...wide, 'a-transport-with-a-long-name': { p50Ms: 9 } };
  const [base, next] = [wide, slower].map((transports, at) => run({ transports, scenarios: EVERY_KIND, seed: 1 + at }));
  const comparison = compare(base!, next!, { resamples: 500 });

  test.each([40, 60, 79, 80, 100, 160])('no line is longer than %i columns', (width) => {
    for (const all of [true, false]) {
      const lines = comparisonText(comparison, { width, colour: false, all }).split('\n');
      expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(width);
    }
  });
});

test('where room is short columns go, name, figure and verdict stay', () => {
  const [base, next] = [run({ scenarios: [CAPACITY] }), run({ scenarios: [CAPACITY], seed: 2 })];
  const head = (width: number) =>
    print(base, next, { width, all: true })
      .split('\n')
      .find((line) => line.startsWith('transport'));
  expect(head(120)).toMatch(/base +new +change +how much/);
  expect(head(62)).not.toMatch(/how much/);
  expect(head(62)).toMatch(/^transport +figure.* +new over base/);
});

test('a name cannot command the terminal', () => {
  const transports = { 'evil\u001b[2J\u0007\u202e': { p50Ms: 1 }, b: {} };
  const text = print(run({ transports }), run({ transports, seed: 2 }), { all: true });
  for (const character of ['\u001b', '\u0007', '\u202e']) expect(text).not.toContain(character);
});
