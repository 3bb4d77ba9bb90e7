import { describe, expect, test } from 'vitest';
import type { Case, MicroRow, Results, Trial } from '../../bench/results/schema.ts';
import { metric } from '../kinds/lookup.ts';
import { cellFactor, cellFigure, cellInterval, verdictFigures } from '../model/format.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Analysis, Cell, Group, Row } from '../model/model.ts';
import { createBootstrap } from '../stats/bootstrap.ts';
import {
  CAPACITY,
  CEILING,
  CONNECT,
  ECHO,
  EVERY_KIND,
  IDLE,
  makeResults,
  type RunSpec,
  SEVEN,
  type TransportSpec,
  WIRE,
} from '../testing/fixtures.ts';
import { analyse } from './analyse.ts';
import { judge } from './judge.ts';
import { readMember } from './member.ts';
import { limitsOf, textOf } from './sentences.ts';

const options = { resamples: 1_000 };
const judged = (spec: RunSpec): Analysis => analyse(makeResults(spec), options);

function groupOf({ groups }: Analysis, index = 0): Group {
  const group = groups[index];
  if (group === undefined) throw new Error(`no group ${index}`);
  return group;
}

function rowOf(group: Group, name: string): Row {
  const row = group.rows.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
}

function shownCell(group: Group, name: string, id: MetricId): Extract<Cell, { state: 'shown' }> {
  const cell = rowOf(group, name).cells[id];
  if (cell.state !== 'shown') throw new Error(`${name} ${id} is not shown: ${cell.reason}`);
  return cell;
}

const wordOf = (group: Group, name: string, id: MetricId): string =>
  shownCell(group, name, id).verdict?.word ?? 'no verdict';

const tierNames = ({ tiers }: Group): string[][] =>
  tiers.kind === 'tiered' ? tiers.tiers.map((tier) => tier.map(({ name }) => name)) : [];

/** Two choices of an invented run, the one judged against the other. */
function verdictBetween(spec: RunSpec, id: MetricId) {
  const results = makeResults(spec);
  const [left, right] = results.cases.map((one) => readMember(results, one));
  if (left === undefined || right === undefined) throw new Error('two cases are needed');
  return judge(id, left, right, { band: 0.05, comparisons: 1, bootstrap: createBootstrap(1, 1_000), barrier: null });
}

