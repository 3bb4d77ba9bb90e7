import type { Message } from '../contract.ts';

/**
 * Length of a measured message's header: opcode, sender and sequence number in 12 ASCII characters.
 *
 *     E 002a 000001f    opcode, sender (4 hex digits), sequence number (7 hex digits)
 *
 * Due times follow from the plan, so no timestamp is sent. A message without this header is a plain one, which a server echoes, so
 * that a person can talk to it by hand.
 */
export const HEADER_BYTES = 12;
export const MIN_SIZE = 16;
export const MAX_SENDERS = 0x1_0000;
export const MAX_SEQUENCE = 0x1000_0000;

export const ECHO = 0x45; // 'E'
export const BROADCAST = 0x42; // 'B'

const SENDER_AT = 1;
const SEQUENCE_AT = 5;

/** Opcode of a measured message, or `ECHO` for a plain one. */
export function opcodeOf(message: Message): number {
  if (message.length < HEADER_BYTES) return ECHO;
  if (codeAt(message, 0) !== BROADCAST) return ECHO;
  return hexAt(message, SENDER_AT, HEADER_BYTES - SENDER_AT) < 0 ? ECHO : BROADCAST;
}

/** First code of a message, which callers compare with the expected opcode; −1 if it is too short for a header. */
export function rawOpcode(message: Message): number {
  return message.length < HEADER_BYTES ? -1 : codeAt(message, 0);
}

/** Sender in a message's header; −1 if its digits are malformed. */
export function senderOf(message: Message): number {
  return hexAt(message, SENDER_AT, SEQUENCE_AT - SENDER_AT);
}

/** Sequence number in a message's header; −1 if its digits are malformed. */
export function sequenceOf(message: Message): number {
  return hexAt(message, SEQUENCE_AT, HEADER_BYTES - SEQUENCE_AT);
}

const HEX4 = Array.from({ length: 0x1_0000 }, (_, value) => value.toString(16).padStart(4, '0'));
const HEX3 = Array.from({ length: 0x1000 }, (_, value) => value.toString(16).padStart(3, '0'));

/** First five characters of a sender's headers, which are equal in all of its messages. */
export function senderPrefix(opcode: number, sender: number): string {
  return String.fromCharCode(opcode) + HEX4[sender];
}

/** Seven digits of a sequence number, from tables, so that no message costs formatting. */
export function sequenceDigits(sequence: number): string {
  return `${HEX3[sequence >>> 16]}${HEX4[sequence & 0xffff]}`;
}

function codeAt(message: Message, index: number): number {
  return typeof message === 'string' ? message.charCodeAt(index) : (message[index] ?? -1);
}

function hexAt(message: Message, from: number, length: number): number {
  let value = 0;
  for (let index = from; index < from + length; index++) {
    const code = codeAt(message, index);
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
