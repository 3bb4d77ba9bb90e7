import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BROADCAST } from '../../codec/header.ts';
import type { Message } from '../../contract.ts';
import { Messages } from '../messages.ts';
import type { Loop } from '../pacer.ts';
import type { PublishOrder } from './protocol.ts';
import { createLog, publish } from './publish.ts';

const ORDER: PublishOrder = {
  order: 'publish',
  size: 64,
  encoding: 'text',
  seed: 7,
  opcode: BROADCAST,
  sender: 5,
  senders: 6,
  startNs: 1e9,
  intervalNs: 20e6,
  count: 100,
  originNs: '0',
};

/** Loop on virtual time whose timers fire `lateNs` after the time. */
function virtualLoop(lateNs: number): Loop & { nowNs: number } {
  const loop = {
    nowNs: 0,
    now: () => loop.nowNs,
    soon(task: () => void) {
      loop.nowNs += 1_000;
      queueMicrotask(task);
    },
    later(milliseconds: number, task: () => void) {
      loop.nowNs += milliseconds * 1e6 + lateNs;
      queueMicrotask(task);
    },
    spinNs: 0,
  };
  return loop;
}

/** Publishes into memory. Returns what was appended, and when. */
async function published(order: PublishOrder, loop: ReturnType<typeof virtualLoop>, costNs = () => 0) {
  const records: { readonly message: Message; readonly atNs: number }[] = [];
  const append = (message: Message): void => {
    records.push({ message, atNs: loop.nowNs });
    loop.nowNs += costNs();
  };
  return { outcome: await publish({ append, close: () => {} }, order, loop), records };
}

describe('the publisher', () => {
  test('appends the messages of its schedule, in their order, which anybody can check', async () => {
    const { outcome, records } = await published(ORDER, virtualLoop(50e3));
    expect(outcome).toEqual({ sent: 100, onTime: 100, lateMaxNs: 50e3 });
    const messages = new Messages(ORDER);
    for (const [offset, { message }] of records.entries()) {
      expect(messages.isSound(message)).toBe(true);
      expect([messages.sender, messages.sequence]).toEqual([5, offset]);
    }
  });

  test('does not drift, however late its timers are', async () => {
    const { records } = await published(ORDER, virtualLoop(400e3));
    for (const [offset, { atNs }] of records.entries()) expect(atNs).toBe(1e9 + offset * 20e6 + 400e3);
  });

  test('makes up for a pause at once, and says how long it was', async () => {
    const loop = virtualLoop(0);
    let appended = 0;
    // The tenth append takes as long as five intervals.
    const { outcome, records } = await published(ORDER, loop, () => (++appended === 10 ? 100e6 : 0));
    expect(outcome.sent).toBe(100);
    expect(outcome.lateMaxNs).toBe(100e6);
    expect(outcome.onTime).toBeLessThan(100);
    expect(records.at(-1)!.atNs).toBe(1e9 + 99 * 20e6);
  });

  test('publishes bytes, and nothing if there is nothing to publish', async () => {
    const binary = await published({ ...ORDER, encoding: 'binary', count: 1 }, virtualLoop(0));
    expect(binary.records[0]!.message).toBeInstanceOf(Uint8Array);
    expect((await published({ ...ORDER, count: 0 }, virtualLoop(0))).outcome).toEqual({
      sent: 0,
      onTime: 0,
      lateMaxNs: 0,
    });
  });
});

describe('the file of a log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wirebench-publish-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has a line for the epoch and one for each message', () => {
    const file = join(folder, 'log');
    const log = createLog(file, 'qhzkwmda');
    expect(readFileSync(file, 'utf8')).toBe('qhzkwmda\n');
    log.append('hello');
    log.append(Uint8Array.of(0, 1, 2));
    expect(readFileSync(file, 'utf8')).toBe('qhzkwmda\nthello\nbAAEC\n');
    log.close();
  });

  test('is never that of another log', () => {
    const file = join(folder, 'another');
    writeFileSync(file, 'something');
    expect(() => createLog(file, 'qhzkwmda')).toThrow(/EEXIST/);
    expect(() => createLog(join(folder, 'new'), 'no epoch')).toThrow(/eight letters/);
  });
});
