import { describe, expect, test } from 'vitest';
import type { Results } from '../../bench/results/schema.ts';
import { analyse } from '../analysis/analyse.ts';
import { readRun } from '../analysis/member.ts';
import { analysedRun } from '../analysis/readings.ts';
import { textOf } from '../analysis/sentences.ts';
import {
  BROADCAST,
  CAPACITY,
  ECHO,
  EVERY_KIND,
  makeResults,
  type RunSpec,
  SEVEN,
  type TransportSpec,
  WIRE,
} from '../testing/fixtures.ts';
import { type CompareOptions, compare } from './compare.ts';
import { comparisonDocument } from './compare-document.ts';
import type { Comparison } from './compare-model.ts';
import { outcomeOf } from './compare-outcome.ts';
import { comparing } from './comparing.ts';

const run = (spec: Partial<RunSpec> = {}, changes: Partial<Results> = {}): Results => ({
  ...makeResults({ transports: SEVEN, trials: 7, ...spec }),
  id: `run-${spec.seed ?? 1}`,
  ...changes,
});
const held = (base: Results, next: Results, options: Partial<CompareOptions> = {}): Comparison =>
  compare(base, next, { resamples: 500, ...options });
const wordsOf = ({ rows }: Comparison, name: string, id: string): string[] =>
  rows.filter((row) => row.name === name && row.metric.id === id).map(({ verdict }) => verdict.word);
const said = ({ warnings }: Comparison): string => warnings.map(({ text }) => text).join('\n');
const reasons = ({ rows }: Comparison): Set<string> =>
  new Set(rows.map(({ verdict }) => ('reason' in verdict ? verdict.reason : verdict.word)));
const slower = (share: number): Readonly<Record<string, TransportSpec>> => ({
  ...SEVEN,
  ws: { ...SEVEN.ws, p50Ms: (SEVEN.ws?.p50Ms ?? 0) * share },
});

describe('A against A', () => {
  test.each([2, 3, 4, 5])('of every kind of scenario nothing is better or worse (seed %i)', (seed) => {
    const { counts, headline } = held(run({ scenarios: EVERY_KIND }), run({ scenarios: EVERY_KIND, seed }));
    expect(counts).toMatchObject({ better: 0, worse: 0 });
    expect(counts.equivalent).toBeGreaterThan(60);
    expect(textOf(headline)).toMatch(
      /^Against the base run: \d+ equivalent, \d+ not separated and \d+ not testable, of/,
    );
  });

  test('run after run, on quiet and noisy machines: no more is called better or worse than the methodology allows', () => {
    const noises = [0.01, 0.05, 0.15, 0.3];
    const counts = noises.flatMap((noise, place) => {
      const transports = Object.fromEntries(Object.entries(SEVEN).map(([id, spec]) => [id, { ...spec, noise }]));
      return Array.from({ length: 8 }, (_, round) => {
        const seed = 100 * place + 2 * round + 1;
        return held(run({ transports, seed }), run({ transports, seed: seed + 1 }), { resamples: 200 }).counts;
      });
    });
    const total = (word: 'better' | 'worse' | 'equivalent' | 'not separated') =>
      counts.reduce((sum, one) => sum + one[word], 0);
    const judged = total('better') + total('worse') + total('equivalent') + total('not separated');
    expect(judged).toBe(32 * 36);
    expect((total('better') + total('worse')) / judged).toBeLessThanOrEqual(0.015);
    expect(total('equivalent')).toBeGreaterThan(judged / 3);
  });

  test('on a noisy machine it is not separated, and still neither better nor worse', () => {
    const noisy = Object.fromEntries(Object.entries(SEVEN).map(([id, spec]) => [id, { ...spec, noise: 0.3 }]));
    const { counts } = held(run({ transports: noisy }), run({ transports: noisy, seed: 2 }));
    expect(counts).toMatchObject({ better: 0, worse: 0 });
    expect(counts['not separated']).toBeGreaterThan(10);
  });

  test('a run with itself: nothing but equals, and it is said that it is the same run', () => {
    const comparison = held(run(), run());
    expect(comparison.counts).toMatchObject({ better: 0, worse: 0, 'not testable': 0 });
    expect(comparison.rows.every(({ ratio }) => ratio === 1)).toBe(true);
    expect(said(comparison)).toContain('Both files hold the same run');
  });
});