describe('capacity: more is better', () => {
  const group = groupOf(
    judged({
      transports: { low: { capacity: 10_000 }, high: { capacity: 40_000 }, middle: { capacity: 20_000 } },
      scenarios: [CAPACITY],
    }),
  );

  test('the highest leads, and every other choice is worse by its share of it', () => {
    expect(group.primary).toBe('capacity');
    expect(group.rows.map(({ name }) => name)).toEqual(['high', 'middle', 'low']);
    expect(tierNames(group)).toEqual([['high'], ['middle'], ['low']]);
    expect(wordOf(group, 'middle', 'capacity')).toBe('worse');
    expect(shownCell(group, 'middle', 'capacity').factor).toBeCloseTo(0.5, 1);
    expect(shownCell(group, 'low', 'capacity').factor).toBeCloseTo(0.25, 1);
    if (group.tiers.kind !== 'tiered') throw new Error('not tiered');
    expect(group.tiers.tiers.flat().map(({ topShare }) => topShare)).toEqual([1, 0, 0]);
  });

  test('a clear winner is better, and read the other way round worse', () => {
    const spec = (left: number, right: number): RunSpec => ({
      transports: { a: { capacity: left }, b: { capacity: right } },
      scenarios: [CAPACITY],
    });
    expect(verdictBetween(spec(40_000, 20_000), 'capacity').word).toBe('better');
    expect(verdictBetween(spec(20_000, 40_000), 'capacity').word).toBe('worse');
  });

  test('sentences say so', () => {
    expect(group.title).toBe('capacity with 100 clients, 128 B, p99 ≤ 50 ms');
    expect(textOf(group.answer)).toBe(
      'For capacity with 100 clients, 128 B, p99 ≤ 50 ms over a wire without delay or loss: use high: every other choice is shown to be lower in capacity (beyond ±5 %).',
    );
    expect(textOf(group.certainty)).toMatch(/^high is within 5 % of the highest capacity in 100 % .*: middle, −5/);
  });

  test('latencies at rates of their own are shown and not compared', () => {
    for (const id of ['p50', 'p99'] as const) {
      expect(group.columns[id].best).toBeNull();
      for (const name of ['high', 'middle', 'low']) {
        expect(shownCell(group, name, id)).toMatchObject({ verdict: null, factor: null });
      }
    }
    expect(wordOf(group, 'low', 'bytes')).toBe('equivalent');
  });

  test('equal capacities are never better or worse', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const same = { capacity: 20_000, noise: 0.02 };
      const tied = groupOf(judged({ transports: { a: same, b: same, c: same }, scenarios: [CAPACITY], seed }));
      const words = tied.rows.map(({ name }) => wordOf(tied, name, 'capacity'));
      expect(words).not.toContain('better');
      expect(words).not.toContain('worse');
      expect(textOf(tied.answer)).toMatch(/no transport is shown to be higher|use [abc], [abc] or [abc]/);
    }
  });

  test('one that beats the floor is suspected', () => {
    const transports = { tcp: { floor: true, capacity: 10_000 }, ws: { capacity: 20_000 }, sse: { capacity: 5_000 } };
    const texts = judged({ transports, scenarios: [CAPACITY] }).warnings.map(({ text }) => text);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/^ws \(capacity\): capacity above that of the floor \(tcp\), (1\.9|2\.)\d+×/);
  });

  test('a choice that met the objective at no rate shows 0, and nothing of a rate it did not find', () => {
    const analysis = judged({
      transports: { a: { capacity: 0 }, b: {}, c: { capacity: 9_000 } },
      scenarios: [CAPACITY],
    });
    const none = groupOf(analysis);
    expect(cellFigure(metric('capacity'), shownCell(none, 'a', 'capacity'))).toBe('0');
    expect(shownCell(none, 'a', 'capacity')).toMatchObject({ factor: null, verdict: { word: 'not testable' } });
    expect(rowOf(none, 'a').cells.p99).toEqual({
      state: 'not shown',
      reason: 'no rate met the objective in some search',
    });
    expect(tierNames(none)).toEqual([['b'], ['c']]);
    expect(analysis.warnings.map(({ text }) => text)).toContain(
      'a (capacity): no rate met the objective in 6 of 6 searches. Missed already at 250 msg/s.',
    );
  });
});

