import { expect, test } from 'vitest';
import { type CaptureDocument, captureText } from './capture-text.ts';

const group = (name: string, ...packets: readonly number[]) => ({ name, packets, bytes: 1_000 * packets.length });
const DOCUMENT: CaptureDocument = {
  schema: 'wirebench-capture/1',
  file: '/somewhere/a.pcapng',
  transport: 'ws',
  size: 128,
  count: 2,
  encoding: 'text',
  tls: false,
  auth: null,
  network: 'none',
  url: 'ws://10.77.0.1:80/',
  filter: 'http || websocket',
  preferences: ['http.desegment_body:FALSE'],
  keys: 0,
  sealed: null,
  packets: 3,
  bytes: 3_000,
  dropped: 0,
  leftOut: 0,
  lost: [],
  groups: [group('handshake', 1, 2), group('message 1, up', 3)],
};
const textOf = (changes: Partial<CaptureDocument> = {}, width = 100): string =>
  captureText({ ...DOCUMENT, ...changes }, 'a b.pcapng', width);

test('tells what was captured, its groups, and a command that a shell takes', () => {
  expect(textOf()).toBe(`a b.pcapng: 2 messages of 128 bytes over ws and back, in 3 packets of 3,000 bytes.

what           bytes  packets
handshake      2,000  1–2
message 1, up  1,000  3

Open it:
wireshark -r 'a b.pcapng' -o http.desegment_body:FALSE -Y 'http || websocket'

Only what belongs to a message: frame.comment contains "message 1"
`);
});

test('tells whether it can be decrypted', () => {
  expect(textOf()).not.toContain('encrypted');
  expect(textOf({ tls: true, keys: 10 })).toContain('the capture has its keys');
  const sealed = textOf({ tls: true, keys: 10, sealed: 'Its library gives out no keys.' });
  expect(sealed).toContain('\nIts library gives out no keys.\n');
  expect(sealed).not.toContain('has its keys');
});

test('tells what is missing', () => {
  const text = textOf({ dropped: 2, leftOut: 1, lost: [3, 4] });
  expect(text).toContain('The network dropped 2 packets; their comments say so.');
  expect(text).toContain('The last 1 packet had no room: a capture holds 16 MiB.');
  expect(text).toContain('No echo came of messages 3 and 4.');
  expect(textOf({ lost: [7] })).toContain('No echo came of message 7.');
});

test('shows few ranges and few groups, and always the last', () => {
  const many = Array.from({ length: 30 }, (_, index) => group(`message ${index}`, index));
  const text = textOf({ groups: [...many, group('goodbye', 31, 33, 35, 37, 39, 41)] });
  expect(text).toMatch(/^message 18 /m);
  expect(text).not.toMatch(/^message 19 /m);
  expect(text).toMatch(/^goodbye +6,000 {2}31, 33, 35, 37, … \(6\)$/m);
  expect(text).toContain('\n11 more groups are in the packets’ comments.\n');
});

test('fits the terminal, but for the command', () => {
  const lines = textOf({ dropped: 2, leftOut: 1, tls: true, keys: 1 }, 40).split('\n');
  const wide = lines.filter((line) => line.length > 40);
  expect(wide.filter((line) => !/^wireshark |frame\.comment/.test(line))).toEqual([]);
});
