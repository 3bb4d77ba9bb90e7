import { describe, expect, test } from 'vitest';
import { ECHO } from '../../codec/header.ts';
import { Messages } from '../../load/messages.ts';
import { transports } from '../../transports/index.ts';
import { echoOf, JSON_ALONE } from './measure.ts';

const SIZE = 128;
/** Transports without datagrams, which native code encodes on its own threads: no function here does. */
const names = transports.filter(({ datagrams }) => datagrams === undefined).map(({ id }) => id);

function messageOf(size: number, sequence = 0): string {
  return String(new Messages({ seed: 1, size, encoding: 'text', opcode: ECHO, senders: 1 }).build(0, sequence));
}

test.each(names)('%s has the four steps of an echo, in order', async (name) => {
  const { up, down } = (await echoOf(name))!;
  const steps = [...up.parts, ...down.parts].map(({ step }) => step);
  expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual([
    'client encode',
    'server decode',
    'server encode',
    'client decode',
  ]);
});

test.each(['carrier-pigeon', 'webrtc', 'ws:deflate'])('%s has no steps, and so no echo', async (name) => {
  expect(await echoOf(name)).toBeUndefined();
});

describe.each([...names, JSON_ALONE])('%s', (name) => {
  test.each([16, 128, 16_384])('a message of %i bytes is the same after its way', async (size) => {
    const { up, down } = (await echoOf(name))!;
    for (const sequence of [0, 1, 2]) {
      const message = messageOf(size, sequence);
      expect(up.make(message).toString()).toBe(message);
      expect(down.make(message)).toBe(message);
    }
  });

  test('text that needs escaping, and more bytes than characters, are the same after their way', async () => {
    const { up, down } = (await echoOf(name))!;
    const message = '"quoted"\\\nline two — ünïcödé 🜁 \u2028 end';
    expect(up.make(message).toString()).toBe(message);
    expect(down.make(message)).toBe(message);
  });

  test('what is timed is one pass, each message apart', async () => {
    const messages = [messageOf(SIZE, 0), messageOf(SIZE, 1)];
    const { up, down } = (await echoOf(name))!;
    for (const part of [...up.parts, ...down.parts]) {
      const outputs = part.prepare(messages)();
      expect(outputs).toHaveLength(2);
      expect(JSON.stringify(outputs[0])).not.toBe(JSON.stringify(outputs[1]));
    }
  });
});
