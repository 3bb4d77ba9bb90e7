import type { Message } from '../contract.ts';

/**
 * Length of a measured message's header: opcode, sender and sequence number in 12 ASCII characters.
 *
 *     E AAAq 000001f    opcode, sender (4 digits of `ALPHABET`), sequence number (7 hex digits)
 *
 * Due times follow from the plan, so no timestamp is sent. A message without this header is a plain one, which a server echoes, so
 * that a person can talk to it by hand.
 */
export const HEADER_BYTES = 12;
/** Length of a run's id: the first characters of the filler at a server that is not ours. */
export const RUN_ID_BYTES = 4;
export const MIN_SIZE = HEADER_BYTES + RUN_ID_BYTES;
export const MAX_SENDERS = 64 ** 4;
export const MAX_SEQUENCE = 0x1000_0000;

export const ECHO = 0x45; // 'E'
export const BROADCAST = 0x42; // 'B'

/** Sixty-four characters that neither JSON nor a URL escapes: digits of a sender's number, and the characters of the filler. */
export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const SENDER_AT = 1;
const SEQUENCE_AT = 5;

/** Opcode of a measured message, or `ECHO` for a plain one. */
export function opcodeOf(message: Message): number {
  if (message.length < HEADER_BYTES) return ECHO;
  if (codeAt(message, 0) !== BROADCAST) return ECHO;
  return senderOf(message) < 0 || sequenceOf(message) < 0 ? ECHO : BROADCAST;
}

/** First code of a message, which callers compare with the expected opcode; −1 if it is too short for a header. */
export function rawOpcode(message: Message): number {
  return message.length < HEADER_BYTES ? -1 : codeAt(message, 0);
}

/** Sender in a message's header; −1 if its digits are malformed. */
export function senderOf(message: Message): number {
  return numberAt(message, SENDER_AT, SEQUENCE_AT, SENDER_DIGITS, 64);
}

/** Sequence number in a message's header; −1 if its digits are malformed. */
export function sequenceOf(message: Message): number {
  return numberAt(message, SEQUENCE_AT, HEADER_BYTES, HEX_DIGITS, 16);
}

/** Id of the run that sent a message to a server that is not ours; undefined unless it has a measured header and an id. */
export function runIdOf(message: Message): string | undefined {
  const opcode = rawOpcode(message);
  if (message.length < MIN_SIZE || (opcode !== ECHO && opcode !== BROADCAST)) return undefined;
  if (senderOf(message) < 0 || sequenceOf(message) < 0) return undefined;
  if (numberAt(message, HEADER_BYTES, MIN_SIZE, SENDER_DIGITS, 64) < 0) return undefined;
  return Array.from({ length: RUN_ID_BYTES }, (_, index) =>
    String.fromCharCode(codeAt(message, HEADER_BYTES + index)),
  ).join('');
}

const TWO_DIGITS = Array.from({ length: 64 ** 2 }, (_, value) => `${ALPHABET[value >>> 6]}${ALPHABET[value & 63]}`);
const HEX4 = Array.from({ length: 0x1_0000 }, (_, value) => value.toString(16).padStart(4, '0'));
const HEX3 = Array.from({ length: 0x1000 }, (_, value) => value.toString(16).padStart(3, '0'));

/** First five characters of a sender's headers, which are equal in all of its messages. */
export function senderPrefix(opcode: number, sender: number): string {
  return `${String.fromCharCode(opcode)}${TWO_DIGITS[sender >>> 12]}${TWO_DIGITS[sender & 0xfff]}`;
}

/** Last four digits of sequence numbers, followed by a text that all messages have after their header. */
export const lastDigits = (after: string): readonly string[] => (after === '' ? HEX4 : HEX4.map((hex) => hex + after));

/** Seven digits of a sequence number, from tables, so that no message costs formatting. @param last of `lastDigits` */
export function sequenceDigits(sequence: number, last: readonly string[] = HEX4): string {
  return `${HEX3[sequence >>> 16]}${last[sequence & 0xffff]}`;
}

/** Value of each ASCII character as a digit; −1 if it is none. */
function digitsOf(alphabet: string): Int8Array {
  const digits = new Int8Array(128).fill(-1);
  for (let value = 0; value < alphabet.length; value++) digits[alphabet.charCodeAt(value)] = value;
  return digits;
}
const SENDER_DIGITS = digitsOf(ALPHABET);
const HEX_DIGITS = digitsOf('0123456789abcdef');

function codeAt(message: Message, index: number): number {
  return typeof message === 'string' ? message.charCodeAt(index) : (message[index] ?? -1);
}

function numberAt(message: Message, from: number, to: number, digits: Int8Array, base: number): number {
  let value = 0;
  for (let index = from; index < to; index++) {
    const code = codeAt(message, index);
    const digit = code >= 0 && code < 128 ? digits[code]! : -1;
    if (digit < 0) return -1;
    value = value * base + digit;
  }
  return value;
}
