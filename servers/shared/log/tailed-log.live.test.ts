import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { epochLine, recordLine } from '../../../bench/codec/replay-log.ts';
import type { LogRecord } from '../../../bench/contract.ts';
import { within } from '../../../bench/testing/kit.ts';
import { openLog, type TailedLog } from './tailed-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileWith(...messages: readonly string[]): string {
  const file = join(folder, `log ${files++}`);
  writeFileSync(file, epochLine('qhzkwmda') + messages.map(recordLine).join(''));
  return file;
}

/** Follows a log. The result waits until so many records have been passed on, and returns them. */
function following(log: TailedLog): (count: number) => Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void } | undefined;
  log.follow((record) => {
    // The log holds a record at the moment at which it is passed on.
    expect(log.last).toBe(record.id);
    records.push(record);
    if (waiting !== undefined && records.length >= waiting.count) waiting.resolve();
  });
  return async (count) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting = { count, resolve };
    if (records.length < count) await within(promise, `record ${count} to be read`);
    return records;
  };
}

test('what is there at the start can be looked up, and is not passed on', async () => {
  const file = fileWith('a', 'b');
  const log = openLog(file);
  expect(log.last).toBe('qhzkwmda-1');
  expect(log.since('qhzkwmda-0')).toEqual([{ id: 'qhzkwmda-1', message: 'b' }]);
  const has = following(log);
  appendFileSync(file, recordLine('c'));
  expect(await has(1)).toEqual([{ id: 'qhzkwmda-2', message: 'c' }]);
  expect(log.since('qhzkwmda-1')).toEqual([{ id: 'qhzkwmda-2', message: 'c' }]);
  log.close();
});

test('what is written between opening and following is passed on', async () => {
  const file = fileWith('a');
  const log = openLog(file);
  appendFileSync(file, recordLine('b') + recordLine('c'));
  expect(log.last).toBe('qhzkwmda-0');
  expect((await following(log)(2)).map(({ message }) => message)).toEqual(['b', 'c']);
  log.close();
});

test('a torn last line is passed on once it is whole', async () => {
  const file = fileWith('a');
  const log = openLog(file);
  const has = following(log);
  appendFileSync(file, 'tb');
  appendFileSync(file, 'b\ntc');
  expect((await has(1)).map(({ message }) => message)).toEqual(['bb']);
  expect(log.last).toBe('qhzkwmda-1');
  appendFileSync(file, 'c\n');
  expect((await has(2)).map(({ message }) => message)).toEqual(['bb', 'cc']);
  log.close();
});

test('thousands of records, larger than a read, come in their order', async () => {
  const file = fileWith();
  const log = openLog(file);
  const has = following(log);
  const messages = Array.from({ length: 3_000 }, (_, at) => `${at} `.padEnd(200, 'x'));
  for (const message of messages) appendFileSync(file, recordLine(message));
  expect((await has(messages.length)).map(({ message }) => message)).toEqual(messages);
  expect(log.since('')).toHaveLength(messages.length);
  log.close();
});

test('a log that is closed keeps what it has, and can be closed twice', () => {
  const file = fileWith('a');
  const log = openLog(file);
  log.follow(() => expect.unreachable());
  log.close();
  appendFileSync(file, recordLine('b'));
  log.close();
  expect(log.last).toBe('qhzkwmda-0');
});

test.each([
  ['', /empty/],
  ['qhzk', /empty/],
  ['no log\n', /first line/],
])('a file that is no log is refused: %j', (content, reason) => {
  const file = join(folder, `log ${files++}`);
  writeFileSync(file, content);
  expect(() => openLog(file)).toThrow(reason);
});

test('a file that is missing is refused', () => {
  expect(() => openLog(join(folder, 'nothing'))).toThrow(/ENOENT/);
});
