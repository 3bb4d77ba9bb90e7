import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { DUPLICATE, IN_ORDER, Ledger, OUT_OF_ORDER } from './ledger.ts';

test('in order, everything is a first arrival', () => {
  const ledger = new Ledger(2, 10);
  for (let sequence = 10; sequence < 100; sequence++) expect(ledger.arrived(1, sequence)).toBe(IN_ORDER);
});

test('a loss and a duplicate do not cancel', () => {
  const ledger = new Ledger(1, 0);
  const arrivals = [0, 1, 1, 3].map((sequence) => ledger.arrived(0, sequence));
  expect(arrivals).toEqual([IN_ORDER, IN_ORDER, DUPLICATE, IN_ORDER]);
  // 2 has not arrived yet, so it is not a duplicate when it does.
  expect(ledger.arrived(0, 2)).toBe(OUT_OF_ORDER);
  expect(ledger.arrived(0, 2)).toBe(DUPLICATE);
});

test('a gap is filled from either end and from its middle', () => {
  const ledger = new Ledger(1, 0);
  expect(ledger.arrived(0, 9)).toBe(IN_ORDER);
  for (const sequence of [4, 0, 8, 3, 5, 1, 7, 2, 6]) expect(ledger.arrived(0, sequence)).toBe(OUT_OF_ORDER);
  for (let sequence = 0; sequence < 10; sequence++) expect(ledger.arrived(0, sequence)).toBe(DUPLICATE);
});

test('pairs are kept apart', () => {
  const ledger = new Ledger(3, 0);
  expect([0, 1, 2].map((pair) => ledger.arrived(pair, 0))).toEqual([IN_ORDER, IN_ORDER, IN_ORDER]);
  expect(ledger.arrived(1, 0)).toBe(DUPLICATE);
});

test.each([1, 7, 1_000])('%i losses, duplicates and swaps among 20,000 are found to the message', (faults) => {
  const random = xoroshiro128plus(faults);
  const stream = Array.from({ length: 20_000 }, (_, sequence) => sequence);
  const taken = new Set<number>();
  // A swap needs its neighbour untouched, so faults sit on places five apart.
  const place = (): number => {
    for (;;) {
      const at = uniformInt(random, 0, 3_998) * 5 + 1;
      if (taken.has(at)) continue;
      taken.add(at);
      return at;
    }
  };
  const lost = new Set(Array.from({ length: faults }, place));
  const doubled = new Set(Array.from({ length: faults }, place));
  const swapped = new Set(Array.from({ length: faults }, place));
  const arriving: number[] = [];
  for (const sequence of stream) {
    if (lost.has(sequence) || swapped.has(sequence - 1)) continue;
    if (swapped.has(sequence)) arriving.push(sequence + 1);
    arriving.push(sequence);
    if (doubled.has(sequence)) arriving.push(sequence);
  }
  const ledger = new Ledger(1, 0);
  const counts = { [IN_ORDER]: 0, [OUT_OF_ORDER]: 0, [DUPLICATE]: 0 };
  for (const sequence of arriving) counts[ledger.arrived(0, sequence)]++;
  expect(counts[DUPLICATE]).toBe(faults);
  expect(counts[OUT_OF_ORDER]).toBe(faults);
  expect(counts[IN_ORDER] + counts[OUT_OF_ORDER]).toBe(stream.length - faults);
});

describe('messages of an earlier phase', () => {
  const before = new Ledger(2, 10);
  for (let sequence = 10; sequence < 15; sequence++) before.arrived(0, sequence);

  test('arrive late once, in their order', () => {
    const ledger = new Ledger(2, 20, before);
    expect([15, 16, 16, 14, 19].map((sequence) => ledger.arrivedLate(0, sequence))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
    expect(ledger.arrivedLate(1, 10)).toBe(true);
    expect(ledger.arrived(0, 20)).toBe(IN_ORDER);
  });

  test('are remembered over a phase of which nothing arrived', () => {
    const middle = new Ledger(2, 20, before);
    middle.arrivedLate(0, 15);
    const last = new Ledger(2, 30, middle);
    expect([15, 16, 25].map((sequence) => last.arrivedLate(0, sequence))).toEqual([false, true, true]);
  });

  test('are not expected if the phase was complete', () => {
    expect(new Ledger(2, 20).arrivedLate(0, 15)).toBe(false);
  });
});
