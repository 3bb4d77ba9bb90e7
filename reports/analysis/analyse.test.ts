import { describe, expect, test } from 'vitest';
import type { Results } from '../../bench/results/schema.ts';
import type { Analysis, Cell, Group, Row } from '../model/model.ts';
import { BROADCAST, ECHO, makeResults, type RunSpec, SEVEN, type TransportSpec } from '../testing/fixtures.ts';
import { analyse } from './analyse.ts';
import { textOf } from './sentences.ts';

const judge = (spec: RunSpec): Analysis => analyse(makeResults(spec), { resamples: 2_000 });

function onlyGroup(analysis: Analysis): Group {
  expect(analysis.groups).toHaveLength(1);
  const [group] = analysis.groups;
  if (group === undefined) throw new Error('no group');
  return group;
}

function rowOf(group: Group, name: string): Row {
  const row = group.rows.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
}

const wordOf = (cell: Cell): string =>
  cell.state === 'shown' ? (cell.verdict?.word ?? 'no verdict') : `not shown: ${cell.reason}`;

const wordsOf = (group: Group): string[] =>
  group.rows.flatMap((row) => group.metrics.map((id) => wordOf(row.cells[id]))).filter((word) => word !== 'no verdict');

const tierNames = ({ tiers }: Group): string[][] =>
  tiers.kind === 'tiered' ? tiers.tiers.map((tier) => tier.map(({ name }) => name)) : [];

const allFailed: TransportSpec['faults'] = Object.fromEntries(
  Array.from({ length: 6 }, (_, block) => [block, { state: 'failed', reasons: ['the server exited with code 1'] }]),
);

const allInvalid: TransportSpec['faults'] = Object.fromEntries(
  Array.from({ length: 6 }, (_, block) => [block, { state: 'invalid', reasons: ['the generator was saturated'] }]),
);

describe('a clear winner', () => {
  const group = onlyGroup(judge({ transports: { slow: { p50Ms: 2 }, fast: { p50Ms: 1 }, middle: { p50Ms: 1.4 } } }));

  test('is named alone, and every other choice is worse with its ratio and interval', () => {
    expect(textOf(group.answer)).toBe(
      'For echo with 100 clients at 1,200 msg/s of 128 B over a wire without delay or loss: use fast: every other choice is shown to be slower at p99 (beyond ±5 %).',
    );
    const cell = rowOf(group, 'slow').cells.p99;
    expect(wordOf(cell)).toBe('worse');
    if (cell.state !== 'shown' || cell.verdict === null || !('interval' in cell.verdict))
      throw new Error('no interval');
    const { ratio, interval } = cell.verdict;
    expect(ratio).toBeCloseTo(2, 0);
    expect(interval.low).toBeLessThanOrEqual(ratio);
    expect(interval.high).toBeGreaterThanOrEqual(ratio);
    expect(cell.factor).toBeCloseTo(2, 0);
    expect(cell.expert?.cliffsDelta).toBe(1);
    expect(cell.expert?.p).toBeCloseTo(2 / 924, 10);
    expect(cell.expert?.pHolm).toBeCloseTo(4 / 924, 10);
  });

  test('tiers are peeled in order, and rows sorted by the primary metric', () => {
    expect(group.primary).toBe('p99');
    expect(tierNames(group)).toEqual([['fast'], ['middle'], ['slow']]);
    expect(group.rows.map(({ name }) => name)).toEqual(['fast', 'middle', 'slow']);
    expect(textOf(group.certainty)).toContain('Closest other choice: middle, +');
    if (group.tiers.kind !== 'tiered') throw new Error('not tiered');
    expect(group.tiers.tiers.flat().map(({ topShare }) => topShare)).toEqual([1, 0, 0]);
  });
});

