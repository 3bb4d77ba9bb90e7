import { describe, expect, test } from 'vitest';
import { ECHO, IDLE, makeResults, type RunSpec, WIRE } from '../../testing/fixtures.ts';
import { analyse } from '../analyse.ts';
import { keptUpTo, overheadOf, type SweepPoint, seriesOf, sweepsOf } from './sweep.ts';

const analysisOf = (spec: RunSpec) => analyse(makeResults(spec), { resamples: 200 });
const AT = [600, 1200, 2400].map((rate) => ({ ...ECHO, rate }));

describe('questions that differ in one thing', () => {
  test('several rates are one sweep, by rising rate; a lone question is none', () => {
    const { groups } = analysisOf({ transports: { a: {}, b: {} }, scenarios: AT.toReversed() });
    const [sweep, ...others] = sweepsOf(groups, 'rate');
    expect(others).toEqual([]);
    expect(sweep?.title).toBe('echo with 100 clients, 128 B');
    expect(sweep?.groups.map(({ question }) => question.rate)).toEqual([600, 1200, 2400]);
    expect(sweepsOf(groups, 'clients')).toEqual([]);
    expect(sweepsOf(groups, 'size')).toEqual([]);
  });

  test('what differs in two things is not put together, nor is another kind of scenario', () => {
    const scenarios = [ECHO, { ...ECHO, rate: 2400, clients: 200 }, IDLE, { ...IDLE, clients: 500 }];
    const { groups } = analysisOf({ transports: { a: {} }, scenarios });
    for (const axis of ['rate', 'clients', 'size'] as const) expect(sweepsOf(groups, axis)).toEqual([]);
  });

  test('a point is what its cells are, and what was lost is missing from what was achieved', () => {
    const { groups } = analysisOf({ transports: { a: { lost: 120, framing: 32 } }, scenarios: AT });
    const [series] = sweepsOf(groups, 'rate').flatMap(seriesOf);
    expect(series?.points.map(({ achieved }) => achieved)).toEqual([0.8, 0.9, 0.95]);
    expect(series?.points[0]?.p99).toBe(null);
    expect(series?.points[1]?.p99).toBeGreaterThan(0.001);
    expect(series?.points[0]?.reason).toMatch(/samples/);
  });

  test('overhead falls as messages grow: 32 bytes on 64 and on 1,024', () => {
    const sizes = [64, 1024].map((size) => ({ ...ECHO, size }));
    const { groups } = analysisOf({ transports: { a: { framing: 32 } }, scenarios: sizes });
    const [series] = sweepsOf(groups, 'size').flatMap(seriesOf);
    expect(series?.points.map(({ at, overhead }) => [at, overhead])).toEqual([
      [64, 0.5],
      [1024, 0.03125],
    ]);
  });
});

describe('how far a transport keeps up', () => {
  const point = (at: number, achieved: number | null): SweepPoint => ({
    at,
    achieved,
    p99: null,
    bounded: false,
    overhead: null,
    reason: '',
  });

  test('up to the last rate before the first that it does not', () => {
    expect(keptUpTo([point(1, 1), point(2, 0.995), point(4, 0.7), point(8, 1)])).toBe(2);
    expect(keptUpTo([point(1, 1), point(2, null)])).toBe(1);
    expect(keptUpTo([point(1, 1), point(2, 1)])).toBe(2);
    expect(keptUpTo([point(1, 0.9), point(2, 1)])).toBe(null);
  });
});

describe('overhead as scenario wire counted it', () => {
  const scenarios = [
    { ...WIRE, size: 4096 },
    { ...WIRE, size: 64 },
  ];

  test('at the sockets: framing over the size', () => {
    const { wire } = analysisOf({ transports: { a: { framing: 16 } }, scenarios });
    const { layer, series } = overheadOf(wire);
    expect(layer).toBe('socket');
    expect(series[0]?.points.map(({ at, overhead }) => [at, overhead])).toEqual([
      [64, 0.25],
      [4096, 16 / 4096],
    ]);
  });

  test('on a link headers and acknowledgements count; one size alone is no line', () => {
    const link = overheadOf(analysisOf({ transports: { a: { framing: 16 } }, scenarios, wire: 'link' }).wire);
    expect(link.layer).toBe('link');
    expect(link.series[0]?.points[0]?.overhead).toBeCloseTo((16 + 1.5 * 66) / 64, 9);
    expect(overheadOf(analysisOf({ transports: { a: {} }, scenarios: [WIRE] }).wire).series).toEqual([]);
  });
});
