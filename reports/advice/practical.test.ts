import { describe, expect, test } from 'vitest';
import { analyse } from '../analysis/analyse.ts';
import { BROADCAST, ECHO, makeResults, type RunSpec, type TransportSpec } from '../testing/fixtures.ts';
import { advise } from './advise.ts';
import type { Advice, Answers } from './model.ts';
import { weightsOf } from './questions/criteria.ts';
import { BLANK, draftFrom, linkOf, readDraft, withPreset } from './questions/draft.ts';
import { commandFor } from './questions/flags.ts';
import { PRESETS } from './questions/presets.ts';
import { adviceDocument } from './words.ts';

const BASE: Answers = {
  preset: null,
  needs: [],
  load: { scenario: null, preferred: null, clients: null, rate: null, size: null },
  objective: null,
  weights: weightsOf({ p99: 1 }),
  judged: [],
  judgement: true,
};

function adviceOn(spec: RunSpec, given: Partial<Answers> = {}): Advice {
  const results = makeResults({ band: 'usual', trials: 7, ...spec });
  return advise({ results, analysis: analyse(results, { resamples: 300 }) }, { ...BASE, ...given }, { draws: 500 });
}

const ratings = ({ options }: Advice) => Object.fromEntries(options.map(({ name, rating }) => [name, rating]));
const STEADY: TransportSpec = { noise: 0.005, p50Ms: 1, framing: 6, cpuMicros: 20, memoryMiB: 80 };
const FAULT = { state: 'invalid', reasons: ['the generator was saturated'] } as const;
const FAILED = { state: 'failed', reasons: ['exited'] } as const;
const faults = (state: typeof FAULT | typeof FAILED, ...blocks: number[]) =>
  Object.fromEntries(blocks.map((block) => [block, state]));

describe('what nobody could notice', () => {
  test.each([
    ['ws', 'sse'],
    ['sse', 'ws'],
  ])('decides nothing: 1.3 ms at p99 and some memory leave %s and %s level', (fast, slow) => {
    const transports = { [fast]: STEADY, [slow]: { ...STEADY, p50Ms: 1.5, memoryMiB: 100, framing: 20 } };
    const advice = adviceOn({ transports }, { weights: weightsOf({ p99: 40, memory: 30, bytes: 30 }) });
    expect(advice).toMatchObject({ outcome: 'toss-up', recommended: [fast, slow].toSorted() });
    expect(advice.options.map(({ fit }) => fit)).toEqual([1, 1]);
    const [reason] = advice.options.find(({ name }) => name === slow)?.reasons ?? [];
    expect(reason).toMatchObject({
      speaks: 'neither',
      verdict: { statistical: 'worse', practical: 'no practical difference' },
    });
    expect(reason?.text).toContain(`no practical difference to ${fast}`);
    expect(adviceDocument(advice)).toContain('"statistical": "worse"');
  });

  test.each([
    ['ws', 'sse'],
    ['sse', 'ws'],
  ])('leaves the choice to what counts: %s costs less CPU than %s, although it is slower', (cheap, dear) => {
    const transports = { [cheap]: { ...STEADY, p50Ms: 1.5 }, [dear]: { ...STEADY, cpuMicros: 90 } };
    const advice = adviceOn({ transports }, { weights: weightsOf({ p99: 60, cpu: 40 }) });
    expect(advice.heading).toBe(`Use ${cheap}.`);
  });

  test('follows the objective of the answers before that of the run, and a given band before both', () => {
    const transports = { ws: STEADY, sse: { ...STEADY, p50Ms: 12 } };
    const at = (spec: Partial<RunSpec>, given: Partial<Answers> = {}) =>
      adviceOn({ transports, ...spec }, given).outcome;
    expect(at({})).toBe('use');
    expect(at({ objective: 'p99<1s' })).toBe('toss-up');
    expect(at({ objective: 'p99<1s' }, { objective: { percentile: 99, seconds: 0.1 } })).toBe('use');
    expect(at({ band: { p99: 0.5 } }, { objective: { percentile: 99, seconds: 0.1 } })).toBe('toss-up');
  });

  test('every preset has an objective with its source, in its flags, its link and its draft', () => {
    for (const { id, objective } of PRESETS) {
      expect(objective.seconds).toBeGreaterThan(0);
      expect(objective.source.url).toMatch(/^https:/);
      const draft = withPreset(BLANK, id);
      expect(readDraft(draft).answers?.objective).toEqual({ percentile: 99, seconds: objective.seconds });
      expect(linkOf(draft)).toEqual({ for: id });
      expect(draftFrom({ for: id })).toEqual(draft);
      const cleared = { ...draft, objectiveMs: '' };
      expect(linkOf(cleared)).toMatchObject({ for: id, slo: 'none' });
      expect(draftFrom(linkOf(cleared))).toEqual(cleared);
      const { answers } = readDraft(cleared);
      expect(answers && commandFor(answers)).toMatch(/--objective none$/);
    }
  });
});

