import { expect, test } from 'vitest';
import { encode, histogram } from '../../load/histogram.ts';
import { percentiles } from './figures.ts';

function encoded(milliseconds: number): string {
  const times = histogram();
  times.recordValue(milliseconds * 1e6);
  return encode(times);
}

test.each([
  [0.16, 'p50 0.160 ms  p99 0.160 ms'],
  [40, 'p50 40.0 ms  p99 40.0 ms'],
  [1_090, 'p50 1,090 ms  p99 1,090 ms'],
])('%d ms are written in three figures, never with an exponent', (milliseconds, text) => {
  expect(percentiles(encoded(milliseconds))).toBe(text);
});

test('with lower bounds of further times, both are lower bounds', () => {
  expect(percentiles(encoded(10), encoded(5_680))).toBe('p50 ≥ 10.0 ms  p99 ≥ 5,680 ms');
});