describe('an injected change', () => {
  const comparison = held(run(), run({ transports: slower(1.2), seed: 2 }));

  test('of +20 % is found, where it is and nowhere else', () => {
    expect(wordsOf(comparison, 'ws', 'p50')).toEqual(['worse']);
    expect(wordsOf(comparison, 'ws', 'p99')).toEqual(['worse']);
    expect(comparison.counts).toMatchObject({ worse: 2, better: 0 });
    expect(textOf(comparison.headline)).toMatch(/^Against the base run: 2 worse, \d+ equivalent/);
  });

  test('comes first, with its size', () => {
    const [first] = comparison.rows;
    expect(first).toMatchObject({
      name: 'ws',
      magnitude: 'moderate',
      question: 'echo with 100 clients at 1,200 msg/s of 128 B',
    });
    expect(first?.ratio).toBeCloseTo(1.2, 1);
    expect(first?.worseBy).toBeCloseTo(0.2, 1);
    expect(comparison.rows.map(({ verdict }) => verdict.word)).toEqual(
      comparison.rows.map(({ verdict }) => verdict.word).toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)),
    );
  });

  test('the other way round it is better, and no regression', () => {
    const back = held(run({ transports: slower(1.2), seed: 2 }), run());
    expect(back.counts).toMatchObject({ worse: 0, better: 2 });
    expect(outcomeOf(back, 0).regressions).toEqual([]);
  });

  test('where more is better, less is worse', () => {
    const down = { ...SEVEN, ws: { ...SEVEN.ws, capacity: 42_000 * 0.8 } };
    const worse = held(run({ scenarios: [CAPACITY] }), run({ scenarios: [CAPACITY], transports: down, seed: 2 }));
    expect(worse.rows.every(({ metric }) => metric.id === 'capacity')).toBe(true);
    expect(wordsOf(worse, 'ws', 'capacity')).toEqual(['worse']);
    expect(worse.rows[0]?.worseBy).toBeCloseTo(0.2, 1);
  });

  test('of bytes is told from 2 % on', () => {
    const wider = { ...SEVEN, ws: { ...SEVEN.ws, framing: 6 + 4 } };
    const bytes = held(run(), run({ transports: wider, seed: 2 }));
    expect(wordsOf(bytes, 'ws', 'bytes')).toEqual(['worse']);
    expect(wordsOf(bytes, 'mqtt', 'bytes')).toEqual(['equivalent']);
  });

  test('of the floor is no regression, but a warning', () => {
    const moved = { ...SEVEN, tcp: { ...SEVEN.tcp, p50Ms: 0.24 } };
    const comparison = held(run(), run({ transports: moved, seed: 2 }));
    expect(comparison.counts.worse).toBe(0);
    expect(said(comparison)).toMatch(
      /^The floor changed too, although no change of a transport affects it: tcp is worse in p50 latency \(echo\), /m,
    );
    expect(outcomeOf(comparison, 0).regressions).toEqual([]);
  });
});

test('what a run has lost is told, also where no figure is the worse for it', () => {
  const lossy = (lost: number, seed: number) =>
    run({ transports: { ...SEVEN, webrtc: { variant: 'lossy', p50Ms: 0.2, lost } }, seed });
  expect(said(held(lossy(0, 1), lossy(90, 2)))).toContain(
    'Deliveries were lost, which no figure here shows: webrtc:lossy (echo) 0 of 8,400 → 630 of 8,400.',
  );
  expect(said(held(lossy(0, 1), lossy(0, 2)))).not.toContain('lost');
});

