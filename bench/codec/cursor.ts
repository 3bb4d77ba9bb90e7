import { MAX_ID_CHARACTERS, parseLogId } from './replay-log.ts';

/**
 * Cursors of polling sessions. Without a log a cursor is a number: how many messages of its session have been read. With a log it is also
 * a place in that, by which a later session resumes: `qhzkwmda-41.7` is the seventh message, after which nothing up to record 41 is
 * missing. A bare number would mean something else to the next server process, which would skip that many messages without a word.
 */

/** Cursor as a client gets it, keeps it, and brings it with its next poll. */
export type Cursor = number | string;

const COUNT = /^[0-9]{1,15}$/;

/** @param place of the session in the log, if there is a log */
export function formatCursor(count: number, place: string | undefined): Cursor {
  return place === undefined ? count : `${place}.${count}`;
}

/** Splits a cursor that a client brings, which may be anything. A count that is none is 0: then every message is sent again. */
export function parseCursor(text: string): { readonly count: number; readonly place: string } {
  const dot = text.lastIndexOf('.');
  const count = text.slice(dot + 1);
  return { count: COUNT.test(count) ? Number(count) : 0, place: text.slice(0, Math.max(0, dot)) };
}

/** True for what a server of ours may send as a cursor. A client puts nothing else into an address. */
export function isCursor(value: unknown): value is Cursor {
  if (typeof value !== 'string') return Number.isSafeInteger(value);
  if (value.length > MAX_ID_CHARACTERS + 20) return false;
  return parseLogId(parseCursor(value).place) !== undefined && COUNT.test(value.slice(value.lastIndexOf('.') + 1));
}
