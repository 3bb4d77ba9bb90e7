import { expect, test } from 'vitest';
import { resultsSchema } from '../../bench/results/schema.ts';
import { BROADCAST, ECHO, EVERY_KIND, makeResults, SEVEN } from './fixtures.ts';

test('the schema accepts an invented run', () => {
  const results = makeResults({
    transports: {
      ...SEVEN,
      sse: {
        faults: {
          0: { state: 'failed', reasons: ['the server exited with code 1'] },
          1: { state: 'invalid', reasons: ['the generator was saturated'] },
          2: { state: 'suspect', reasons: ['the event loop was late'] },
        },
      },
    },
    scenarios: [ECHO, BROADCAST],
  });
  expect(resultsSchema.parse(results)).toEqual(results);
  const sse = results.cases.find(({ transport }) => transport === 'sse');
  expect(sse?.trials.map(({ state }) => state)).toEqual(['failed', 'invalid', 'suspect', 'valid', 'valid', 'valid']);
});

test('equal specs give equal runs', () => {
  expect(makeResults({ transports: SEVEN })).toEqual(makeResults({ transports: SEVEN }));
});

test.each(['socket', 'link'] as const)('the schema accepts every kind of scenario, counted at the %s', (wire) => {
  const results = makeResults({ transports: SEVEN, scenarios: EVERY_KIND, trials: 2, wire, aa: true });
  expect(resultsSchema.parse(results)).toEqual(results);
  expect(new Set(results.cases.map(({ id }) => id)).size).toBe(results.cases.length);
});
