import { describe, expect, test } from 'vitest';
import type { Analysis, Group } from '../model/model.ts';
import { BROADCAST, CONNECT, ECHO, IDLE, makeResults, type RunSpec, type TransportSpec } from '../testing/fixtures.ts';
import { analyse } from './analyse.ts';
import { absoluteBand } from './practical.ts';
import { textOf } from './sentences.ts';

const judge = (spec: RunSpec): Analysis =>
  analyse(makeResults({ band: 'usual', trials: 7, ...spec }), { resamples: 500 });

function only({ groups }: Analysis): Group {
  const [group, ...others] = groups;
  if (group === undefined || others.length > 0) throw new Error('expected one question');
  return group;
}

/** Names of the leaders; none without a verdict. */
const leadersOf = ({ tiers }: Group): string[] =>
  tiers.kind === 'tiered' ? (tiers.tiers[0] ?? []).map(({ name }) => name).toSorted() : [];

const wordsAt = (group: Group, name: string, id: 'p50' | 'p99' | 'cpu' | 'memory' | 'bytes' | 'connectP50') => {
  const cell = group.rows.find((row) => row.name === name)?.cells[id];
  return cell?.state === 'shown' ? [cell.verdict?.word ?? null, cell.practical?.word ?? null] : ['not shown'];
};

const STEADY: TransportSpec = { noise: 0.005, framing: 6, cpuMicros: 20, memoryMiB: 80 };

describe('a difference that nobody could notice', () => {
  // Each figure with the names in both orders: the answer follows the figures.
  test.each([
    ['ws', 'grpc'],
    ['grpc', 'ws'],
    ['mqtt', 'sse'],
  ])('of 1.2 ms leaves %s and %s both in front', (fast, slow) => {
    const transports = { [fast]: { ...STEADY, p50Ms: 0.6 }, [slow]: { ...STEADY, p50Ms: 1.1 } };
    const group = only(judge({ transports }));
    expect(leadersOf(group)).toEqual([fast, slow].toSorted());
    expect(wordsAt(group, slow, 'p99')).toEqual(['worse', 'no practical difference']);
    expect(textOf(group.answer)).toContain('no practical difference at p99 (less than 5 ms)');
    expect(textOf(group.answer)).not.toContain('use ');
  });

  test.each([
    ['ws', 'grpc'],
    ['grpc', 'ws'],
  ])('ends where %s is ahead of %s by more than the band', (fast, slow) => {
    const transports = { [fast]: { ...STEADY, p50Ms: 1 }, [slow]: { ...STEADY, p50Ms: 12 } };
    const group = only(judge({ transports }));
    expect(leadersOf(group)).toEqual([fast]);
    expect(wordsAt(group, slow, 'p99')).toEqual(['worse', 'worse']);
    expect(textOf(group.answer)).toContain(`use ${fast}: every other choice is shown to be slower`);
  });

  test('is a tenth of the objective’s time, whoever states it', () => {
    const transports = { ws: { ...STEADY, p50Ms: 2 }, sse: { ...STEADY, p50Ms: 12 } };
    const at = (spec: Partial<RunSpec>) => leadersOf(only(judge({ transports, ...spec })));
    expect(at({})).toEqual(['ws']);
    expect(at({ objective: 'p99<1s' })).toEqual(['sse', 'ws']);
    expect(at({ objective: 'p99<1s', band: { p99: 0.004 } })).toEqual(['ws']);
    expect(at({ band: { p99: 0.2 } })).toEqual(['sse', 'ws']);
    const results = makeResults({ transports, trials: 7, band: { p99: 0.2 } });
    expect(leadersOf(only(analyse(results, { resamples: 500, bands: { p99: 0.001 } })))).toEqual(['ws']);
  });

  test('never hides one of percent: of long times the relative band is the wider', () => {
    const transports = { ws: { ...STEADY, p50Ms: 400 }, sse: { ...STEADY, p50Ms: 430 } };
    expect(leadersOf(only(judge({ transports })))).toEqual(['ws']);
  });

  test('in sessions, memory of idle ones and bytes has amounts of its own', () => {
    const quick = { ...STEADY, connectMs: 2, sessionKiB: 10 };
    const connect = only(judge({ transports: { ws: quick, sse: { ...quick, connectMs: 4 } }, scenarios: [CONNECT] }));
    expect(leadersOf(connect)).toEqual(['sse', 'ws']);
    const far = only(judge({ transports: { ws: quick, sse: { ...quick, connectMs: 40 } }, scenarios: [CONNECT] }));
    expect(leadersOf(far)).toEqual(['ws']);
    // 512 MiB / 10 / 2,000 sessions are 26 KiB.
    const idle = (sessionKiB: number) =>
      leadersOf(only(judge({ transports: { ws: quick, sse: { ...quick, sessionKiB } }, scenarios: [IDLE] })));
    expect([idle(30), idle(60)]).toEqual([['sse', 'ws'], ['ws']]);
    const bytes = only(
      judge({ transports: { ws: { ...STEADY, p50Ms: 1 }, sse: { ...STEADY, p50Ms: 1, framing: 20 } } }),
    );
    expect(wordsAt(bytes, 'sse', 'bytes')).toEqual(['worse', 'no practical difference']);
  });

  test('is decided by a lower bound only where it holds whatever the truth is', () => {
    const transports = { ws: { ...STEADY, p50Ms: 1 }, sse: { ...STEADY, p50Ms: 3, overdue: 200 } };
    const group = only(judge({ transports }));
    expect(group.rows.find(({ name }) => name === 'sse')?.cells.p99).toMatchObject({ practical: { word: 'worse' } });
    expect(leadersOf(group)).toEqual(['ws']);
  });
});

