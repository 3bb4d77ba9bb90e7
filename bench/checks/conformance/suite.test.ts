import { expect, test } from 'vitest';
import { burstSize } from './suite.ts';

test.each([
  ['a fast transport', 0.01, 10_000],
  ['one that asks every 100 ms', 0.11, 10_000],
  ['one that waits 5 ms for each answer', 0.5, 2_400],
  ['one that waits a second for each answer', 100, 100],
])('the burst of %s follows from the first', (_, seconds, size) => expect(burstSize(seconds)).toBe(size));
