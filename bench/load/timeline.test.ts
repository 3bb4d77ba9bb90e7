import { JsHistogram } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { histogram } from './histogram.ts';
import { dueNs, scheduleOf } from './schedule.ts';
import { addTimelines, bucketOf, sliceCount, summariseTimeline, Timeline } from './timeline.ts';

const phaseOf = (rate: number, seconds: number, clients = 10) =>
  scheduleOf({ first: 40, clients, rate, seconds, startNs: 7e9 });

test('a value falls into the bucket that the histogram puts it into', () => {
  const kept = histogram();
  if (!(kept instanceof JsHistogram)) throw new Error('a histogram whose buckets cannot be read');
  const values = [
    0,
    1,
    2_047,
    2_048,
    2_049,
    123_456,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 32 + 1,
    3_599_999_999_999,
    3_600e9,
  ];
  for (let power = 0; power < 41; power++) values.push(2 ** power - 1, 2 ** power, Math.floor(2 ** power * 1.37));
  for (const value of values) expect([value, bucketOf(value)]).toEqual([value, kept.countsArrayIndex(value)]);
});

describe('slices of a phase', () => {
  test.each([
    ['the default run', 1_200, 1.1, 1, 20],
    ['its broadcast', 50, 1.1, 100, 20],
    ['a quick look', 1_200, 0.3, 1, 6],
    ['so few messages that a slice would have no median', 60, 1.1, 1, 3],
    ['twenty seconds', 100, 20, 1, 20],
    ['a minute', 100, 60, 1, 60],
    ['ten minutes', 100, 600, 1, 60],
    ['a message or two', 2, 1, 1, 1],
  ])('%s', (_, rate, seconds, receivers, slices) => {
    expect(sliceCount(phaseOf(rate, seconds), receivers)).toBe(slices);
  });
});

test('a response counts where its message was due, an arrival where it came', () => {
  const schedule = phaseOf(1_000, 1);
  const timeline = new Timeline(schedule, 1);
  // The server stalls from 150 ms to 350 ms, beginning in the fourth slice of 50 ms.
  for (let index = 0; index < schedule.count; index++) {
    const message = schedule.first + index;
    const due = dueNs(schedule, message);
    const backNs = index >= 150 && index < 350 ? schedule.startNs + 350e6 : due + 1e6;
    timeline.record(message, Math.round(backNs - due), backNs);
  }
  const slices = summariseTimeline(timeline.slices(), 1);
  expect(slices).toHaveLength(20);
  expect(slices.map(({ seconds }) => seconds)).toEqual(slices.map((_, index) => index / 20));
  expect(slices.map(({ delivered }) => delivered)).toEqual(slices.map(() => 50));
  // A message due a millisecond before its slice ends arrives in the next one; the last message arrives after the phase.
  expect(slices.map(({ arrived }) => arrived)).toEqual([49, 50, 50, 1, 0, 0, 0, 249, ...new Array(12).fill(50)]);
  expect(slices[2]?.max).toBeCloseTo(1e-3, 5);
  expect(slices[3]?.max).toBeCloseTo(0.2, 3);
  expect(slices[3]?.p50).toBeCloseTo(0.175, 2);
  expect(slices[6]?.max).toBeCloseTo(0.05, 3);
  expect(slices[7]?.max).toBeCloseTo(1e-3, 5);
});

test('a percentile needs ten samples beyond it, and nothing is said of nothing', () => {
  const schedule = phaseOf(1_000, 2.1);
  const timeline = new Timeline(schedule, 1);
  for (let index = 0; index < 20; index++)
    timeline.record(schedule.first + index, 1_000 * (index + 1), schedule.startNs);
  const [first, second] = summariseTimeline(timeline.slices(), 2.1);
  expect(first).toEqual({ seconds: 0, delivered: 20, arrived: 20, p50: 10_007e-9, p99: null, max: 20_015e-9 });
  expect(second).toEqual({ seconds: 0.105, delivered: 0, arrived: 0, p50: null, p99: null, max: null });

  const many = new Timeline(phaseOf(20_000, 1), 1);
  for (let index = 0; index < 1_000; index++) many.record(40 + index, index < 990 ? 1_000 : 2_000, 7e9);
  expect(summariseTimeline(many.slices(), 1)[0]).toMatchObject({ delivered: 1_000, p50: 1e-6, p99: 1e-6, max: 2e-6 });
});

test('workers are added count by count', () => {
  const schedule = phaseOf(1_000, 1);
  const [whole, ...parts] = [1, 2, 3, 4].map(() => new Timeline(schedule, 1));
  for (let index = 0; index < schedule.count; index++) {
    const values = [
      schedule.first + index,
      5_000 + ((index * 7_919) % 100_000),
      schedule.startNs + index * 1e6,
    ] as const;
    whole!.record(...values);
    parts[index % 3]!.record(...values);
  }
  expect(addTimelines(parts.map((part) => part.slices()))).toEqual(whole!.slices());
});