describe('a lower bound never reads as a measured limit', () => {
  const limited = { 1: 1, 3: 1 };
  const spec = (left: TransportSpec, right: TransportSpec): RunSpec => ({
    transports: { a: left, b: right },
    scenarios: [CAPACITY],
  });

  test('above a measured one it is better by at least so much; seen from there, worse by at least so much', () => {
    const higher = verdictBetween(spec({ capacity: 40_000, lowerBounds: limited }, { capacity: 20_000 }), 'capacity');
    expect(higher).toMatchObject({ word: 'better', bound: '≥' });
    expect(verdictFigures(higher)).toMatch(/^≥ (1\.9|2\.)\d+× \(≥ (1\.9|2\.)\d+\)$/);
    const lower = verdictBetween(spec({ capacity: 20_000 }, { capacity: 40_000, lowerBounds: limited }), 'capacity');
    expect(lower).toMatchObject({ word: 'worse', bound: '≤' });
    expect(verdictFigures(lower)).toMatch(/^≤ 0\.\d\d× \(≤ 0\.\d\d\)$/);
  });

  test.each([
    ['below a measured one', { capacity: 20_000, lowerBounds: limited }, { capacity: 40_000 }],
    ['level with a measured one', { capacity: 20_000, lowerBounds: limited }, { capacity: 20_000 }],
    ['a measured one above it', { capacity: 40_000 }, { capacity: 20_000, lowerBounds: limited }],
    ['both', { capacity: 40_000, lowerBounds: limited }, { capacity: 20_000, lowerBounds: limited }],
  ])('%s: not testable, for what lies behind may be anything', (_what, left, right) => {
    const verdict = verdictBetween(spec(left, right), 'capacity');
    expect(verdict.word).toBe('not testable');
    expect('reason' in verdict && verdict.reason).toMatch(
      /^the load generator reached its limit before the server did, for [ab] \(2 of 6 searches\)/,
    );
  });

  test('cells carry ≥, and the choice is named as one that may sustain more', () => {
    const analysis = judged({
      transports: {
        a: { capacity: 40_000 },
        b: { capacity: 30_000, lowerBounds: limited },
        c: { capacity: 10_000 },
      },
      scenarios: [CAPACITY],
    });
    const group = groupOf(analysis);
    const cell = shownCell(group, 'b', 'capacity');
    expect(cell.bounded).toBe(2);
    expect(cellFigure(metric('capacity'), cell)).toMatch(/^≥ [23]\d,\d00$/);
    expect(cellInterval(metric('capacity'), cell)).toMatch(/^≥ [23]\d,\d00$/);
    expect(cellFactor(cell)).toMatch(/^≥ 0\.\d\d×$/);
    expect(tierNames(group)).toEqual([['a'], ['c']]);
    expect(textOf(group.answer)).toMatch(
      /use a: every other choice that could be tested is shown to be lower in capacity \(beyond ±5 %\)\. b may sustain more: the load generator reached its limit first\.$/,
    );
    expect(textOf(group.certainty)).not.toContain('bootstrap resamples');
    expect(analysis.warnings[0]?.text).toBe(
      'Capacity is a lower bound (capacity): the load generator reached its limit before the server did, in 2 of 6 searches of b. ' +
        'The load workers were busy 96 % of the time. Servers that had not used up a core: b used 59 %.',
    );
  });

  test('where all are, there is no verdict, and the figures are lower bounds in the sentence as well', () => {
    const group = groupOf(
      judged(spec({ capacity: 40_000, lowerBounds: limited }, { capacity: 20_000, lowerBounds: limited })),
    );
    expect(group.tiers.kind).toBe('untestable');
    expect(textOf(group.answer)).toMatch(
      /no verdict: the load generator reached its limit before the server did, for a \(2 of 6 searches\) and b \(2 of 6 searches\)\. Capacity measured: a \(≥ \d\d,\d00 msg\/s\) and b \(≥ \d\d,\d00 msg\/s\), in no order\.$/,
    );
    expect(shownCell(group, 'b', 'capacity').factor).toBeNull();
  });

  test('against a leader that is one, the distance of the next is a bound as well', () => {
    const group = groupOf(judged(spec({ capacity: 40_000, lowerBounds: limited }, { capacity: 20_000 })));
    expect(textOf(group.certainty)).toMatch(
      /Closest other choice: b, −\d\d % or lower \(95 % confidence interval up to −\d\d %\), because the leader’s figure is a lower bound\.$/,
    );
  });
});

describe('a closed loop', () => {
  const analysis = judged({
    transports: { a: { closedRate: 40_000 }, b: { closedRate: 10_000 } },
    scenarios: [ECHO, CEILING, { ...CEILING, scenario: 'echo' }],
  });

  test('stands in a group of its own, and its title says what it is', () => {
    expect(analysis.groups.map(({ title }) => title)).toEqual([
      'echo with 100 clients at 1,200 msg/s of 128 B',
      'ceiling (closed loop) with 100 clients, 128 B',
      'echo (closed loop) with 100 clients, 128 B',
    ]);
  });

  test('more messages are better, and no latency is shown', () => {
    const group = groupOf(analysis, 1);
    expect(group.metrics).toEqual(['throughput', 'generatorCpu', 'cpu']);
    expect(rowOf(group, 'a').curve).toEqual([]);
    expect(shownCell(group, 'a', 'throughput').median).toBeCloseTo(40_000, -4);
    expect(wordOf(group, 'b', 'throughput')).toBe('worse');
    // One second of generator's time over some ten thousand deliveries.
    expect(shownCell(group, 'b', 'generatorCpu').median).toBeCloseTo(1e-4, 5);
    expect(textOf(group.answer)).toContain(
      'use a: every other choice is shown to be lower in messages per second in a closed loop',
    );
  });
});

