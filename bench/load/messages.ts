import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import {
  ALPHABET,
  HEADER_BYTES,
  lastDigits,
  MIN_SIZE,
  rawOpcode,
  runIdOf,
  senderOf,
  senderPrefix,
  sequenceDigits,
  sequenceOf,
} from '../codec/header.ts';
import type { Encoding, Message, Payload } from '../contract.ts';
import { type Bytes, plainBytes } from './runtime/bytes.ts';

/** Number of offsets at which a message's filler may begin. A prime, so that the strides below reach every offset. */
const PLACES = 1_000_003;
const SENDER_STRIDE = 65_537;
const SEQUENCE_STRIDE = 15_485_863;

export interface MessageSettings {
  readonly seed: number;
  readonly size: number;
  readonly encoding: Encoding;
  readonly payload?: Payload;
  readonly opcode: number;
  readonly senders: number;
  /** Id of the run, which the filler begins with. Absent at servers of our own. */
  readonly run?: string;
}

/**
 * Builds and checks the messages of a trial. A message is a header and a piece of one long seeded text. Sender and sequence number
 * determine the piece, so a damaged header is detected as surely as a damaged filler, and nothing is stored.
 */
export class Messages {
  readonly size: number;
  /** Sender of the last message that `isSound` accepted. */
  sender = -1;
  /** Sequence number of the last message that `isSound` accepted. */
  sequence = -1;
  readonly #text: string;
  readonly #bytes: Uint8Array | undefined;
  readonly #of: Bytes;
  readonly #opcode: number;
  readonly #prefixes: string[] = [];
  readonly #run: string;
  readonly #lastDigits: readonly string[];
  /** Length of what precedes the piece of text: header and run id. */
  readonly #textAt: number;
  /** True if a piece of text tells whose it is. */
  readonly #isSeeded: boolean;

  constructor(settings: MessageSettings, bytes: Bytes = plainBytes) {
    this.#of = bytes;
    this.size = settings.size;
    this.#opcode = settings.opcode;
    this.#run = settings.run ?? '';
    this.#lastDigits = lastDigits(this.#run);
    this.#textAt = HEADER_BYTES + this.#run.length;
    this.#isSeeded = settings.payload !== 'zeros' && settings.size > MIN_SIZE;
    this.#text = TEXTS[settings.payload ?? 'filler'](settings.seed, PLACES + settings.size);
    this.#bytes = settings.encoding === 'binary' ? latin1(this.#text, new Uint8Array(this.#text.length)) : undefined;
    for (let sender = 0; sender < settings.senders; sender++) this.#prefixes.push(senderPrefix(this.#opcode, sender));
  }

  build(sender: number, sequence: number): Message {
    const at = placeOf(sender, sequence);
    const end = at + this.size - this.#textAt;
    const head = this.#prefixes[sender] + sequenceDigits(sequence, this.#lastDigits);
    if (this.#bytes === undefined) return head + this.#text.slice(at, end);
    const message = latin1(head, this.#of.allocate(this.size));
    message.set(this.#bytes.subarray(at, end), this.#textAt);
    return message;
  }

  /**
   * True if the message is intact: length, header, run id and every byte of filler. Then sets `sender` and `sequence`; they are
   * fields, because returning an object for every message would cost an allocation.
   */
  isSound(message: Message): boolean {
    // A client passes on whatever kind arrives, and one from outside this repository anything at all.
    if (typeof message === 'string' ? this.#bytes !== undefined : !(message instanceof Uint8Array)) return false;
    if (message.length !== this.size || rawOpcode(message) !== this.#opcode) return false;
    const sender = senderOf(message);
    const sequence = sequenceOf(message);
    if (sender < 0 || sequence < 0) return false;
    this.sender = sender;
    this.sequence = sequence;
    return this.#hasOwnId(message) && this.#hasTextOf(message, sender, sequence);
  }

  /** True if the message is intact, as far as can be told, and another run has sent it. A damaged id of ours makes none. */
  isOfAnotherRun(message: Message): boolean {
    if (this.#run === '' || this.#hasOwnId(message) || runIdOf(message) === undefined) return false;
    const isOurs = this.#isSeeded && message.length === this.size;
    return !isOurs || !this.#hasTextOf(message, senderOf(message), sequenceOf(message));
  }

  #hasOwnId(message: Message): boolean {
    const run = this.#run;
    for (let index = 0; index < run.length; index++) {
      const code =
        typeof message === 'string' ? message.charCodeAt(HEADER_BYTES + index) : message[HEADER_BYTES + index];
      if (code !== run.charCodeAt(index)) return false;
    }
    return true;
  }

  #hasTextOf(message: Message, sender: number, sequence: number): boolean {
    const at = placeOf(sender, sequence);
    const end = at + this.size - this.#textAt;
    if (typeof message === 'string') return message.slice(this.#textAt) === this.#text.slice(at, end);
    return this.#bytes !== undefined && this.#of.isEqual(this.#bytes.subarray(at, end), message.subarray(this.#textAt));
  }
}

/** Writes the characters of a text, all below 256, to the beginning of `bytes`, and returns these. */
function latin1(text: string, bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function placeOf(sender: number, sequence: number): number {
  return (sender * SENDER_STRIDE + sequence * SEQUENCE_STRIDE) % PLACES;
}

/** Text that depends on the seed alone. */
function filler(seed: number, length: number): string {
  const random = xoroshiro128plus(seed);
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; ) {
    // The low bits of this generator are its weakest; five characters use the upper thirty.
    let bits = random.next() >>> 2;
    for (let taken = 0; taken < 5 && index < length; taken++, index++) {
      bytes[index] = ALPHABET.charCodeAt(bits & 63);
      bits >>>= 6;
    }
  }
  return new TextDecoder('latin1').decode(bytes);
}

const TEXTS: Readonly<Record<Payload, (seed: number, length: number) => string>> = {
  filler,
  json: records,
  zeros: (_seed, length) => '0'.repeat(length),
};

/**
 * JSON records as applications send them: the keys repeat, words are few, numbers and identifiers differ. Deflate needs 1.9 bits a
 * byte for a whole session of 128-byte messages, and 7.1 bits for each message compressed alone.
 */
function records(seed: number, length: number): string {
  const random = xoroshiro128plus(seed);
  const below = (limit: number): number => (random.next() >>> 0) % limit;
  const one = (words: readonly string[]): string => words[below(words.length)]!;
  const parts: string[] = [];
  for (let at = 0, id = 1; at < length; id++) {
    const record = JSON.stringify({
      id,
      type: one(TYPES),
      user: `${one(NAMES)}.${below(1_000)}`,
      room: `room-${below(50)}`,
      at: new Date(1_700_000_000_000 + id * 977 + below(900)).toISOString(),
      price: below(100_000) / 100,
      volume: below(10_000),
      text: Array.from({ length: 4 + below(8) }, () => one(WORDS)).join(' '),
      read: below(2) === 1,
    });
    parts.push(record);
    at += record.length;
  }
  return parts.join('').slice(0, length);
}

const TYPES = ['message', 'presence', 'typing', 'reaction', 'trade', 'quote'];
const NAMES = ['ada', 'bob', 'chen', 'dara', 'elif', 'femi', 'gita', 'hugo', 'ines', 'joon'];
const WORDS = (
  'the a to of and in is it you that he was for on are with as they be at one have this from or had by hot but some what ' +
  'there we can out other were all your when up use word how said each she which do their time if will way about many then'
).split(' ');