const ORDER = ['worse', 'better', 'not separated', 'equivalent', 'not testable'];

describe('questions that differ', () => {
  const change = (one: Partial<Results['cases'][number]>): Results => {
    const next = run({ seed: 2 });
    return { ...next, cases: next.cases.map((each) => ({ ...each, ...one })) };
  };
  const trials = (durationSeconds: number) => run({ seed: 2, durationSeconds });
  const plan = (results: Results, one: Partial<Results['plan']>): Results => ({
    ...results,
    plan: { ...results.plan, ...one },
  });

  test.each<[string, Results, string, string]>([
    ['clients', run({ seed: 2, scenarios: [{ ...ECHO, clients: 50 }] }), '100', '50'],
    ['rate', run({ seed: 2, scenarios: [{ ...ECHO, rate: 1500 }] }), '1200 msg/s', '1500 msg/s'],
    ['message size', run({ seed: 2, scenarios: [{ ...ECHO, size: 1024 }] }), '128 B', '1024 B'],
    ['encoding', run({ seed: 2, scenarios: [{ ...ECHO, encoding: 'binary' }] }), 'text', 'binary'],
    ['payload', change({ payload: 'zeros' }), 'filler', 'zeros'],
    ['TLS', change({ tls: true }), 'off', 'on'],
    ['token', change({ auth: 'ES256' }), 'none', 'ES256'],
    ['server', change({ target: 'ws://127.0.0.1:1' }), 'ours', 'ws://127.0.0.1:1'],
    ['network', change({ network: 'wan' }), 'none', 'wan'],
    ['measured time', trials(2), '1.00 s', '2.00 s'],
    ['warm-up', plan(run({ seed: 2 }), { warmupSeconds: 5 }), '0.3 s', '5 s'],
  ])('another %s: raw figures, no verdict, and why', (what, next, from, to) => {
    const comparison = held(run(), next);
    expect(comparison.rows).toEqual([]);
    expect(comparison.raw).toHaveLength(7);
    expect(comparison.raw[0]?.because).toEqual([{ what, base: from, next: to }]);
    expect(comparison.raw[0]?.figures[0]).toMatchObject({ base: { state: 'shown' }, next: { state: 'shown' } });
    expect(textOf(comparison.headline)).toMatch(
      /no verdicts: no case was measured under the same conditions in both runs/,
    );
    expect(outcomeOf(comparison, 0)).toMatchObject({ unsound: ['no comparison could be judged'] });
  });

  test('another load model: closed loop against timetable', () => {
    const open = [{ ...ECHO, rate: 0 }];
    const closed = [{ ...open[0], scenario: 'echo', kind: 'closed' as const }];
    const comparison = held(run({ scenarios: [ECHO] }), run({ scenarios: closed, seed: 2 }));
    expect(comparison.rows).toEqual([]);
    expect(comparison.raw[0]?.because.map(({ what }) => what)).toContain('kind of scenario');
  });

  test('another objective of a search', () => {
    const next = run({ scenarios: [CAPACITY], seed: 2 });
    const cases = next.cases.map((one) => ({
      ...one,
      trials: one.trials.map((trial) =>
        trial.state === 'failed' || trial.capacity === undefined
          ? trial
          : { ...trial, capacity: { ...trial.capacity, objective: { percentile: 50, seconds: 0.05 } } },
      ),
    }));
    const comparison = held(run({ scenarios: [CAPACITY] }), { ...next, cases });
    expect(comparison.raw[0]?.because).toEqual([{ what: 'objective', base: 'p99 ≤ 50 ms', next: 'p50 ≤ 50 ms' }]);
  });

  test('of several loads each finds its own, and what is left the nearest', () => {
    const loads = (...rates: number[]) => rates.map((rate) => ({ ...ECHO, rate }));
    const transports = { ws: SEVEN.ws ?? {} };
    const base = run({ transports, scenarios: loads(500, 1000) });
    const comparison = held(base, run({ transports, scenarios: loads(1000, 2000), seed: 2 }));
    expect(new Set(comparison.rows.map(({ caseId }) => caseId))).toEqual(new Set(['ws/echo/c100/r1000/s128/text']));
    expect(comparison.raw.map(({ because }) => because)).toEqual([
      [{ what: 'rate', base: '500 msg/s', next: '2000 msg/s' }],
    ]);
    expect(textOf(comparison.headline)).toMatch(/^Against the base run: .* of \d comparisons/);
  });

  test('bytes counted at another layer: the rest is judged', () => {
    const comparison = held(run({ wire: 'link' }), run({ seed: 2 }));
    const bytes = comparison.rows.filter(({ metric }) => metric.id === 'bytes');
    expect(bytes).toHaveLength(7);
    for (const { verdict, ratio } of bytes) {
      expect(verdict).toEqual({
        word: 'not testable',
        reason: 'bytes were counted at the link in the base run and at the socket in the new run',
      });
      expect(ratio).toBeNull();
    }
    expect(wordsOf(comparison, 'ws', 'p50')).not.toContain('not testable');
  });
});

