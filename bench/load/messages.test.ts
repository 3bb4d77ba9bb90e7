import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { BROADCAST, ECHO } from '../codec/header.ts';
import type { Payload } from '../contract.ts';
import { Messages } from './messages.ts';
import { fillerSeed, newRunId } from './run-id.ts';

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

describe.each([
  ['text', 'filler'],
  ['binary', 'filler'],
  ['text', 'json'],
  ['binary', 'zeros'],
] as const)('at a server that is not ours, %s messages of %s', (encoding, payload) => {
  const of = (run: string, changes: { size?: number; opcode?: number; seed?: number } = {}): Messages =>
    new Messages({
      seed: fillerSeed(run),
      size: 64,
      encoding,
      payload,
      opcode: ECHO,
      senders: SENDERS,
      run,
      ...changes,
    });
  const ours = of('ab-_');

  test('carry the id of their run after the header, and are checked with it', () => {
    const message = ours.build(3, 17);
    expect(message).toHaveLength(64);
    expect(Buffer.from(message as string).toString('latin1', 0, 16)).toBe('EAAAD0000011ab-_');
    expect(ours.isSound(message)).toBe(true);
    expect(ours).toMatchObject({ sender: 3, sequence: 17 });
    expect(ours.isOfAnotherRun(message)).toBe(false);
    expect(of('ab-_', { size: 16 }).build(3, 17)).toHaveLength(16);
  });

  test.each([
    ['as large', {}],
    ['larger', { size: 100 }],
    ['the smallest', { size: 16 }],
    ['of a broadcast', { opcode: BROADCAST }],
    ['of another seed', { seed: 2 }],
  ])('of another run are known as such: %s', (_, changes) => {
    const message = of('zzzz', changes).build(3, 17);
    expect(ours.isSound(message)).toBe(false);
    expect(ours.isOfAnotherRun(message)).toBe(true);
  });

  test('are corrupt if a byte is wrong, in the id too, and are no other run’s', () => {
    const good = Buffer.from(ours.build(3, 17) as string);
    for (let at = 0; at < good.length; at++) {
      const bytes = Buffer.from(good);
      // A digit of the alphabet: the hardest to tell from what was sent.
      bytes[at] = good[at] === 0x39 ? 0x38 : 0x39;
      const message = encoding === 'text' ? bytes.toString('latin1') : bytes;
      // Zeros are the same for every message of every run.
      if (payload === 'zeros') continue;
      expect(ours.isSound(message)).toBe(false);
      expect(ours.isOfAnotherRun(message)).toBe(false);
    }
  });
});

test('ours are of no run, and whatever arrives at a server of ours is no other run’s', () => {
  const ours = make('filler');
  expect(ours.isOfAnotherRun(make('filler', 'text', 2).build(1, 1))).toBe(false);
});

test('ids of runs are drawn anew, and seed another filler for each trial and probe', () => {
  const ids = Array.from({ length: 100 }, newRunId);
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{4}$/);
  const seeds = ids.flatMap((id) => [fillerSeed(id, 0, 0), fillerSeed(id, 0, 1), fillerSeed(id, 1, 0)]);
  expect(new Set(seeds).size).toBe(300);
  expect(fillerSeed('abcd', 3, 1)).toBe(fillerSeed('abcd', 3, 1));
});
