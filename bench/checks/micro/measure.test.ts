import { expect, test } from 'vitest';
import { quantileOfSorted } from '../../results/numbers.ts';
import { measureMicro, measurePart } from './measure.ts';

const idle = new AbortController().signal;

test('a row for each part and size, with times in order', async () => {
  const rows = await measureMicro({
    transports: ['ws', 'tcp'],
    sizes: [16, 200_000],
    secondsPerStep: 0.001,
    signal: idle,
  });
  expect(rows.map(({ size, transport, step }) => `${size} ${transport} ${step}`)).toEqual(
    [16, 200_000].flatMap((size) =>
      ['ws', 'tcp'].flatMap((transport) =>
        ['client encode', 'server decode', 'server encode', 'client decode'].map(
          (step) => `${size} ${transport} ${step}`,
        ),
      ),
    ),
  );
  for (const row of rows) {
    expect(row.secondsLow).toBeGreaterThan(0);
    expect(row.secondsLow).toBeLessThanOrEqual(row.secondsMedian);
    expect(row.secondsMedian).toBeLessThanOrEqual(row.secondsHigh);
    expect(row.samples).toBeGreaterThanOrEqual(10);
    expect(row.library).toBe(row.transport === 'ws' ? 'ws' : 'wirebench');
  }
});

test('a sample is the mean of its messages in seconds, without the preparation, which does use up the time', async () => {
  let nowMs = 0;
  // The passes of ten messages take 30, 60, 90, 120, 30, … milliseconds; making their inputs takes 970, 940, …
  let passes = 0;
  const part = {
    step: 'client encode',
    what: 'a part that moves the clock',
    library: 'wirebench',
    prepare(messages: readonly string[]) {
      const eachMs = 3 * (1 + (passes++ % 4));
      nowMs += 1_000 - messages.length * eachMs;
      return () =>
        messages.map((message) => {
          nowMs += eachMs;
          return message;
        });
    },
  } as const;
  const messages = Array.from({ length: 10 }, (_, index) => String(index));
  const times = await measurePart(part, messages, 100, () => nowMs);
  expect(times.samples).toBe(100);
  expect(times.secondsMedian).toBeCloseTo(0.0075, 12);
  expect(times.secondsLow).toBeCloseTo(0.00525, 12);
  expect(times.secondsHigh).toBeCloseTo(0.00975, 12);
});

test('a transport without steps has no rows', async () => {
  const rows = await measureMicro({
    transports: ['carrier-pigeon', 'json'],
    sizes: [16],
    secondsPerStep: 0.001,
    signal: idle,
  });
  expect(rows.map(({ transport }) => transport)).toEqual(['json', 'json']);
});

test('interrupted, it ends with the rows so far', async () => {
  const controller = new AbortController();
  const measuring = measureMicro({
    transports: ['tcp', 'ws', 'graphql'],
    sizes: [16],
    secondsPerStep: 0.01,
    signal: controller.signal,
  });
  setImmediate(() => controller.abort());
  const rows = await measuring;
  expect(rows.length).toBeLessThan(4);
});

test('quantiles lie between the nearest samples', () => {
  expect(quantileOfSorted([1, 2, 3, 4, 5], 0.5)).toBe(3);
  expect(quantileOfSorted([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantileOfSorted([10, 20, 30, 40, 50], 0.25)).toBe(20);
  expect(quantileOfSorted([7], 0.75)).toBe(7);
});
