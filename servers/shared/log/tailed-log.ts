import { closeSync, type FSWatcher, openSync, readSync, watch } from 'node:fs';
import { logReader, MemoryLog } from '../../../bench/codec/replay-log.ts';
import type { LogRecord, ReplayLog } from '../../../bench/contract.ts';

/** Bytes that one read takes from the file. */
const CHUNK_BYTES = 65_536;

/** Replay log whose file another process appends to. Its records are kept in memory, for the reason that `MemoryLog` gives. */
export interface TailedLog extends ReplayLog {
  /**
   * Passes on every record that is written from now on, or was since the file was opened. `last` moves with it: a record is in the
   * log exactly if it has been passed on, or was there at the start.
   */
  follow(pass: (record: LogRecord) => void): void;
  /** Stops following. The log keeps what it has. */
  close(): void;
}

/**
 * Opens a log's file and reads what is there. The reads are synchronous: a record of some hundred bytes that was just written is in
 * memory, and a turn of the thread pool would cost more than the read.
 */
export function openLog(file: string): TailedLog {
  const fd = openSync(file, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const found: { log?: MemoryLog } = {};
  let pass: (record: LogRecord) => void = () => {};
  let watcher: FSWatcher | undefined;
  let closed = false;

  const read = logReader({
    epoch(epoch) {
      found.log = new MemoryLog(epoch);
    },
    record(message) {
      // The reader has passed on an epoch before any record.
      const record = found.log?.append(message);
      if (record !== undefined) pass(record);
    },
  });

  function catchUp(): void {
    for (;;) {
      const length = closed ? 0 : readSync(fd, chunk, 0, CHUNK_BYTES, null);
      if (length === 0) return;
      read(chunk.subarray(0, length));
    }
  }

  function close(): void {
    if (closed) return;
    closed = true;
    watcher?.close();
    closeSync(fd);
  }

  function readFirst(): MemoryLog {
    catchUp();
    if (found.log === undefined) throw new Error('the replay log is empty: its writer must begin it with the epoch');
    return found.log;
  }

  let log: MemoryLog;
  try {
    log = readFirst();
  } catch (cause) {
    close();
    throw cause;
  }
  return {
    get last() {
      return log.last;
    },
    since: (id) => log.since(id),
    follow(next) {
      pass = next;
      watcher = watch(file, catchUp);
      // Read after the watch began, so that no record falls between the two.
      catchUp();
    },
    close,
  };
}
