import type { LogRecord, Message, ReplayLog } from '../contract.ts';
import { bufferOf, joined } from './bytes.ts';

/**
 * Replay log: the messages of the server's side in their order, kept so that a session can catch up. Its file outlives the server.
 *
 *     qhzkwmda          the epoch: eight random letters, which distinguish this log from any other
 *     thello            record 0: t and a text, or
 *     bAAEC             record 1: b and bytes as base64
 *
 * The id of a record is `epoch-offset`, such as `qhzkwmda-1`. Without the epoch, the place of a reader in an earlier log would be
 * taken for one in this log, and the records before it would be skipped without a word.
 */

const EPOCH = /^[A-Za-z]{8}$/;
/** Form of an id. The place before the first record has the offset −1. */
const ID = /^([A-Za-z]{8})-(-1|0|[1-9][0-9]{0,14})$/;
/** Maximum length of an id, in characters: a longer one is refused before it is looked at. */
export const MAX_ID_CHARACTERS = 24;

const LINE_FEED = 10;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Place in a replay log: that of a record, or with offset −1 the one before the first. */
export interface LogPlace {
  readonly epoch: string;
  readonly offset: number;
}

/** Makes an epoch that no earlier log has. */
export function newEpoch(): string {
  const letters = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(letters, (byte) => String.fromCharCode(97 + (byte % 26))).join('');
}

export function formatLogId({ epoch, offset }: LogPlace): string {
  return `${epoch}-${offset}`;
}

/** Reads an id, which anybody may have written. Undefined if it is none. */
export function parseLogId(id: string): LogPlace | undefined {
  if (id.length > MAX_ID_CHARACTERS) return undefined;
  const [, epoch, offset] = ID.exec(id) ?? [];
  return epoch === undefined ? undefined : { epoch, offset: Number(offset) };
}

/** First line of a log's file. */
export function epochLine(epoch: string): string {
  if (!EPOCH.test(epoch)) throw new Error(`an epoch has eight letters, and this one is ${JSON.stringify(epoch)}`);
  return `${epoch}\n`;
}

/** Line of a record. Throws for a text with a line feed, which would be two records. */
export function recordLine(message: Message): string {
  if (typeof message !== 'string') return `b${bufferOf(message).toString('base64')}\n`;
  if (message.includes('\n'))
    throw new Error('a text with a line feed does not fit in a replay log; append it as bytes');
  return `t${message}\n`;
}

/** Receiver of a log's file. */
export interface LogLines {
  epoch(epoch: string): void;
  record(message: Message): void;
}

/**
 * Reads a log's file from chunks that may be cut anywhere. A last line without its end is still being written, and is read when its
 * end comes. Throws at a line that no log has.
 */
export function logReader(lines: LogLines): (chunk: Uint8Array) => void {
  let begun: Uint8Array = new Uint8Array(0);
  let hasEpoch = false;

  function read(line: string): void {
    if (!hasEpoch) {
      if (!EPOCH.test(line)) throw new Error('the file is no replay log: its first line must be eight letters');
      hasEpoch = true;
      return lines.epoch(line);
    }
    const rest = line.slice(1);
    if (line[0] === 't') lines.record(rest);
    else if (line[0] === 'b' && BASE64.test(rest)) lines.record(Buffer.from(rest, 'base64'));
    else throw new Error('the replay log has a line that is no record: it must begin with t or b');
  }

  return (chunk) => {
    const bytes = begun.length === 0 ? chunk : joined([begun, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      const line = bufferOf(bytes.subarray(from, end)).toString();
      from = end + 1;
      read(line);
    }
    // Copied, because the chunk is valid only until this returns; the `slice` of a Buffer would not.
    begun = new Uint8Array(bytes.subarray(from));
  };
}

/**
 * Replay log in memory. It keeps every record: a trial publishes some thousands of messages of some hundred bytes, and a session may
 * come back with a place at the very beginning. A server that runs for months needs a limit, and a way to say that a place is too old.
 */
export class MemoryLog implements ReplayLog {
  readonly epoch: string;
  readonly #records: LogRecord[] = [];

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get last(): string {
    return formatLogId({ epoch: this.epoch, offset: this.#records.length - 1 });
  }

  /** Appends a message and returns its record. The caller must broadcast it before anything else runs. */
  append(message: Message): LogRecord {
    const id = formatLogId({ epoch: this.epoch, offset: this.#records.length });
    const record = { id, message };
    this.#records.push(record);
    return record;
  }

  since(id: string): readonly LogRecord[] {
    const place = parseLogId(id);
    return this.#records.slice(place?.epoch === this.epoch ? place.offset + 1 : 0);
  }
}
