import { expect, test } from 'vitest';
import { cliffsDelta, holm, mannWhitney } from './ranks.ts';

test('complete separation gives the floor 2 / C(2n, n)', () => {
  expect(mannWhitney([1, 2, 3], [4, 5, 6])).toBeCloseTo(0.1, 12);
  expect(mannWhitney([4, 5, 6, 7, 8, 9], [1, 2, 3, 1.5, 2.5, 3.5])).toBeCloseTo(2 / 924, 12);
});

test('agrees with the tabulated exact distribution', () => {
  // U = 2 for n = 4, 4: P(U ≤ 2) = 4/70, two-sided 8/70.
  expect(mannWhitney([1, 2, 3, 6], [4, 5, 7, 8])).toBeCloseTo(8 / 70, 12);
});

test('ties and equal samples carry no evidence', () => {
  expect(mannWhitney([1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1])).toBe(1);
  expect(mannWhitney([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1])).toBe(1);
});

test('many values take the normal approximation', () => {
  // U = 210 of 625 without ties: z = (102.5 − 0.5) / √(625 × 51 / 12) = 1.979.
  const left = Array.from({ length: 25 }, (_, index) => 2 * index);
  const right = Array.from({ length: 25 }, (_, index) => 2 * index + 9);
  expect(mannWhitney(left, right)).toBeCloseTo(0.0478, 3);
  expect(mannWhitney(new Array(30).fill(1), new Array(30).fill(1))).toBe(1);
});

test('Holm corrects step by step and never falls', () => {
  expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test('Cliff’s delta runs from −1 to 1', () => {
  expect(cliffsDelta([1, 2], [3, 4])).toBe(-1);
  expect(cliffsDelta([3, 4], [1, 2])).toBe(1);
  expect(cliffsDelta([1, 2], [1, 2])).toBe(0);
});
