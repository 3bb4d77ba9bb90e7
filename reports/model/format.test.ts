import { expect, test } from 'vitest';
import { change, figures, integer, list, printable, ratio, share, tolerance, utcMinute } from './format.ts';

test('three significant figures, never an exponent', () => {
  const cases: readonly [number, string][] = [
    [0, '0'],
    [0.0001234, '0.000123'],
    [0.5, '0.500'],
    [0.9996, '1.00'],
    [1.2345, '1.23'],
    [9.999, '10.0'],
    [12.345, '12.3'],
    [123.45, '123'],
    [1234.5, '1,230'],
    [9_999_999, '10,000,000'],
    [-1234.5, '-1,230'],
    [Number.NaN, '—'],
    [Number.POSITIVE_INFINITY, '—'],
  ];
  for (const [value, text] of cases) expect(figures(value)).toBe(text);
  expect(integer(1_234_567)).toBe('1,234,567');
});

test('ratios, changes, shares and tolerances', () => {
  expect([1, 1.025, 0.981, 12.39, 1240].map(ratio)).toEqual(['1.00×', '1.02×', '0.98×', '12.4×', '1,240×']);
  expect([1.31, 0.5, 1.018, 13.4, 1, 0.9998].map(change)).toEqual([
    '+31 %',
    '−50 %',
    '+1.8 %',
    '+1,240 %',
    '0.0 %',
    '0.0 %',
  ]);
  expect([0, 0.001, 0.5, 0.999, 1].map(share)).toEqual(['0 %', '< 1 %', '50 %', '> 99 %', '100 %']);
  expect([0.05, 0.02, 0.125].map(tolerance)).toEqual(['±5 %', '±2 %', '±12.5 %']);
});

test('lists and times', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((items) => list(items, 'or'))).toEqual([
    '',
    'a',
    'a or b',
    'a, b or c',
  ]);
  expect(utcMinute('2026-11-23T18:40:12.345Z')).toBe('2026-11-23 18:40 UTC');
  expect(utcMinute('yesterday')).toBe('yesterday');
});

test('what comes from outside is printed on one line, without commands', () => {
  expect(printable('Error: a\n    at b\u001b[2J\u202e')).toBe('Error: a     at b�[2J�');
  expect(printable('مرحبا ≈ ±5 %')).toBe('مرحبا ≈ ±5 %');
});
