import { describe, expect, test } from 'vitest';
import { readOptions } from '../plan/options.ts';
import { makePlan } from '../plan/plan.ts';
import type { Given } from '../plan/readers.ts';
import { transports } from '../transports/index.ts';
import { needsRelay } from './shared/faults.ts';
import { readersAmong } from './shared/readers.ts';
import { isBack, phasesOf } from './slow.ts';

const MIB = 2 ** 20;

function optionsOf(settings: Readonly<Record<string, string>>) {
  const given = Object.entries(settings).map(([name, value]): [string, Given] => [name, { value, where: `--${name}` }]);
  return readOptions(Object.fromEntries(given));
}

function casesOf(settings: Readonly<Record<string, string>> = {}) {
  const read = optionsOf({ scenarios: 'slow-readers', transports: 'ws', ...settings });
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return makePlan(read.options).cases;
}

describe('slow readers', () => {
  test('are stopped or slow, and only slow ones need a relay', () => {
    expect(casesOf().map((planned) => [planned.id.includes('reader=slow'), needsRelay(planned)])).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(casesOf({ reader: 'stopped' }).map(({ dimensions }) => dimensions?.reader)).toEqual(['stopped']);
  });

  test('are a setting of their own kind', () => {
    expect(optionsOf({ scenarios: 'echo', reader: 'slow' })).toEqual({
      problems: ['--reader has no meaning for echo; leave it out'],
    });
    expect(casesOf({ scenarios: 'echo' })[0]?.dimensions).not.toHaveProperty('reader');
  });

  test('need a server of ours, whose memory is read', () => {
    const read = optionsOf({ scenarios: 'slow-readers', transports: 'ws', url: 'ws://127.0.0.1:1/' });
    expect('problems' in read ? read.problems.join() : '').toContain(
      'slow-readers reads the memory of servers of ours',
    );
  });

  test('need others beside them', () => {
    expect(optionsOf({ scenarios: 'slow-readers', clients: '1,50' })).toEqual({
      problems: ['slow-readers needs at least 2 --clients: one becomes slow, and the others are measured'],
    });
  });

  test('are a tenth of the subscribers, and at least one', () => {
    expect([2, 10, 50, 100].map(readersAmong)).toEqual([1, 1, 5, 10]);
  });

  test('fall behind by more than a server allows within the default time', () => {
    for (const { rate, size, seconds } of casesOf()) {
      const behindBytes = (rate * size - 25_000) * (seconds - 5.5);
      // 1 MiB of the server's, and what the buffers of the system were seen to take.
      expect(behindBytes).toBeGreaterThan(MIB + 1.6 * MIB);
    }
  });

  test('fit the transports: none is left out for the size of the messages', () => {
    const all = transports.map(({ id }) => id).join();
    const read = optionsOf({ scenarios: 'slow-readers', transports: all, reader: 'stopped' });
    if ('problems' in read) throw new Error(read.problems.join('\n'));
    expect(makePlan(read.options).leftOut).toEqual([]);
  });
});

test('messages of a trial are numbered through all phases, each from a whole round of senders', () => {
  const { warmUp, before, during, after } = phasesOf({ clients: 45, rate: 100, seconds: 2, warmupSeconds: 0.3 });
  expect(warmUp.map(({ count }) => count)).toEqual([20, 20, 20]);
  const all = [...warmUp, before, during, after];
  expect(all.map(({ first }) => first % 45)).toEqual(all.map(() => 0));
  for (const [at, { first }] of all.entries())
    if (at > 0) expect(first).toBeGreaterThanOrEqual(all[at - 1]!.first + all[at - 1]!.count);
  expect([before.count, during.count, after.count]).toEqual([200, 200, 10]);
  expect(phasesOf({ clients: 45, rate: 100, seconds: 2, warmupSeconds: 0 }).warmUp).toEqual([]);
});

test.each([
  [100 * MIB, 132 * MIB, true],
  [100 * MIB, 133 * MIB, false],
  [1_000 * MIB, 1_100 * MIB, true],
  [1_000 * MIB, 1_101 * MIB, false],
  [100 * MIB, 50 * MIB, true],
])('memory of %d bytes is back with %d: %s', (before, after, expected) => {
  expect(isBack(after, before)).toBe(expected);
});