describe('equal transports', () => {
  test('A/A data is never better or worse, whatever the seed and the noise', () => {
    const twin = (noise: number): TransportSpec => ({ p50Ms: 1, noise });
    for (const noise of [0, 0.01, 0.03]) {
      for (let seed = 1; seed <= 12; seed++) {
        const transports = { a: twin(noise), b: twin(noise), c: twin(noise), d: twin(noise) };
        const words = wordsOf(onlyGroup(judge({ transports, seed })));
        expect(words).not.toContain('better');
        expect(words).not.toContain('worse');
        expect(words).not.toContain('not testable');
      }
    }
  });

  test('heavy noise is not separated rather than decided', () => {
    const noisy: TransportSpec = { p50Ms: 1, noise: 0.2 };
    const group = onlyGroup(judge({ transports: { a: noisy, b: noisy, c: noisy }, trials: 7, seed: 3 }));
    expect(wordOf(rowOf(group, group.rows[1]?.name ?? '').cells.p99)).toBe('not separated');
    expect(textOf(group.answer)).toMatch(
      /no transport is shown to be faster\. . *(, .)* and .: none is shown to be slower than/,
    );
    expect(textOf(group.answer)).not.toContain('the same');
    expect(textOf(group.answer)).not.toContain('equivalent');
  });

  test('a three-way tie names all three, and the outsider', () => {
    const same: TransportSpec = { p50Ms: 1, noise: 0.005 };
    const group = onlyGroup(judge({ transports: { a: same, b: same, c: same, z: { p50Ms: 2 } } }));
    expect(tierNames(group).map((tier) => tier.toSorted())).toEqual([['a', 'b', 'c'], ['z']]);
    const answer = textOf(group.answer);
    expect(answer).toMatch(/: use [abc], [abc] or [abc]: each is equivalent to [abc] within ±5 % at p99\.$/);
    for (const name of ['a', 'b', 'c']) expect(group.answer).toContainEqual({ text: name, strong: true });
    expect(group.answer).not.toContainEqual({ text: 'z', strong: true });
  });

  test('nothing separated: no winner is forced', () => {
    const same: TransportSpec = { p50Ms: 1, noise: 0.005 };
    const answer = textOf(onlyGroup(judge({ transports: { a: same, b: same } })).answer);
    expect(answer).toMatch(
      /no transport is shown to be faster\. [ab] and [ab]: they are equivalent within ±5 % at p99\. Choose by features\.$/,
    );
  });

  test('what other columns settle between co-leaders is told, and nothing more', () => {
    const tied = { p50Ms: 1, noise: 0.005 };
    const transports = { a: { ...tied, framing: 4 }, b: { ...tied, framing: 90, cpuMicros: 9 } };
    expect(textOf(onlyGroup(judge({ transports })).tieBreak)).toBe(
      'Among these, a is behind in server CPU per message; b in bytes per message.',
    );
    const lighter = { ...transports, z: { p50Ms: 3, framing: 0, cpuMicros: 1 } };
    // Choices that do not lead have no say in what tells leaders apart.
    expect(onlyGroup(judge({ transports: lighter })).tieBreak).toEqual(onlyGroup(judge({ transports })).tieBreak);
  });

  test('a pair that overlaps the band is “neither shown to be slower”, never “equivalent”', () => {
    const transports = { a: { p50Ms: 1, noise: 0.04 }, b: { p50Ms: 1.03, noise: 0.04 }, z: { p50Ms: 3 } };
    const answer = textOf(onlyGroup(judge({ transports })).answer);
    expect(answer).toContain('use a or b: neither is shown to be slower than the other at p99 (beyond ±5 %).');
  });
});

describe('too little to judge', () => {
  test('three trials: medians without interval, every verdict not testable, a quick look', () => {
    const analysis = judge({ transports: { a: { p50Ms: 1 }, b: { p50Ms: 5 } }, trials: 3 });
    const group = onlyGroup(analysis);
    expect(analysis.status).toMatchObject({ kind: 'quick', label: 'Quick look (n=3)' });
    expect(new Set(wordsOf(group))).toEqual(new Set(['not testable']));
    const cell = rowOf(group, 'b').cells.p99;
    expect(cell).toMatchObject({ state: 'shown', interval: null, expert: null });
    expect(group.tiers).toMatchObject({ kind: 'untestable' });
    expect(textOf(group.answer)).toMatch(
      /no verdict: no choice has 6 valid trials\. Lowest p99 measured: a \(2\.\d+ ms\), then b/,
    );
    expect(textOf(group.certainty)).toContain('at most 3 valid trials');
  });

  test('one trial', () => {
    const analysis = judge({ transports: { a: {}, b: {} }, trials: 1 });
    expect(analysis.status).toMatchObject({ kind: 'quick', trials: 1 });
    expect(analysis.status.kind === 'quick' && analysis.status.consequence).toContain(
      'This is a quick look (n=1) without verdicts',
    );
    expect(analysis.warnings).toEqual([]);
  });

  test('one transport: measured, compared with nothing', () => {
    const group = onlyGroup(judge({ transports: { a: {} } }));
    expect(textOf(group.answer)).toContain('only a was measured; there is nothing to compare it with.');
    expect(rowOf(group, 'a').cells.p99).toMatchObject({ state: 'shown', factor: 1, verdict: null });
  });

  test('one choice beside the floor is still only one choice', () => {
    const group = onlyGroup(judge({ transports: { tcp: { floor: true, p50Ms: 0.5 }, a: {} } }));
    expect(textOf(group.answer)).toContain('only a was measured');
  });

  test('a percentile with fewer than ten samples beyond it is not shown, and the fallback is judged by p50', () => {
    const scenarios = [{ scenario: 'echo', clients: 100, rate: 999 }];
    const analysis = judge({ transports: { a: { p50Ms: 1 }, b: { p50Ms: 2 } }, scenarios });
    const group = onlyGroup(analysis);
    expect(wordOf(rowOf(group, 'a').cells.p99)).toBe('not shown: only 9 of 999 samples lie beyond it (10 are needed)');
    expect(group.primary).toBe('p50');
    expect(textOf(group.answer)).toContain('every other choice is shown to be slower at p50 (beyond ±5 %)');
    expect(analysis.warnings).toEqual([
      {
        text: 'p99 not shown for a and b (echo): only 9 of 999 samples lie beyond it (10 are needed).',
        action: 'Use --duration 2.',
      },
    ]);
  });

  test('exactly a thousand samples have ten beyond p99', () => {
    const scenarios = [{ scenario: 'echo', clients: 100, rate: 1000 }];
    const group = onlyGroup(judge({ transports: { a: {}, b: {} }, scenarios }));
    expect(group.primary).toBe('p99');
  });
});

