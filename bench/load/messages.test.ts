import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ECHO } from '../codec/header.ts';
import type { Payload } from '../contract.ts';
import { Messages } from './messages.ts';

const SENDERS = 10;
const make = (payload: Payload, encoding: 'text' | 'binary' = 'text', seed = 1): Messages =>
  new Messages({ seed, size: 128, encoding, payload, opcode: ECHO, senders: SENDERS });

const session = (messages: Messages): Buffer =>
  Buffer.concat(Array.from({ length: 1_000 }, (_, index) => Buffer.from(messages.build(3, index) as string)));

/** Bits per byte after deflate. */
const bitsAfter = (bytes: Buffer): number =>
  (8 * deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).length) / bytes.length;

describe.each<Payload>(['filler', 'json', 'zeros'])('messages of %s', (payload) => {
  test.each(['text', 'binary'] as const)(
    'are %s of the size asked for, the same for the same seed, and checked to the byte',
    (encoding) => {
      const [one, other] = [make(payload, encoding), make(payload, encoding)];
      for (let sequence = 0; sequence < 200; sequence++) {
        const message = one.build(3, sequence);
        expect(message).toHaveLength(128);
        expect(message).toEqual(other.build(3, sequence));
        expect(other.isSound(message)).toBe(true);
        expect(other).toMatchObject({ sender: 3, sequence });
        const bytes = Buffer.from(message as string);
        bytes[127]! ^= 1;
        expect(other.isSound(encoding === 'text' ? bytes.toString('latin1') : bytes)).toBe(false);
      }
    },
  );
});

describe('what compression finds in them', () => {
  test('little in filler, whose entropy is six bits a byte', () => {
    const bits = bitsAfter(session(make('filler')));
    expect(bits).toBeGreaterThan(5.5);
    expect(bits).toBeLessThan(6.1);
  });

  test('much in JSON over a session, and little of it in one short message', () => {
    const messages = make('json');
    expect(bitsAfter(session(messages))).toBeLessThan(2.5);
    expect(bitsAfter(session(messages))).toBeGreaterThan(1.2);
    expect(bitsAfter(Buffer.from(messages.build(3, 7) as string))).toBeGreaterThan(5);
  });

  test('nearly everything in zeros', () => {
    expect(bitsAfter(session(make('zeros')))).toBeLessThan(0.5);
  });

  test('JSON is what applications send: records that parse, and other ones for another seed', () => {
    const text = session(make('json')).toString();
    const records = text.match(/\{[^{}]*\}/g) ?? [];
    expect(records.length).toBeGreaterThan(100);
    const keys = records.flatMap((record) => {
      try {
        return Object.keys(JSON.parse(record) as object);
      } catch {
        // This message contains a valid header in its middle.
        return [];
      }
    });
    expect(new Set(keys)).toContain('user');
    expect(session(make('json', 'text', 2)).equals(session(make('json')))).toBe(false);
  });
});
