import { expect, test } from 'vitest';
import { seedOfTrial } from './path.ts';

test('no two clients of neighbouring trials have the same losses', () => {
  const trials = Array.from({ length: 200 }, (_, order) => seedOfTrial({ seed: 1, order }));
  // The relay makes a line's seed so, from the last bits of the client's address.
  const lines = trials.flatMap((seed) => Array.from({ length: 50 }, (_, client) => seed ^ (client + 1)));
  expect(new Set(lines).size).toBe(lines.length);
  expect(seedOfTrial({ seed: 1, order: 3 })).toBe(trials[3]);
  expect(seedOfTrial({ seed: 2, order: 3 })).not.toBe(trials[3]);
});