describe('what went wrong is said', () => {
  test('a transport that failed wholly has no number, is in no tier, and spoils no other', () => {
    const analysis = judge({ transports: { a: { p50Ms: 1 }, b: { p50Ms: 2 }, c: { faults: allFailed } } });
    const group = onlyGroup(analysis);
    expect(wordOf(rowOf(group, 'c').cells.p99)).toBe('not shown: none of 6 trials is valid');
    expect(tierNames(group)).toEqual([['a'], ['b']]);
    expect(textOf(group.answer)).toMatch(
      /use a: every other choice that could be tested is shown to be slower at p99 \(beyond ±5 %\)\. Not testable: c \(0 of 6 trials valid\)\.$/,
    );
    expect(analysis.status).toEqual({ kind: 'warnings', label: 'Valid with 1 warning' });
    expect(analysis.counts).toEqual({ planned: 18, valid: 12, suspect: 0, invalid: 0, failed: 6, missing: 0 });
    expect(analysis.warnings[0]?.text).toContain('c (echo): 6 of 6 trials failed: the server exited with code 1 (×6).');
    expect(analysis.warnings[0]?.action).toContain('npm run serve -- c');
  });

  test('one bad trial of six leaves too few for a verdict, and the warning says so', () => {
    const faults = { 2: { state: 'suspect', reasons: ['late'] } } as const;
    const analysis = judge({ transports: { a: { p50Ms: 1, faults }, b: { p50Ms: 2 }, c: { p50Ms: 3 } } });
    const group = onlyGroup(analysis);
    expect(group.columns.p99.best).toBe(rowOf(group, 'b').caseId);
    expect(wordOf(rowOf(group, 'a').cells.p99)).toBe('not testable');
    expect(tierNames(group)).toEqual([['b'], ['c']]);
    expect(analysis.warnings[0]?.text).toContain('5 valid trials left; a verdict needs 6.');
  });

  test('all trials invalid: no number, no verdict, do not quote', () => {
    const analysis = judge({ transports: { a: { faults: allInvalid }, b: { faults: allInvalid } } });
    expect(analysis.status).toMatchObject({ kind: 'invalid', label: 'Invalid' });
    const group = onlyGroup(analysis);
    expect(group.rows.every(({ cells }) => group.metrics.every((id) => cells[id].state === 'not shown'))).toBe(true);
    expect(textOf(group.answer)).toContain('no answer: no trial is valid.');
  });

  test('with most trials invalid every verdict is withheld', () => {
    const transports = { a: { p50Ms: 1 }, b: { faults: allInvalid }, c: { faults: allInvalid } };
    const analysis = judge({
      transports: { ...transports, d: { p50Ms: 9, faults: { 0: { state: 'invalid', reasons: ['x'] } } } },
    });
    expect(analysis.status.kind).toBe('invalid');
    expect(wordsOf(onlyGroup(analysis)).every((word) => word === 'not testable' || word.startsWith('not shown'))).toBe(
      true,
    );
  });

  test('reasons of one rule are told once, with how many more there are', () => {
    const faults: TransportSpec['faults'] = {
      0: { state: 'invalid', reasons: ['schedule kept: 71 % left on time', 'generator not saturated: busy 95 %'] },
      1: { state: 'invalid', reasons: ['schedule kept: 83 % left on time'] },
      2: { state: 'invalid', reasons: ['schedule kept: 64 % left on time'] },
    };
    const [warning] = judge({ transports: { a: { faults }, b: {}, c: {} }, trials: 9 }).warnings;
    expect(warning?.text).toBe(
      'a (echo): 3 of 9 trials invalid: schedule kept: 71 % left on time (and 2 more like it); generator not saturated: busy 95 %.',
    );
  });

  test('a cause that many rows share is one warning', () => {
    const faults: TransportSpec['faults'] = { 0: { state: 'invalid', reasons: ['schedule kept: 71 % left on time'] } };
    const [warning, ...others] = judge({ transports: { a: { faults }, b: { faults }, c: {} } }).warnings;
    expect(others).toEqual([]);
    expect(warning?.text).toBe(
      'a 1 and b 1 (echo): 2 of 12 trials invalid: schedule kept: 71 % left on time (×2). ' +
        'Too few valid trials left for a and b; a verdict needs 6.',
    );
  });

  test('lost messages are counted and warned of', () => {
    const analysis = judge({ transports: { a: { lost: 3 }, b: {} } });
    expect(analysis.warnings.map(({ text }) => text)).toEqual(['a (echo): 18 lost, of 7,200 expected deliveries.']);
  });

  test('an interrupted run is judged by what it has, and says how much that is', () => {
    const analysis = judge({
      transports: { a: { p50Ms: 1 }, b: { p50Ms: 2 } },
      trials: 8,
      done: 6,
      state: 'interrupted',
    });
    expect(analysis.status).toMatchObject({ kind: 'interrupted', label: 'Interrupted' });
    expect(analysis.status.kind === 'interrupted' && analysis.status.consequence).toContain('12 of 16 trials were run');
    expect(tierNames(onlyGroup(analysis))).toEqual([['a'], ['b']]);
  });

  test('interrupted before the first trial, or with no cases at all', () => {
    const analysis = judge({ transports: { a: {}, b: {} }, done: 0, state: 'interrupted' });
    expect(analysis.status.kind).toBe('interrupted');
    expect(textOf(onlyGroup(analysis).answer)).toContain('no answer: no trial was run.');
    const empty = analyse({ ...makeResults({ transports: {} }), cases: [] });
    expect(empty).toMatchObject({ groups: [], status: { kind: 'invalid' } });
  });

  test('nothing delivered: no division by zero, no NaN', () => {
    const analysis = judge({ transports: { a: { lost: 1200 }, b: {} } });
    const cells = rowOf(onlyGroup(analysis), 'a').cells;
    expect(wordOf(cells.bytes)).toBe('not shown: no message was delivered');
    expect(wordOf(cells.cpu)).toBe('not shown: no message was delivered');
    expect(JSON.stringify(analysis)).not.toMatch(/NaN|Infinity/);
    expect(numbersIn(analysis).every(Number.isFinite)).toBe(true);
  });

  test('a metric that is zero throughout is shown, and its ratio is not', () => {
    const group = onlyGroup(judge({ transports: { a: { cpuMicros: 0 }, b: { cpuMicros: 0 } } }));
    expect(rowOf(group, 'b').cells.cpu).toMatchObject({
      state: 'shown',
      median: 0,
      factor: null,
      verdict: { word: 'not testable', reason: 'a value is zero, so there is no ratio' },
    });
  });

  test('a histogram that cannot be read is a reason, not a crash', () => {
    const results = makeResults({ transports: { a: {}, b: {} } });
    const broken: Results = {
      ...results,
      cases: results.cases.map((one) => ({
        ...one,
        trials: one.trials.map((trial) =>
          trial.state === 'failed' ? trial : { ...trial, latency: { ...trial.latency, response: 'AAAA' } },
        ),
      })),
    };
    const group = onlyGroup(analyse(broken));
    expect(wordOf(rowOf(group, 'a').cells.p50)).toBe('not shown: its histogram cannot be read');
    expect(wordOf(rowOf(group, 'a').cells.memory)).not.toContain('not shown');
  });
});