describe('an option that cannot be tested', () => {
  test.each([
    ['ws', 'sse', 'long-polling'],
    ['long-polling', 'ws', 'sse'],
  ])('is set aside and named, and the rest is judged: %s, %s and not %s', (first, second, short) => {
    const transports = {
      [first]: STEADY,
      [second]: { ...STEADY, p50Ms: 20 },
      [short]: { ...STEADY, faults: faults(FAULT, 0, 2, 4, 5) },
    };
    const advice = adviceOn({ transports });
    expect(advice.heading).toBe(`Use ${first}.`);
    expect(ratings(advice)).toEqual({ [first]: 'Use', [second]: 'Avoid' });
    expect(advice.unjudged).toEqual([
      { name: short, reason: 'set aside: only 3 of 7 trials are valid, and a verdict needs 6' },
    ]);
  });

  test('is no reason to withhold a verdict if each option lacks another block', () => {
    const transports = {
      ws: { ...STEADY, faults: faults(FAULT, 0) },
      sse: { ...STEADY, p50Ms: 30, faults: faults(FAULT, 1) },
      mqtt: { ...STEADY, p50Ms: 60, faults: faults(FAULT, 2) },
    };
    expect(adviceOn({ transports }).heading).toBe('Use ws.');
  });

  test('leaves “Consider” to those that cost at most half as much again, in a quick look too', () => {
    const transports = {
      ws: { ...STEADY, p50Ms: 10 },
      sse: { ...STEADY, p50Ms: 13 },
      mqtt: { ...STEADY, p50Ms: 22 },
      graphql: { ...STEADY, p50Ms: 400 },
    };
    const quick = adviceOn({ transports, trials: 3 });
    expect(quick.outcome).toBe('quick look');
    expect(ratings(quick)).toEqual({ ws: 'Consider', sse: 'Consider', mqtt: 'Only if', graphql: 'Avoid' });
  });
});

describe('below six valid trials', () => {
  test.each([
    ['webrtc:lossy', 'webrtc:unordered'],
    ['webrtc:unordered', 'webrtc:lossy'],
  ])('%s is not to be used, although it is the only one left beside %s', (left, gone) => {
    const spec = (name: string): TransportSpec => ({ ...STEADY, variant: name.split(':')[1] ?? '' });
    const results = makeResults({
      transports: { webrtc: spec(left) },
      trials: 1,
      band: 'usual',
    });
    const other = makeResults({
      transports: { webrtc: { ...spec(gone), faults: faults(FAILED, 0) } },
      trials: 1,
      band: 'usual',
    });
    const both = {
      ...results,
      transports: [...results.transports, ...other.transports],
      cases: [...results.cases, ...other.cases],
    };
    const advice = advise({ results: both, analysis: analyse(both, { resamples: 100 }) }, BASE, { draws: 100 });
    expect(advice.outcome).toBe('quick look');
    expect(advice.heading).toContain(
      `${left} is the only one left; ${gone} (0 of 1 valid) is missing, because its trials failed.`,
    );
    expect(Object.values(ratings(advice))).not.toContain('Use');
  });

  test('judgements alone recommend nothing either', () => {
    const transports = { ws: STEADY, sse: STEADY, mqtt: STEADY };
    const advice = adviceOn({ transports, trials: 5 }, { weights: weightsOf({ simplicity: 1 }) });
    expect(advice.outcome).toBe('quick look');
    expect(Object.values(ratings(advice))).not.toContain('Use');
  });

  test('the last of several whose siblings failed is used from six trials on, and they are named', () => {
    const transports = {
      ws: STEADY,
      sse: { ...STEADY, faults: faults(FAILED, 0, 1, 2, 3, 4, 5, 6) },
      mqtt: { ...STEADY, faults: faults(FAILED, 0, 1, 2) },
    };
    const advice = adviceOn({ transports, scenarios: [ECHO, BROADCAST] });
    expect(advice.heading).toBe(
      'Use ws: no other measured transport could be judged; mqtt (4 of 7 valid) and sse (0 of 7 valid) are missing, because their trials failed.',
    );
  });
});
