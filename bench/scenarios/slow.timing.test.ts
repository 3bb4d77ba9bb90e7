import { expect, test } from 'vitest';
import { pairedRatios } from '../testing/readers/paired-trials.ts';

/** Windows of 6 s: at the load of these trials a stopped reader is cut within them. */
const SHORT = { trials: 6, seconds: 6, size: 8_192, rate: 100, clients: 20 };

// The soak has every transport, with five of fifty readers.
test('two stopped readers leave the others their latency and the server its memory', { timeout: 400_000 }, async () => {
  const { problems, outcomes } = await pairedRatios('ws', SHORT);
  expect(problems).toEqual([]);
  for (const { slow } of outcomes) expect(slow.fates.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(2);
});