describe('the floor', () => {
  const group = onlyGroup(judge({ transports: SEVEN }));

  test('stands last, is judged by nobody, leads nobody, and sets no factor', () => {
    const floor = group.rows.at(-1);
    expect(floor).toMatchObject({ name: 'tcp', floor: true });
    for (const id of group.metrics) {
      expect(floor?.cells[id]).toMatchObject({ verdict: null });
      expect(group.columns[id].best).not.toBe(floor?.caseId);
    }
    expect(tierNames(group).flat()).not.toContain('tcp');
    expect(textOf(group.answer)).not.toContain('tcp');
    const cell = floor?.cells.p50;
    expect(cell?.state === 'shown' && cell.factor !== null && cell.factor < 1).toBe(true);
  });

  test('a choice below it is a warning', () => {
    const transports = {
      tcp: { floor: true, p50Ms: 1, framing: 4 },
      ws: { p50Ms: 0.7, framing: 2 },
      sse: { p50Ms: 2 },
    };
    const texts = judge({ transports }).warnings.map(({ text }) => text);
    expect(texts).toHaveLength(2);
    for (const [index, what] of ['p50', 'p99'].entries()) {
      expect(texts[index]).toMatch(
        /^ws \(echo\): p\d\d latency below that of the floor \(tcp\), 0\.\d\d× \(0\.\d\d–0\.\d\d\)\.$/,
      );
      expect(texts[index]).toContain(what);
    }
  });
});

