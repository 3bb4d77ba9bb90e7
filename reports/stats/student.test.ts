import { describe, expect, test } from 'vitest';
import { studentInterval, studentQuantile, welchInterval } from './student.ts';

test('agrees with the printed tables of t', () => {
  for (const [tail, degrees, t] of [
    [0.025, 1, 12.706],
    [0.01, 2, 6.965],
    [0.01, 3, 4.541],
    [0.01, 5, 3.365],
    [0.01, 6, 3.143],
    [0.005, 9, 3.25],
    [0.0005, 20, 3.85],
    [0.025, 120, 1.98],
  ] as const) {
    expect(studentQuantile(tail, degrees)).toBeCloseTo(t, 2);
  }
});

test('below ten values it is the ordinary t interval', () => {
  // Mean 4, standard deviation √(28/6), t 3.143.
  const { low, high } = studentInterval([7, 1, 2, 3, 4, 5, 6], 0.01);
  expect(high).toBeCloseTo(4 + 3.1427 * Math.sqrt(28 / 6 / 7), 3);
  expect(low + high).toBeCloseTo(8, 12);
});

test('from ten values on, how far out the outermost lies does not matter', () => {
  const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  expect(studentInterval([...nine, 1e6], 0.01)).toEqual(studentInterval([...nine, 10], 0.01));
  // Kept 2 to 9: mean 5.5; drawn in, the squares add up to 66.5 for h = 8; t(7) = 2.998.
  expect(studentInterval([...nine, 10], 0.01).high).toBeCloseTo(5.5 + 2.998 * Math.sqrt(66.5 / 56), 3);
});

test('values without spread have an interval without width', () => {
  expect(studentInterval([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], 0.001)).toEqual({ low: 0.5, high: 0.5 });
});

describe('of two samples that share nothing', () => {
  const left = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9];
  const right = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5];

  test('is Welch’s, its degrees of freedom rounded down', () => {
    // By hand: means 21 and 23.3667, variances of the means 2.6207 and 0.7471, 7.64 degrees of freedom, t = 2.3646 at 7.
    const { low, high } = welchInterval(left, right, 0.025);
    expect((low + high) / 2).toBeCloseTo(-2.3667, 3);
    const variance = (sample: number[]) => {
      const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
      return sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sample.length - 1) / sample.length;
    };
    expect((high - low) / 2).toBeCloseTo(2.3646 * Math.sqrt(variance(left) + variance(right)), 3);
  });

  test('of two constants it is their difference', () => {
    expect(welchInterval([2, 2, 2, 2, 2, 2], [1, 1, 1, 1, 1, 1], 0.01)).toEqual({ low: 1, high: 1 });
  });

  test('from ten values on one that is far out does not widen it much', () => {
    const ten = [1, 1.01, 0.99, 1.02, 0.98, 1, 1.01, 0.99, 1, 1];
    const spoilt = [...ten.slice(0, 9), 9];
    const reach = (values: number[]) => {
      const { low, high } = welchInterval(values, ten, 0.01);
      return high - low;
    };
    expect(reach(spoilt)).toBeLessThan(2 * reach(ten));
  });
});
