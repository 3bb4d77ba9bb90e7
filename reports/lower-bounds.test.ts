import { describe, expect, test } from 'vitest';
import { advise } from './advice/advise.ts';
import type { Answers } from './advice/model.ts';
import { weightsOf } from './advice/questions/criteria.ts';
import { analyse } from './analysis/analyse.ts';
import { textOf } from './analysis/sentences.ts';
import { compare } from './compare/compare.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { loadTakeaway } from './page/figures/captions.ts';
import { trialsCsv } from './raw/trials-csv.ts';
import { summary } from './terminal/summary.ts';
import { CAPACITY, ECHO, makeResults, type RunSpec, type TransportSpec } from './testing/fixtures.ts';

/** Searches in which the generator was the limit at a share of the capacity. */
const limited = (share: number) => Object.fromEntries([0, 1, 2, 3, 4, 5].map((block) => [block, share]));
const still: TransportSpec = { noise: 0, p50Ms: 1, cpuMicros: 20, memoryMiB: 80 };

const answers: Answers = {
  preset: null,
  needs: [],
  objective: null,
  weights: weightsOf({ throughput: 1 }),
  judged: [],
  judgement: true,
  load: { scenario: null, preferred: null, clients: null, rate: null, size: null },
};

function judged(transports: RunSpec['transports']) {
  const results = makeResults({ transports, scenarios: [ECHO, CAPACITY] });
  const analysis = analyse(results, { resamples: 200 });
  const group = analysis.groups[1];
  if (group === undefined) throw new Error('no search');
  return { results, analysis, group, advice: advise({ results, analysis }, answers, { draws: 200 }) };
}

const fits = ({ advice }: ReturnType<typeof judged>) =>
  Object.fromEntries(advice.options.map(({ name, fit }) => [name, fit === null ? null : Number(fit.toFixed(2))]));

describe('a rate that only the generator bounded is no rank in the advice', () => {
  test.each([
    ['ws', 'sse', 'mqtt'],
    ['mqtt', 'ws', 'sse'],
    ['sse', 'mqtt', 'ws'],
  ] as const)(
    '%s and %s, of which bounds are known, are level, and %s counts by its distance from the lowest bound',
    (a, b, c) => {
      const run = judged({
        [a]: { ...still, capacity: 50_000, lowerBounds: limited(0.8) },
        [b]: { ...still, capacity: 30_000, lowerBounds: limited(0.8) },
        [c]: { ...still, capacity: 12_000 },
      });
      expect(fits(run)).toEqual({ [a]: 1, [b]: 1, [c]: 2 });
      expect(run.advice.outcome).toBe('toss-up');
      expect(run.advice.recommended.toSorted()).toEqual([a, b].toSorted());
    },
  );

  test('a measured rate above a bound is level with it, and one below is not', () => {
    const at = (measured: number) =>
      fits(
        judged({
          ws: { ...still, capacity: measured },
          sse: { ...still, capacity: 25_000, lowerBounds: limited(0.8) },
        }),
      );
    expect(at(90_000)).toEqual({ ws: 1, sse: 1 });
    expect(at(10_000)).toEqual({ ws: 2, sse: 1 });
  });

  test('no reason calls a bound the highest, and the warning says how much CPU its server used', () => {
    const { advice } = judged({
      ws: { ...still, capacity: 50_000, lowerBounds: limited(0.6), cpuMicros: 20 },
      sse: { ...still, capacity: 8_000 },
    });
    const reasons = advice.options.flatMap((one) => one.reasons.map(({ text }) => text));
    expect(reasons.join('\n')).toContain('≥ 30,000 msg/s');
    expect(reasons.join('\n')).not.toContain('highest');
    expect(advice.warnings.join('\n')).toMatch(
      /throughput: at least, and no rank, because the load generator was the limit: ws ≥ 30,000 msg\/s \(its server used 60 % of a core\)\./,
    );
  });
});

describe('tables, sentences and files', () => {
  const transports = {
    ws: { ...still, capacity: 50_000, lowerBounds: limited(0.6) },
    mqtt: { ...still, capacity: 25_000, lowerBounds: limited(0.8) },
    sse: { ...still, capacity: 8_000, cpuMicros: 50 },
    grpc: { ...still, capacity: 7_000, cpuMicros: 140 },
  };
  const run = judged(transports);

  test('say “at least” where they say “highest” of a measured rate', () => {
    const terminal = summary(run.results, run.analysis, { width: 160, colour: false });
    const markdown = summaryMarkdown(run.results, run.analysis);
    expect(terminal).toMatch(/^ws +≥ 30,000 .* at least$/m);
    expect(markdown).toMatch(/\*\*at least\*\*/);
    for (const text of [terminal, markdown]) expect(text).not.toMatch(/^\|? ?ws .*highest/m);
    const turned = judged({ ...transports, ws: { ...still, capacity: 50_000 } });
    expect(summary(turned.results, turned.analysis, { width: 160, colour: false })).toMatch(/^ws +50,000 .* highest$/m);
    expect(loadTakeaway(run.group)).toContain('At least (≥) is no rank');
    expect(loadTakeaway(judged({ ws: still, sse: still }).group)).not.toContain('≥');
  });

  test('say how much CPU a server had left, whether the generator or the objective was the limit', () => {
    const [warning] = run.analysis.warnings.filter(({ text }) => text.startsWith('Capacity is a lower bound'));
    expect(warning?.text).toContain('Servers that had not used up a core: ws used 60 % and mqtt used 40 %.');
    expect(run.group.notes.join('\n')).toContain(
      'Servers that had not used up a core: sse used 40 %. At a higher rate they missed the objective for another reason than CPU time.',
    );
    expect(run.group.notes.join('\n')).not.toContain('grpc used');
  });

  test('give lower bounds no order where nobody has a verdict', () => {
    const { group } = judged({ ws: transports.ws, mqtt: transports.mqtt });
    expect(textOf(group.answer)).toMatch(
      /Capacity measured: ws \(≥ 30,000 msg\/s\) and mqtt \(≥ 20,000 msg\/s\), in no order\.$/,
    );
  });

  test('mark each search in the CSV', () => {
    const [head = '', ...lines] = trialsCsv(run.results, run.analysis).split('\r\n');
    const column = head.split(',').indexOf('capacity_is_lower_bound');
    const searches = lines.filter((line) => line.includes('/capacity/')).map((line) => line.split(','));
    const bounds = searches.map((cells) => `${cells[2]} ${cells[column]}`);
    expect([...new Set(bounds)].toSorted()).toEqual(['grpc false', 'mqtt true', 'sse false', 'ws true']);
  });

  test('give two runs no ratio of lower bounds, nor one that a bound does not decide', () => {
    const search = (ws: TransportSpec) => makeResults({ transports: { ws }, scenarios: [CAPACITY] });
    const [low, high] = [0.4, 0.8].map((share) => search({ ...still, capacity: 50_000, lowerBounds: limited(share) }));
    const above = search({ ...still, capacity: 90_000 });
    const below = search({ ...still, capacity: 9_000 });
    if (low === undefined || high === undefined) throw new Error('no runs');
    const between = (base: typeof low, next: typeof low) => compare(base, next, { resamples: 200 }).rows[0];
    expect(between(low, high)).toMatchObject({ ratio: null, worseBy: null, verdict: { word: 'not testable' } });
    expect(between(above, high)).toMatchObject({ ratio: null, verdict: { word: 'not testable' } });
    expect(between(below, high)).toMatchObject({ ratio: expect.any(Number), verdict: { word: 'better', bound: '≥' } });
  });
});
