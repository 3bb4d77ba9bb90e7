import { expect, test } from 'vitest';
import { decodeText, isUnmarkedUtf16 } from './text.ts';

const TEXT = '{"µ":"転送 🚀"}\r\n';
const little = Buffer.from(TEXT, 'utf16le');
const big = Buffer.from(little).swap16();

test.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16, little-endian', Buffer.concat([Buffer.of(0xff, 0xfe), little])],
  ['UTF-16, big-endian', Buffer.concat([Buffer.of(0xfe, 0xff), big])],
])('a file in %s is read whole, without its mark', (_, bytes) => {
  expect(decodeText(bytes)).toBe(TEXT);
});

test('UTF-16 without a mark is told from UTF-8', () => {
  for (const bytes of [little, big]) expect(isUnmarkedUtf16(decodeText(bytes))).toBe(true);
  for (const text of [TEXT, '', '{', '\0', 'x\0']) expect(isUnmarkedUtf16(text)).toBe(text === 'x\0');
});
