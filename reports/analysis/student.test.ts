import { expect, test } from 'vitest';
import { studentInterval, studentQuantile } from './student.ts';

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