describe('idle sessions', () => {
  const analysis = judged({
    transports: {
      silent: { idleBytes: 0, sessionKiB: 10 },
      mute: { idleBytes: 0, sessionKiB: 15 },
      chatty: { idleBytes: 7200, sessionKiB: 20, fit: 0.9 },
    },
    scenarios: [IDLE],
    durationSeconds: 10,
  });
  const group = groupOf(analysis);

  test('are judged by their memory, the lightest first', () => {
    expect(group.primary).toBe('sessionMemory');
    expect(group.title).toBe('idle: 2,000 sessions');
    expect(textOf(group.answer)).toBe(
      'For 2,000 idle sessions over a wire without delay or loss: use silent: every other choice is shown to be heavier in server memory per session (beyond ±5 %).',
    );
    expect(shownCell(group, 'silent', 'sessionMemory').median / 1024).toBeCloseTo(10, 0);
  });

  test('a window is scaled to an hour', () => {
    expect(shownCell(group, 'chatty', 'idleBytes').median).toBe(7200);
    const microseconds = shownCell(group, 'chatty', 'idleCpu').median * 1e6;
    expect(microseconds).toBeGreaterThan(18_000);
    expect(microseconds).toBeLessThan(22_000);
  });

  test('nothing on the wire is 0, and no ratio is made of it', () => {
    expect(cellFigure(metric('idleBytes'), shownCell(group, 'silent', 'idleBytes'))).toBe('0');
    for (const name of ['silent', 'chatty']) {
      const cell = shownCell(group, name, 'idleBytes');
      expect(cell.factor).toBeNull();
      expect(cell.verdict).toMatchObject({ word: 'not testable' });
    }
    expect(JSON.stringify(analysis)).not.toMatch(/NaN|Infinity/);
    expect(group.notes.join(' ')).toContain('There is no ratio to 0');
  });

  test('packets are counted on a link, and otherwise missed with the reason', () => {
    expect(rowOf(group, 'chatty').cells.idlePackets).toEqual({
      state: 'not shown',
      reason: 'packets can be counted only on a private link',
    });
    const linked = groupOf(
      judged({ transports: { a: { idleBytes: 7200 }, b: {} }, scenarios: [IDLE], durationSeconds: 10, wire: 'link' }),
    );
    expect(shownCell(linked, 'a', 'idlePackets').median).toBe(180);
    expect(shownCell(linked, 'b', 'idlePackets').median).toBe(0);
  });

  test('a line that fits badly is marked and warned of', () => {
    expect(shownCell(group, 'chatty', 'sessionMemory').fit).toBe(0.9);
    expect(shownCell(group, 'silent', 'sessionMemory').fit).toBe(0.999);
    expect(analysis.warnings.map(({ text }) => text)).toEqual([
      'server memory per session (idle) is only approximate: memory did not grow in proportion to the sessions of chatty (R² 0.900).',
    ]);
    expect(group.notes.join(' ')).toContain('! marks an R² below 0.98, here of chatty');
  });

  test('a slope below zero is shown and tests nothing', () => {
    const falling = groupOf(judged({ transports: { a: { sessionKiB: -3 }, b: {}, c: {} }, scenarios: [IDLE] }));
    expect(shownCell(falling, 'a', 'sessionMemory').median).toBeLessThan(0);
    expect(shownCell(falling, 'b', 'sessionMemory')).toMatchObject({
      factor: null,
      verdict: { word: 'not testable', reason: 'a value is below zero, so there is no ratio' },
    });
  });
});