describe('leaders', () => {
  const level = { ...STEADY, p50Ms: 1 };

  test.each([
    ['ws', 'grpc', 'mqtt'],
    ['mqtt', 'ws', 'grpc'],
    ['grpc', 'mqtt', 'ws'],
  ])('are told apart by what else was shown: %s, then %s and %s', (cheap, dear, heavy) => {
    const transports = {
      [cheap]: level,
      [dear]: { ...level, cpuMicros: 90 },
      [heavy]: { ...level, memoryMiB: 300, p50Ms: 0.9 },
    };
    const group = only(judge({ transports }));
    expect(leadersOf(group)).toEqual([cheap, dear, heavy].toSorted());
    const said = textOf(group.tieBreak);
    expect(said).toContain(`Among these, ${cheap} is behind in no other column; `);
    expect(said).toContain(`${dear} in server CPU per message`);
    expect(said).toContain(`${heavy} in server memory`);
    // The one that leads in most columns is named first, whatever its p99.
    expect(textOf(group.answer)).toMatch(new RegExp(`: no transport is shown to be faster\\. ${cheap},`));
  });

  test('are not told apart by what nobody could notice', () => {
    const transports = { ws: level, mqtt: { ...level, cpuMicros: 30, memoryMiB: 100, framing: 20, connectMs: 4 } };
    expect(only(judge({ transports })).tieBreak).toEqual([]);
  });

  test('of two runs from one distribution are the same, although their p99s and their order differ', () => {
    const transports = {
      ws: { p50Ms: 0.55, noise: 0.25, tail: 0.5 },
      grpc: { p50Ms: 0.6, noise: 0.25, tail: 0.5 },
      mqtt: { p50Ms: 0.7, noise: 0.25, tail: 0.5 },
      sse: { p50Ms: 1, noise: 0.25, tail: 0.5 },
      'short-polling': { p50Ms: 60, noise: 0.05 },
    };
    const runs = [11, 12, 13, 14, 15, 16].map((seed) => only(judge({ transports, seed })));
    const first = runs.map(({ columns }) => columns.p99.best);
    expect(new Set(first).size).toBeGreaterThan(1);
    for (const group of runs) expect(leadersOf(group)).toEqual(['grpc', 'mqtt', 'sse', 'ws']);
  });

  test('that cannot be tested are named with their trials, and the rest is judged', () => {
    const fault = { state: 'invalid', reasons: ['the generator was saturated'] } as const;
    const transports = {
      ws: level,
      mqtt: { ...level, p50Ms: 40 },
      'long-polling': { ...level, p50Ms: 2, faults: { 0: fault, 2: fault, 4: fault, 5: fault } },
    };
    const group = only(judge({ transports }));
    expect(leadersOf(group)).toEqual(['ws']);
    expect(textOf(group.answer)).toContain('Not testable: long-polling (3 of 7 trials valid).');
  });
});

test('who misses the run’s objective is named, and nobody where none is stated', () => {
  const transports = { ws: { ...STEADY, p50Ms: 1 }, sse: { ...STEADY, p50Ms: 30 } };
  const answer = (objective?: string) =>
    textOf(only(judge({ transports, ...(objective === undefined ? {} : { objective }) })).answer);
  expect(answer('p99<20ms')).toContain('The objective, p99 ≤ 20 ms, is missed by sse.');
  expect(answer('p50<40ms')).not.toContain('missed');
  expect(answer()).not.toContain('objective');
});

test('an A/A run goes by the statistical verdict alone', () => {
  const results = makeResults({ transports: { ws: { ...STEADY, p50Ms: 1 } }, trials: 7, aa: true, band: 'usual' });
  const slower = makeResults({ transports: { ws: { ...STEADY, p50Ms: 1.4 } }, trials: 7, aa: true, band: 'usual' });
  const cases = results.cases.map((one, at) => (at === 0 ? one : { ...one, trials: slower.cases[at]?.trials ?? [] }));
  const { sameTwice } = analyse({ ...results, cases }, { resamples: 500 });
  expect(sameTwice?.mistaken.join()).toContain('ws#b worse than ws#a in p99 latency');
});

test('results without band or objective have the usual band', () => {
  const [group] = judge({ transports: { ws: STEADY, sse: STEADY }, scenarios: [BROADCAST] }).groups;
  const [echo] = judge({ transports: { ws: STEADY, sse: STEADY }, scenarios: [ECHO] }).groups;
  if (group === undefined || echo === undefined) throw new Error('no question');
  const none = { bands: {}, objective: null };
  expect(absoluteBand('p99', group.question, none)).toBe(0.005);
  // A fortieth of a core at 5,000 and at 1,200 deliveries a second.
  expect(absoluteBand('cpu', group.question, none)).toBeCloseTo(5e-6, 12);
  expect(absoluteBand('cpu', echo.question, none)).toBeCloseTo(0.025 / 1200, 12);
  expect(absoluteBand('memory', group.question, none) / 2 ** 20).toBeCloseTo(51.2, 9);
  expect(absoluteBand('bytes', group.question, none)).toBe(33);
  expect(absoluteBand('capacity', group.question, none)).toBe(0);
});