describe('conditions that differ', () => {
  test('of the machine: verdicts across environments', () => {
    const environment = {
      cpu: 'Another CPU',
      kernel: '7.0',
      node: 'v26.0.0',
      cores: 64,
      pinning: null,
      link: 'veth' as const,
    };
    const comparison = held(run(), run({ seed: 2, environment }));
    expect(comparison.crossEnvironment).toBe(true);
    expect(comparison.differences.map(({ what }) => what)).toEqual([
      'processor',
      'cores',
      'kernel',
      'Node.js',
      'link',
      'pinning to cores',
    ]);
    expect(textOf(comparison.headline)).toMatch(/The environments differ, so the machine may be the cause\.$/);
    expect(said(comparison)).toContain('processor Invented CPU @ 2.50GHz → Another CPU');
  });

  test('of versions and settings: said, and no matter of the machine', () => {
    const environment = { wirebench: '0.2.0', packages: { ws: '9.0.0', fresh: '1.0.0' } };
    const transports = { ws: { ...SEVEN.ws, effective: { noDelay: true, perMessageDeflate: true } } };
    const base = run({ transports: { ws: SEVEN.ws ?? {} } });
    const comparison = held(base, run({ seed: 2, transports, environment }));
    expect(comparison.crossEnvironment).toBe(false);
    for (const part of ['Wirebench 0.1.0 → 0.2.0', 'ws 8.23.0 → 9.0.0', 'fresh absent → 1.0.0'])
      expect(said(comparison)).toContain(part);
    expect(said(comparison)).toContain('perMessageDeflate of ws (echo) false → true');
  });

  test('a machine that was not fit is named', () => {
    const checks = [{ name: 'load by others', state: 'unfit' as const, observed: '58 %', fix: 'Wait.' }];
    expect(said(held(run({ environment: { checks } }), run({ seed: 2 })))).toMatch(
      /The machine of the base run was not fit for measuring \(load by others: 58 %\)/,
    );
  });
});