describe('connecting', () => {
  const analysis = judged({
    transports: { a: { connectMs: 1, sessionRate: 400 }, b: { connectMs: 2, sessionRate: 900 } },
    scenarios: [CONNECT],
  });
  const group = groupOf(analysis);

  test('is judged by the time to a usable session; of sessions per second more is better', () => {
    expect(group.primary).toBe('connectP50');
    expect(textOf(group.answer)).toBe(
      'For connecting 2,000 sessions over a wire without delay or loss: use a: every other choice is shown to be slower at p50 (beyond ±5 %).',
    );
    expect(group.columns.sessionRate.best).toBe(rowOf(group, 'b').caseId);
    expect(wordOf(group, 'a', 'sessionRate')).toBe('worse');
    expect(shownCell(group, 'a', 'connectP50').median).toBeCloseTo(0.001, 4);
    expect(shownCell(group, 'a', 'setupBytes').median).toBe(330);
    expect(group.notes.join(' ')).toContain('2,000 sessions, 50 at a time');
  });

  test('a percentile that the sessions are too few for is missed with what to do', () => {
    const few = judged({ transports: { a: {}, b: {} }, scenarios: [{ ...CONNECT, clients: 999 }] });
    expect(few.warnings).toEqual([
      {
        text: 'p99 not shown for a and b (connect): only 9 of 999 samples lie beyond it (10 are needed).',
        action: 'Use --clients 1,000 or more.',
      },
    ]);
  });
});

