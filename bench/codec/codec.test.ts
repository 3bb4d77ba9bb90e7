import { describe, expect, test } from 'vitest';
import type { Message } from '../contract.ts';
import { batcher, FULL_BATCH, unbatch } from './batch.ts';
import { encodeFrame, frameDecoder } from './frame.ts';
import {
  BROADCAST,
  ECHO,
  MAX_SENDERS,
  opcodeOf,
  runIdOf,
  senderOf,
  senderPrefix,
  sequenceDigits,
  sequenceOf,
} from './header.ts';
import { encodeLine, lineReader } from './line.ts';
import { unreadable } from './unreadable.ts';

test.each([
  [0, 0],
  [1, 1],
  [0xffff, 0xfffffff],
  [0x1234, 0x7654321],
  [MAX_SENDERS - 1, 0],
  [4_095, 4_096],
  [4_096, 65_536],
])('sender %i and sequence %i survive the header, as text and as bytes', (sender, sequence) => {
  const text = senderPrefix(BROADCAST, sender) + sequenceDigits(sequence);
  expect(text).toHaveLength(12);
  for (const message of [text, Buffer.from(text)]) {
    expect(opcodeOf(message)).toBe(BROADCAST);
    expect(senderOf(message)).toBe(sender);
    expect(sequenceOf(message)).toBe(sequence);
  }
});

test.each([
  '',
  'B',
  'Broadcasting',
  'B0000000000',
  'B0000000000G',
  'b00000000000',
  'E00000000000',
  'BADCAFEBABE0',
  'B 0000000000',
  'BAAAA000000G',
  'BAAA+0000000',
  'BAAAé0000000',
  'BAAAŁ0000000',
])('a person typing %j is echoed', (text) => expect(opcodeOf(text)).toBe(ECHO));

test.each([
  ['EAAAA0000000abcd', 'abcd'],
  ['BAAAA0000000-_09 and more', '-_09'],
  ['EAAAA0000000abc', undefined],
  ['EAAAA0000000ab d', undefined],
  ['XAAAA0000000abcd', undefined],
  ['EAAAA000000Gabcd', undefined],
  ['{"type":"hello","from":"a chat server"}', undefined],
  ['', undefined],
])('the run of %j is %j, as text and as bytes', (text, id) => {
  for (const message of [text, Buffer.from(text)]) expect(runIdOf(message)).toBe(id);
});

function collect(maxBytes = 1_000): { decode: (chunk: Buffer) => void; frames: string[]; refused: () => boolean } {
  const frames: string[] = [];
  let tooLong = false;
  const decode = frameDecoder(
    maxBytes,
    (frame) => frames.push(frame.toString()),
    () => {
      tooLong = true;
    },
  );
  return { decode, frames, refused: () => tooLong };
}

test.each([1, 2, 3, 4, 5, 7, 64, 10_000])('frames cut into pieces of %i bytes come out whole and in order', (piece) => {
  const messages = ['', 'a', 'bc', '', '', 'é'.repeat(50), 'x'.repeat(900), 'end'];
  const stream = Buffer.concat(messages.map(encodeFrame));
  const { decode, frames } = collect();
  for (let at = 0; at < stream.length; at += piece) decode(stream.subarray(at, at + piece));
  expect(frames).toEqual(messages);
});

test('a frame over the limit is refused on its prefix, and nothing after it is read', () => {
  for (const cut of [1, 3, 100]) {
    const { decode, frames, refused } = collect(10);
    const stream = Buffer.concat([encodeFrame('fits'), encodeFrame('x'.repeat(11)), encodeFrame('never')]);
    for (let at = 0; at < stream.length; at += cut) decode(stream.subarray(at, at + cut));
    expect(frames).toEqual(['fits']);
    expect(refused()).toBe(true);
  }
});

