import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { secondsOf, timeText } from './time.ts';

test.each([
  [0.05, '50ms'],
  [1.001, '1001ms'],
  [0.0003, '0.3ms'],
  [0.00005, '0.05ms'],
  [2, '2000ms'],
  [1e-6, '0.001ms'],
])('%d s is written %s', (seconds, text) => expect(timeText(seconds)).toBe(text));

test('every time of up to a minute, in whole microseconds or milliseconds, is read as it was written', () => {
  const random = xoroshiro128plus(3);
  for (let round = 0; round < 20_000; round++) {
    const [unit, amount] = round % 2 === 0 ? ['ms', uniformInt(random, 1, 60_000)] : ['us', uniformInt(random, 1, 6e7)];
    const seconds = secondsOf(String(amount), String(unit));
    const [, number = '', written = ''] = /^([\d.]+)([a-z]+)$/.exec(timeText(seconds)) ?? [];
    expect(secondsOf(number, written)).toBe(seconds);
    expect(number.length).toBeLessThan(10);
  }
});

test.each(['us', '\u00b5s', '\u03bcs'])('micro is read from %s', (unit) => expect(secondsOf('800', unit)).toBe(0.0008));
test('an unknown unit is no time', () => expect(secondsOf('1', 'min')).toBeNaN());