describe('groups', () => {
  test('cases are compared only within one question', () => {
    const scenarios = [ECHO, BROADCAST, { ...ECHO, size: 4096 }, { ...ECHO, encoding: 'binary' as const }];
    const analysis = judge({ transports: { a: {}, b: {} }, scenarios });
    expect(analysis.groups.map(({ title }) => title)).toEqual([
      'echo with 100 clients at 1,200 msg/s of 128 B',
      'broadcast to 100 clients at 50 msg/s of 128 B',
      'echo with 100 clients at 1,200 msg/s of 4,096 B',
      'echo with 100 clients at 1,200 msg/s of 128 B as binary',
    ]);
    expect(analysis.groups.every(({ rows }) => rows.length === 2)).toBe(true);
  });

  test('payload of a delivered message counts its way up', () => {
    const analysis = judge({ transports: { a: {}, b: {} }, scenarios: [ECHO, BROADCAST] });
    const payloads = analysis.groups.map((group) => rowOf(group, 'a').payload);
    expect(payloads).toEqual([
      { shown: true, value: 256 },
      { shown: true, value: 128 * 1.01 },
    ]);
  });

  test('a variant is a choice of its own', () => {
    const results = makeResults({ transports: { ws: { variant: 'deflate', title: 'ws with deflate' } } });
    expect(onlyGroup(analyse(results)).rows[0]).toMatchObject({ name: 'ws:deflate', title: 'ws with deflate' });
  });

  test('bytes counted at different layers are not compared', () => {
    const socket = makeResults({ transports: { a: {}, b: { framing: 90 } } });
    const link = makeResults({ transports: { a: {}, b: { framing: 90 } }, wire: 'link' });
    const [a] = socket.cases;
    const b = link.cases[1];
    if (a === undefined || b === undefined) throw new Error('no case');
    const analysis = analyse({ ...socket, cases: [a, b] });
    const group = onlyGroup(analysis);
    expect(group.layer).toBe('mixed');
    expect(wordOf(rowOf(group, 'b').cells.bytes)).toBe('not testable');
    expect(analysis.warnings).toHaveLength(1);
  });
});

test('the same results give the same analysis', () => {
  const results = makeResults({ transports: SEVEN, scenarios: [ECHO, BROADCAST] });
  expect(JSON.stringify(analyse(results))).toBe(JSON.stringify(analyse(structuredClone(results))));
});

test('an interval does not depend on which other groups there are', () => {
  const alone = judge({ transports: SEVEN, scenarios: [ECHO] });
  const both = analyse(makeResults({ transports: SEVEN, scenarios: [ECHO, BROADCAST] }), { resamples: 2_000, seed: 1 });
  expect(both.groups[0]?.title).toBe(alone.groups[0]?.title);
  const echoOnly = analyse(withoutBroadcast(makeResults({ transports: SEVEN, scenarios: [ECHO, BROADCAST] })), {
    resamples: 2_000,
  });
  expect(echoOnly.groups[0]?.rows).toEqual(both.groups[0]?.rows);
});

const withoutBroadcast = (results: Results): Results => ({
  ...results,
  cases: results.cases.filter(({ scenario }) => scenario !== 'broadcast'),
});

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