describe('batches', () => {
  const hostile = ['a', '5:hello', ':', '12', '\n', '🧪', '\ud800', '\u0000', 'x'.repeat(10_000), 'é'];

  function batched(messages: readonly Message[]): { frames: Message[]; out: Message[] } {
    const frames: Message[] = [];
    const out: Message[] = [];
    const { add, flush } = batcher(1_000, (frame) => frames.push(frame));
    for (const message of messages) add(message);
    flush();
    for (const frame of frames) unbatch(frame, (message) => out.push(message));
    return { frames, out };
  }

  test('text comes out as it went in, one frame', () => {
    const { frames, out } = batched(hostile);
    expect(frames).toHaveLength(1);
    expect(out).toEqual(hostile);
  });

  test('so do bytes', () => {
    const bytes = hostile.map((text) => new TextEncoder().encode(text));
    const { frames, out } = batched(bytes);
    expect(frames).toHaveLength(1);
    expect(out).toEqual(bytes);
  });

  test('text and bytes share no frame, and keep their order', () => {
    const { frames, out } = batched(['a', 'b', Uint8Array.of(1), 'c']);
    expect(frames).toHaveLength(3);
    expect(out).toEqual(['a', 'b', Uint8Array.of(1), 'c']);
  });

  test('a full batch leaves at once, an empty one never', () => {
    const { frames } = batched(['x'.repeat(FULL_BATCH), 'y']);
    expect(frames).toHaveLength(2);
    expect(batched([]).frames).toEqual([]);
  });
});

test('lines are read from pieces cut anywhere', () => {
  const texts = ['', 'plain', 'two\nlines\r\n', '\u2028 "quoted" \ufeff', 'Grüße 🧪', '\ud800 alone', 'x'.repeat(300)];
  const bytes = Buffer.concat(texts.map(encodeLine));
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const read: string[] = [];
    const take = lineReader({ text: (text) => void read.push(text) });
    const piece = new Uint8Array(size);
    for (let at = 0; at < bytes.length; at += size) {
      // Reuses the same memory each time, so that a reader that keeps a view of it fails.
      piece.set(bytes.subarray(at, at + size));
      take(piece.subarray(0, Math.min(size, bytes.length - at)));
    }
    expect(read).toEqual(texts);
  }
});

test('a line that is no JSON string is told apart, and one without an end is not kept', () => {
  const said: string[] = [];
  const read = lineReader(
    {
      text: (text) => said.push(text),
      other: (line) => said.push(`other ${line}`),
      tooLong: () => said.push('too long'),
    },
    20,
  );
  read(Buffer.from('"a"\n\n5\n{bad\n"b"\r\n'));
  expect(said).toEqual(['a', 'other ', 'other 5', 'other {bad', 'b']);
  for (const piece of ['x'.repeat(15), 'x'.repeat(15), '\n"c"\n']) read(Buffer.from(piece));
  expect(said.slice(5)).toEqual(['too long']);
});

test('a frame that is too long is refused with what has arrived of it', () => {
  for (const cut of [2, 4, 7]) {
    const refused: string[] = [];
    const decode = frameDecoder(
      100,
      () => {},
      (rest) => refused.push(rest.toString()),
    );
    const banner = Buffer.from('SSH-2.0-x');
    decode(banner.subarray(0, cut));
    decode(banner.subarray(cut));
    expect(refused).toEqual([cut < 4 ? 'SSH-' : banner.subarray(0, cut).toString()]);
  }
});

test.each<[unknown, number, string]>([
  ['Grüße', 7, 'Grüße'],
  [Uint8Array.of(0x47, 0xc3, 0xbc), 3, 'Gü'],
  [Uint8Array.of(0xff, 0x41), 2, '\u00ffA'],
  [Uint8Array.of(1, 2).buffer, 2, '\u0001\u0002'],
  [{ m: null }, 10, '{"m":null}'],
  [undefined, 0, ''],
  [12n, 0, ''],
  ['x'.repeat(5_000), 5_000, 'x'.repeat(1_024)],
])('%# an arrival is described by its length in bytes and its beginning', (arrived, length, head) => {
  expect(unreadable('it', arrived)).toEqual({ kind: 'it', length, head });
});