describe('runs that say less', () => {
  test('a quick look', () => {
    const comparison = held(run(), run({ trials: 1, seed: 2 }));
    expect(reasons(comparison)).toEqual(new Set(['only 1 valid trial in one of the runs; a verdict needs 6 in each']));
    expect(said(comparison)).toContain('About the new run: This is a quick look (n=1)');
    expect(outcomeOf(comparison, 0).unsound).toEqual(['no comparison could be judged']);
    const both = held(run({ trials: 1 }), run({ trials: 1, seed: 2 }));
    expect(both.rows.length).toBe(comparison.rows.length);
    expect(reasons(both)).toEqual(reasons(comparison));
  });

  test('five trials are not judged, six are', () => {
    expect(held(run({ trials: 5 }), run({ seed: 2 })).counts.equivalent).toBe(0);
    expect(held(run({ trials: 6 }), run({ seed: 2, trials: 10 })).counts.equivalent).toBeGreaterThan(20);
  });

  test('an interrupted run is judged by what it has', () => {
    const comparison = held(run(), run({ seed: 2, trials: 10, done: 6, state: 'interrupted' }));
    expect(comparison.counts.equivalent).toBeGreaterThan(10);
    expect(said(comparison)).toMatch(/About the new run: The run was interrupted: 42 of 70 trials were run/);
  });

  test('an invalid run allows no verdict', () => {
    const faults = Object.fromEntries(
      [0, 1, 2, 3, 4, 5, 6].map((block) => [block, { state: 'invalid' as const, reasons: ['late'] }]),
    );
    const invalid = Object.fromEntries(Object.entries(SEVEN).map(([id, spec]) => [id, { ...spec, faults }]));
    const comparison = held(run(), run({ transports: invalid, seed: 2 }));
    expect(comparison).toMatchObject({ invalid: true, barrier: 'the new run: no trial is valid' });
    expect(reasons(comparison)).toEqual(new Set(['the new run: no trial is valid']));
    expect(textOf(comparison.headline)).toBe(
      'Against the base run: no verdicts, because the new run: no trial is valid.',
    );
    expect(outcomeOf(comparison, 0).unsound[0]).toBe('the new run: no trial is valid');
  });

  test('a transport that failed in the new run: no pass', () => {
    const faults = Object.fromEntries(
      [0, 1, 2, 3, 4, 5, 6].map((block) => [block, { state: 'failed' as const, reasons: ['exit 1'] }]),
    );
    const comparison = held(run(), run({ transports: { ...SEVEN, ws: { ...SEVEN.ws, faults } }, seed: 2 }));
    expect(wordsOf(comparison, 'ws', 'p50')).toEqual(['not testable']);
    expect(outcomeOf(comparison, 0).unsound).toEqual([
      'ws/echo/c100/r1200/s128/text has no valid trial in the new run',
    ]);
    expect(wordsOf(comparison, 'mqtt', 'p50')).not.toEqual(['not testable']);
  });

  test('cases that only one run has are named, with the reason', () => {
    const { graphql, ...six } = SEVEN;
    const base = run({ scenarios: [ECHO, BROADCAST] });
    const next = run({ transports: six, seed: 2 });
    const comparison = held(base, {
      ...next,
      plan: { ...next.plan, leftOut: [{ name: 'graphql', reason: 'is unavailable here' }] },
    });
    expect(comparison.onlyInBase).toHaveLength(8);
    expect(said(comparison)).toMatch(
      /Only in the base run: graphql \(echo .*\)\. Reason in the new run: is unavailable here\./,
    );
    expect(said(comparison)).toMatch(
      /Only in the base run: tcp, ws, .* Reason in the new run: it has no scenario broadcast\./,
    );
    expect(held(next, run()).onlyInNext[0]).toMatchObject({
      name: 'graphql',
      reason: 'it did not measure this transport',
    });
    expect(graphql).toBeDefined();
  });

  test('A/A runs are compared label by label; beside another run they have nothing to compare', () => {
    const twice = held(run({ aa: true }), run({ aa: true, seed: 2 }));
    expect(twice.counts).toMatchObject({ better: 0, worse: 0 });
    expect(new Set(twice.rows.map(({ name }) => name))).toContain('ws#b');
    const mixed = held(run(), run({ aa: true, seed: 2 }));
    expect(mixed.rows).toEqual([]);
    expect(textOf(mixed.headline)).toBe('Against the base run: nothing to compare: the runs have no case in common.');
    expect(said(mixed)).toContain('A/A run no → yes');
  });

  test('what is held against formulas is left out, in words', () => {
    const comparison = held(run({ scenarios: [WIRE] }), run({ scenarios: [WIRE], seed: 2 }));
    expect(comparison.rows).toEqual([]);
    expect(said(comparison)).toContain('Cases of the kind “wire” are not compared');
  });
});

