import { describe, expect, test } from 'vitest';
import type { Message } from '../contract.ts';
import { epochLine, formatLogId, logReader, MemoryLog, newEpoch, parseLogId, recordLine } from './replay-log.ts';

describe('an id', () => {
  test.each([-1, 0, 1, 10, 123_456_789_012_345])('is read as it was written: offset %i', (offset) => {
    const place = { epoch: 'qhzkwmda', offset };
    expect(parseLogId(formatLogId(place))).toEqual(place);
  });

  test.each([
    '',
    'qhzkwmda',
    'qhzkwmda-',
    'qhzkwmda--2',
    'qhzkwmda--0',
    'qhzkwmda-00',
    'qhzkwmda-01',
    'qhzkwmda-1e3',
    'qhzkwmda-1.5',
    'qhzkwmda-+1',
    'qhzkwmda- 1',
    'qhzkwmda-1\n',
    'qhzkwmda-1234567890123456',
    'qhzkwmd-1',
    'qhzkwmdaa-1',
    'qhzkwmd4-1',
    '-1',
    '__proto__',
    'constructor',
    'qhzkwmda-١',
    `qhzkwmda-${'1'.repeat(100_000)}`,
  ])('is nothing else: %j', (id) => expect(parseLogId(id)).toBeUndefined());

  test('has an epoch that no other log has', () => {
    const epochs = new Set(Array.from({ length: 1_000 }, newEpoch));
    expect(epochs.size).toBe(1_000);
    for (const epoch of epochs) expect(epochLine(epoch)).toBe(`${epoch}\n`);
  });
});

describe('the file', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
  const messages: readonly Message[] = ['hello', 't', 'b', 'Grüße, 日本語 🧪', '\r', ' ', bytes, Uint8Array.of(10)];
  const file = Buffer.from(epochLine('qhzkwmda') + messages.map(recordLine).join(''));

  /** Everything that is read of chunks, in one list. */
  function readOf(chunks: readonly Uint8Array[]): unknown[] {
    const read: unknown[] = [];
    const take = logReader({ epoch: (epoch) => read.push({ epoch }), record: (message) => read.push(message) });
    for (const chunk of chunks) take(chunk);
    return read;
  }
  const all = [{ epoch: 'qhzkwmda' }, ...messages.map((one) => (typeof one === 'string' ? one : Buffer.from(one)))];

  test.each([1, 2, 3, 7, 1_000])('is read however it is cut: every %i bytes', (size) => {
    const pieces = Array.from({ length: Math.ceil(file.length / size) }, (_, at) =>
      file.subarray(at * size, (at + 1) * size),
    );
    expect(readOf(pieces)).toEqual(all);
  });

  test('may be cut while it is written: a torn last line is no record yet', () => {
    for (let length = 0; length < file.length; length++) {
      const whole = file.subarray(0, length).filter((byte) => byte === 10).length;
      expect(readOf([file.subarray(0, length)])).toEqual(all.slice(0, whole));
      expect(readOf([file.subarray(0, length), file.subarray(length)])).toEqual(all);
    }
  });

  test('is read from chunks that are used again', () => {
    const read: unknown[] = [];
    const take = logReader({ epoch: (epoch) => read.push({ epoch }), record: (message) => read.push(message) });
    const chunk = Buffer.alloc(5);
    for (let at = 0; at < file.length; at += chunk.length) {
      const length = file.copy(chunk, 0, at);
      take(chunk.subarray(0, length));
      chunk.fill(0);
    }
    expect(read).toEqual(all);
  });

  test.each(['\n', 'short\n', 'qhzkwmda1\n', 'thello\n', '__proto__\n'])(
    'begins with an epoch, and not with %j',
    (text) => {
      expect(() => readOf([Buffer.from(text)])).toThrow(/first line/);
    },
  );

  test.each(['\n', 'x\n', 'b?\n', 'bAAE\n', '{"t":1}\n'])('has records, and not %j', (text) => {
    expect(() => readOf([Buffer.from(epochLine('qhzkwmda') + text)])).toThrow(/no record/);
  });

  test('takes no text with a line feed, and no epoch of another form', () => {
    expect(() => recordLine('two\nlines')).toThrow(/line feed/);
    for (const epoch of ['', 'short', 'qhzkwmda\n', '12345678'])
      expect(() => epochLine(epoch)).toThrow(/eight letters/);
  });
});

describe('a log', () => {
  const logOf = (count: number): MemoryLog => {
    const log = new MemoryLog('qhzkwmda');
    for (let at = 0; at < count; at++) log.append(`record ${at}`);
    return log;
  };
  const offsets = (log: MemoryLog, id: string): number[] =>
    log.since(id).map((record) => parseLogId(record.id)!.offset);

  test('gives what comes after a place, and knows its last one', () => {
    const log = logOf(3);
    expect(log.last).toBe('qhzkwmda-2');
    expect(log.since('qhzkwmda-1')).toEqual([{ id: 'qhzkwmda-2', message: 'record 2' }]);
    expect(offsets(log, 'qhzkwmda--1')).toEqual([0, 1, 2]);
    expect(offsets(log, log.last)).toEqual([]);
  });

  test('without records has a place before the first', () => {
    const log = logOf(0);
    expect(log.last).toBe('qhzkwmda--1');
    const { last } = log;
    log.append('first');
    expect(offsets(log, last)).toEqual([0]);
  });

  test('gives everything to who comes from another log, or with nonsense', () => {
    for (const id of ['qhzkwmdb-1', 'QHZKWMDA-1', '', '__proto__', 'qhzkwmda-1 ', 'x'.repeat(1_000_000)])
      expect(offsets(logOf(3), id)).toEqual([0, 1, 2]);
  });

  test('gives nothing to who is ahead of it', () => {
    expect(offsets(logOf(3), 'qhzkwmda-3')).toEqual([]);
    expect(offsets(logOf(3), 'qhzkwmda-999999999999999')).toEqual([]);
  });

  test('gives lists that later records do not change', () => {
    const log = logOf(1);
    const before = log.since('');
    log.append('more');
    expect(before).toHaveLength(1);
  });
});
