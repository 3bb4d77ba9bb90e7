import { expect, test } from 'vitest';
import { messageWalker } from './http2-guard.ts';

function message(bytes: number): Buffer {
  const prefixed = Buffer.alloc(5 + bytes, 'x');
  prefixed.writeUInt8(0);
  prefixed.writeUInt32BE(bytes, 1);
  return prefixed;
}

test('knows where gRPC messages end, however they are cut', () => {
  const stream = Buffer.concat([message(0), message(300), message(0), message(70_000), message(1)]);
  for (const pieceBytes of [1_000, 16_384, stream.length]) {
    const walk = messageWalker();
    for (let at = 0; at < stream.length; at += pieceBytes) {
      const end = Math.min(stream.length, at + pieceBytes);
      const isEnd = [5, 310, 315, 70_320, 70_326].includes(end);
      expect({ pieceBytes, end, found: walk(stream.subarray(at, end)) }).toEqual({
        pieceBytes,
        end,
        found: isEnd ? 'whole' : 'partial',
      });
    }
  }
});

test('a prefix that comes in two is no message yet', () => {
  const walk = messageWalker();
  const small = message(2);
  expect([small.subarray(0, 1), small.subarray(1, 5), small.subarray(5)].map(walk)).toEqual([
    ...['partial', 'partial', 'whole'],
  ]);
});

test('many messages may come in a piece each, and one may not come in too many', () => {
  const walk = messageWalker();
  const small = message(3);
  for (let sent = 0; sent < 10_000; sent++) expect(walk(small)).toBe('whole');
  walk(message(10_000).subarray(0, 5));
  let pieces = 1;
  while (walk(Buffer.of(0)) === 'partial') pieces++;
  expect(pieces).toBe(4_096);
});