describe('lower bounds', () => {
  const bounded = {
    ...SEVEN,
    ws: { ...SEVEN.ws, capacity: 42_000, lowerBounds: { 0: 0.5, 1: 0.5, 2: 0.5, 3: 0.5, 4: 0.5, 5: 0.5, 6: 0.5 } },
  };
  const plain = run({ scenarios: [CAPACITY] });
  const limited = run({ scenarios: [CAPACITY], transports: bounded, seed: 2 });

  test('a figure that is at least so much is not called worse', () => {
    const comparison = held(plain, limited);
    expect(comparison.rows.find(({ name }) => name === 'ws')?.verdict).toMatchObject({
      word: 'not testable',
      reason: expect.stringMatching(
        /reached its limit before the server did, for ws in the new run \(7 of 7 searches\)/,
      ),
    });
  });

  test('a base that is at least so much can be fallen short of', () => {
    const slow = { ...SEVEN, ws: { ...SEVEN.ws, capacity: 10_000 } };
    const comparison = held(limited, run({ scenarios: [CAPACITY], transports: slow, seed: 3 }));
    expect(comparison.rows.find(({ name }) => name === 'ws')?.verdict).toMatchObject({ word: 'worse', bound: '≤' });
  });
});

describe('outcome', () => {
  const comparison = held(run(), run({ transports: slower(1.2), seed: 2 }));
  const calm = held(run(), run({ seed: 2 }));

  test('a regression is what is worse by more than was allowed', () => {
    expect(
      outcomeOf(comparison, 0)
        .regressions.map(({ metric }) => metric.id)
        .toSorted(),
    ).toEqual(['p50', 'p99']);
    expect(outcomeOf(comparison, 0.1).regressions).toHaveLength(2);
    expect(outcomeOf(comparison, 0.5).regressions).toHaveLength(0);
  });

  test('what is not separated or missing leaves the answer open; two zeros do not', () => {
    expect(outcomeOf(calm, 0).open).toEqual([`${calm.counts['not separated']} not separated`]);
    const idle = EVERY_KIND.filter(({ kind }) => kind === 'idle');
    const transports = { ws: { ...SEVEN.ws, noise: 0.002 } };
    const silent = held(run({ transports, scenarios: idle }), run({ transports, scenarios: idle, seed: 2 }));
    expect(wordsOf(silent, 'ws', 'idleBytes')).toEqual(['not testable']);
    expect(outcomeOf(silent, 0)).toEqual({ regressions: [], open: [], unsound: [] });
  });

  test('only the asked figures count', () => {
    const bytes = held(run(), run({ transports: slower(2), seed: 2 }), { metrics: ['bytes'] });
    expect(new Set(bytes.rows.map(({ metric }) => metric.id))).toEqual(new Set(['bytes']));
    expect(outcomeOf(bytes, 0)).toEqual({ regressions: [], open: [], unsound: [] });
  });
});

describe('what stands beside the verdicts', () => {
  const comparison = held(run(), run({ transports: slower(1.2), seed: 2 }));
  const p50 = comparison.rows.filter(({ metric }) => metric.id === 'p50');

  test('effect size, rank test corrected over the column, and what the interval was widened to', () => {
    const ws = p50.find(({ name }) => name === 'ws')?.expert;
    // Seven trials a side, each of the one above each of the other: 2 of C(14, 7) = 3,432 orders are as extreme.
    expect(ws).toMatchObject({ cliffsDelta: 1, p: 2 / 3432, pHolm: (7 * 2) / 3432 });
    expect(ws?.interval).toEqual({ level: expect.closeTo(1 - 0.05 / 7, 12), trimmed: false });
    expect(p50.every(({ expert }) => expert !== null && expert.pHolm >= expert.p)).toBe(true);
    const ten = held(run({ trials: 10 }), run({ trials: 10, seed: 2 }));
    expect(ten.rows[0]?.expert?.interval.trimmed).toBe(true);
  });

  test('nothing where nothing was judged', () => {
    const quick = held(run({ trials: 3 }), run({ trials: 3, seed: 2 }));
    expect(quick.rows.every(({ expert }) => expert === null)).toBe(true);
  });
});

