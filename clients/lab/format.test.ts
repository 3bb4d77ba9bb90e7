import { expect, test } from 'vitest';
import { asHex, asText, browserName, bytesText, clockResolution, fromBase64, timeText } from './format.ts';

test.each([
  [undefined, '—'],
  [0.4249, '0.42 ms'],
  [63.4, '63 ms'],
  [123.4, '123 ms'],
  [1_234, '1.2 s'],
])('%s ms is %s', (time, text) => expect(timeText(time)).toBe(text));

test('bytes of a message need a message', () => {
  expect([bytesText(1_000, 0), bytesText(1_000, 3), bytesText(12_345, 1)]).toEqual(['—', '333 B', '12,345 B']);
});

test('a frame as text and as hex', () => {
  const bytes = fromBase64('SGkNCgCA');
  expect(asText(bytes)).toBe('Hi⏎··');
  expect(asHex(bytes)).toBe('48 69 0d 0a 00 80');
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140'],
  ['Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', 'Chromium 156'],
  ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15', 'Safari 18.5'],
  ['something else', 'something else'],
])('%s is %s', (line, name) => expect(browserName(line)).toBe(name));

test('the resolution of a clock is its smallest step', () => {
  let reads = 0;
  expect(clockResolution(() => Math.floor(++reads / 10) * 0.1)).toBeCloseTo(0.0001, 6);
  expect(clockResolution(() => 5)).toBe(0);
});