describe('an A/A run', () => {
  const results = makeResults({
    transports: { ws: { variant: 'deflate' }, sse: { p50Ms: 3 } },
    scenarios: [ECHO, CAPACITY],
    aa: true,
  });

  test('names each transport twice, and finds no difference between the two', () => {
    const analysis = analyse(results, options);
    expect(
      groupOf(analysis)
        .rows.map(({ name }) => name)
        .toSorted(),
    ).toEqual(['sse#a', 'sse#b', 'ws:deflate#a', 'ws:deflate#b']);
    expect(analysis.sameTwice?.mistaken).toEqual([]);
    // Two pairs, by six figures of echo and three of capacity.
    expect(analysis.sameTwice?.comparisons).toBe(18);
    expect(textOf(analysis.sameTwice?.sentence ?? [])).toMatch(
      /^A\/A run: .* There was no false positive in 18 comparisons of a transport with itself \(\d+ equivalent/,
    );
  });

  test('says which difference it found where there is none', () => {
    const slower = makeResults({ transports: { sse: { p50Ms: 4 } }, scenarios: [ECHO], seed: 5 }).cases[0];
    const cases = results.cases.map(
      (one): Case =>
        one.id.startsWith('sse#b/echo') && slower !== undefined ? { ...one, trials: slower.trials } : one,
    );
    const { sameTwice } = analyse({ ...results, cases }, options);
    expect(sameTwice?.mistaken).toHaveLength(2);
    expect(sameTwice?.mistaken[0]).toMatch(
      /^sse#b worse than sse#a in p50 latency, 1\.\d\d× \(1\.\d\d–1\.\d\d\) \(echo with/,
    );
    expect(textOf(sameTwice?.sentence ?? [])).toContain('There were 2 false positives');
  });

  test('a failed trial of one is to be started by the name that the command line knows', () => {
    const failing = makeResults({
      transports: { ws: { faults: { 0: { state: 'failed', reasons: ['no start'] } } }, sse: {} },
      aa: true,
    });
    expect(analyse(failing, options).warnings[0]?.action).toContain('npm run serve -- ws`');
  });

  test('another run is none', () => {
    expect(judged({ transports: { a: {}, b: {} } }).sameTwice).toBeNull();
  });
});

describe('the protocol’s own work', () => {
  const row = (transport: string, step: MicroRow['step'], seconds: number, size = 128): MicroRow => ({
    transport,
    step,
    size,
    what: 'a frame',
    library: 'lib',
    samples: 100,
    secondsMedian: seconds,
    secondsLow: seconds,
    secondsHigh: seconds,
  });

  test('is the sum of a server’s layers, beside what a message of an echo cost the server', () => {
    const micro = [
      row('a', 'client encode', 1),
      row('a', 'server decode', 1e-6),
      row('a', 'server decode', 2e-6),
      row('a', 'server encode', 3e-6),
      row('a', 'server encode', 3e-6, 4096),
      row('json', 'server decode', 1e-6),
    ];
    const transports = { a: { cpuMicros: 24, noise: 0 }, b: {} };
    const [echoed, large, json, ...rest] = judged({ transports, scenarios: [ECHO, CEILING], micro }).micro;
    expect(rest).toEqual([]);
    expect(echoed).toMatchObject({
      transport: 'a',
      size: 128,
      question: 'echo with 100 clients at 1,200 msg/s of 128 B',
    });
    expect(echoed?.protocol).toEqual({ shown: true, value: expect.closeTo(6e-6, 12) });
    expect(echoed?.share).toBeCloseTo(0.25, 3);
    expect(large).toMatchObject({ protocol: { shown: false }, measured: { shown: false }, share: null });
    expect(json).toMatchObject({ transport: 'json', measured: { shown: false }, share: null });
  });
});

describe('the machine', () => {
  const checks = [
    { name: 'Node.js', state: 'ok', observed: 'v24', fix: '' },
    { name: 'load average', state: 'unfit', observed: '3.9 on 2 cores', fix: 'Close other programs.' },
    { name: 'swap', state: 'note', observed: 'in use', fix: 'Free memory.' },
  ] as const;

  test('what makes it unfit is the first warning, and a note is none', () => {
    const analysis = judged({ transports: { a: { lost: 1 }, b: {} }, environment: { checks: [...checks] } });
    expect(analysis.unfit.map(({ name }) => name)).toEqual(['load average']);
    expect(analysis.warnings).toHaveLength(2);
    expect(analysis.warnings[0]).toEqual({
      text: 'This machine is not fit for measuring (load average: 3.9 on 2 cores).',
      action: 'Close other programs.',
    });
  });
});

describe('every kind in one run', () => {
  const results = makeResults({ transports: SEVEN, scenarios: EVERY_KIND, wire: 'link' });
  const analysis = analyse(results, options);

  test('has a group each but wire, and no figure of another kind', () => {
    expect(analysis.groups.map(({ question }) => question.kind)).toEqual([
      'load',
      'capacity',
      'closed',
      'idle',
      'connect',
    ]);
    for (const { rows, metrics } of analysis.groups) {
      for (const { cells } of rows) {
        const shown = Object.entries(cells).flatMap(([id, cell]) => (cell.state === 'shown' ? [id] : []));
        expect(metrics).toEqual(expect.arrayContaining(shown));
        expect(shown).toHaveLength(metrics.length);
      }
    }
  });

  test('what is not covered is said once, with what differs by scenario', () => {
    const limits = limitsOf(analysis.groups);
    expect(limits).toHaveLength(1);
    expect(limits[0]).toMatch(
      /^One machine.*headers and acknowledgements included\); echo: one load and one message size; capacity and ceiling: .*; idle: sessions that send nothing; connect: sessions that only open\.$/,
    );
  });

  test('a trial of wire that failed is warned of', () => {
    const failed: Trial = { state: 'failed', block: 0, order: 0, startedAt: '', reasons: ['the server exited'] };
    const cases = results.cases.map((one) =>
      one.id.startsWith('ws/wire/c1/s128') ? { ...one, trials: [failed] } : one,
    );
    const broken: Results = { ...results, cases };
    expect(analyse(broken, options).warnings.map(({ text }) => text)).toEqual([
      'ws (wire: 128 B): 1 of 1 trial failed: the server exited. 0 valid trials left; a verdict needs 6.',
    ]);
  });

  test('a run of wire alone needs no trials for verdicts it does not give', () => {
    expect(judged({ transports: { a: {}, b: {} }, scenarios: [WIRE], trials: 1 }).status.kind).toBe('valid');
    expect(judged({ transports: { a: {}, b: {} }, scenarios: [WIRE, ECHO], trials: 1 }).status.kind).toBe('quick');
  });
});