describe('runs whose figures were read before', () => {
  const finish = (steps: ReturnType<typeof comparing>) => {
    const seen: { done: number; of: number }[] = [];
    for (;;) {
      const step = steps.next();
      if (step.done === true) return { comparison: step.value, seen };
      seen.push(step.value);
    }
  };
  const kinds = { scenarios: EVERY_KIND, resamples: 500 };
  const base = run(kinds);
  const next = run({
    ...kinds,
    transports: { ...slower(1.2), mqtt: { ...SEVEN.mqtt, fit: 0.9, capacity: 0 } },
    seed: 2,
  });
  // Analysis as embedded in a page.
  const carried = (results: Results) => JSON.parse(JSON.stringify(analyse(results, { resamples: 100 })));
  const analysed = (results: Results) => analysedRun(results, carried(results));

  test('give the comparison that their histograms give, to the last digit', () => {
    const [before, after] = [analysed(base), analysed(next)];
    if (before === null || after === null) throw new Error('these are their analyses');
    const { comparison } = finish(comparing(before, after, { resamples: 500 }));
    expect(comparison).toEqual(held(base, next));
    expect(finish(comparing(readRun(base), after, { resamples: 500 })).comparison).toEqual(held(base, next));
  });

  test('tell how far they have come, verdict by verdict', () => {
    const { comparison, seen } = finish(comparing(readRun(base), readRun(next), { resamples: 100 }));
    expect(seen).toHaveLength(comparison.rows.length);
    expect(seen.map(({ done }) => done)).toEqual(seen.map((_, index) => index + 1));
    expect(new Set(seen.map(({ of }) => of))).toEqual(new Set([comparison.rows.length]));
  });

  test('an analysis of another run, or of another make, is no substitute', () => {
    const analysis = carried(base);
    expect(analysedRun({ ...base, cases: base.cases.slice(1) }, analysis)).toBeNull();
    expect(analysedRun(run({ ...kinds, aa: true }), analysis)).toBeNull();
    const [{ rows }] = analysis.groups;
    for (const spoil of [undefined, { state: 'shown' }, { ...rows[0].cells.p50, values: [{ block: 0, value: '1' }] }]) {
      rows[0].cells.p50 = spoil;
      expect(analysedRun(base, analysis)).toBeNull();
    }
  });
});

test('the same runs give the same comparison; the order of cases does not matter', () => {
  const [base, next] = [run(), run({ transports: slower(1.1), seed: 2 })];
  expect(held(base, next)).toEqual(held(base, next));
  const shuffled = { ...base, cases: base.cases.toReversed() };
  expect(held(shuffled, next).rows).toEqual(held(base, next).rows);
});

test('the document of a comparison survives JSON, in base units', () => {
  const comparison = held(run(), run({ transports: slower(1.2), seed: 2 }));
  const document = JSON.parse(JSON.stringify(comparisonDocument(comparison, outcomeOf(comparison, 0.05))));
  expect(document).toMatchObject({
    schema: 'wirebench-comparison/1',
    base: { id: 'run-1', trials: { valid: 49 } },
    new: { id: 'run-2' },
    counts: { worse: 2 },
    inconclusive: expect.any(Array),
    invalid: [],
  });
  expect(document.regressions).toHaveLength(2);
  expect(document.comparisons).toHaveLength(42);
  const p50 = document.comparisons.find(
    (one: { metric: string; name: string }) => one.metric === 'p50' && one.name === 'ws',
  );
  expect(p50.base.median).toBeCloseTo(0.00017, 5);
  expect(p50.verdict).toMatchObject({
    word: 'worse',
    ratio: expect.any(Number),
    interval: { low: expect.any(Number) },
  });
});
