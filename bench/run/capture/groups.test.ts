import { expect, test } from 'vitest';
import type { RecordedFrame } from '../../networks/protocol.ts';
import { commentOf, groupFrames, nameFrames, rangesOf } from './groups.ts';

const frame = (toServer: boolean, payloadBytes: number): RecordedFrame => ({
  atNs: '0',
  toServer,
  dropped: false,
  payloadBytes,
  bytes: Buffer.alloc(60 + payloadBytes).toString('base64'),
});

const PHASES = [
  { name: 'handshake', from: 0, isMessage: false },
  { name: 'message 1', from: 2, isMessage: true },
  { name: 'message 2', from: 6, isMessage: true },
  { name: 'goodbye', from: 6, isMessage: false },
];
const FRAMES = [
  frame(true, 0),
  frame(false, 10),
  frame(true, 5),
  frame(false, 0),
  frame(false, 7),
  frame(true, 0),
  frame(true, 3),
];
const NAMES = [
  'handshake',
  'handshake',
  'message 1, up',
  'message 1, acknowledgement',
  'message 1, down',
  'message 1, acknowledgement',
  'goodbye',
];

test('frames are named by the part of the exchange, and those of a message by direction and payload', () => {
  expect(nameFrames(FRAMES, PHASES)).toEqual(NAMES);
});

test('a frame before the first phase is a mistake', () => {
  expect(() => nameFrames(FRAMES, PHASES.slice(1))).toThrow('frame 0 belongs to no phase');
});

test('groups have the numbers and the bytes of their packets, in the order of their first', () => {
  expect(groupFrames(FRAMES, NAMES)).toEqual([
    { name: 'handshake', packets: [1, 2], bytes: 60 + 70 },
    { name: 'message 1, up', packets: [3], bytes: 65 },
    { name: 'message 1, acknowledgement', packets: [4, 6], bytes: 120 },
    { name: 'message 1, down', packets: [5], bytes: 67 },
    { name: 'goodbye', packets: [7], bytes: 63 },
  ]);
});

test('the comment of a frame says that the network drops it', () => {
  expect(commentOf('message 1, up', { dropped: true })).toBe('message 1, up (dropped by the network)');
  expect(commentOf('message 1, up', { dropped: false })).toBe('message 1, up');
});

test.each([
  [[1], '1'],
  [[1, 2, 3], '1–3'],
  [[4, 6, 7, 9], '4, 6–7, 9'],
  [[], ''],
])('%j is written as %j', (numbers, text) => expect(rangesOf(numbers)).toBe(text));
