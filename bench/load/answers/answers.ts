import { bufferOf } from '../../codec/bytes.ts';
import type { Encoding, Message } from '../../contract.ts';
import { plainBytes } from '../runtime/bytes.ts';
import type { Answers } from './form.ts';

/** Bytes of a message; those of a text are its UTF-8. */
export const bytesOf = (message: Message): Buffer =>
  typeof message === 'string' ? Buffer.from(message) : bufferOf(message);

/** Writer and reader of UTF-8, which browsers have too. The reader keeps a byte order mark. */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes of a part of answers, which is text or the base64 of bytes. */
const partOf = (text: string, coding: Answers['coding']): Uint8Array =>
  coding === undefined ? encoder.encode(text) : Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

/** Takes messages out of a foreign server's answers. What it does not recognize remains unrecognized: no answer is repaired. */
export class Unwrapper {
  readonly #prefix: Uint8Array;
  readonly #suffix: Uint8Array;
  readonly #prefixText: string;
  readonly #suffixText: string;
  readonly #escaped: boolean;
  readonly #encoding: Encoding;
  readonly #frames: Encoding;
  readonly #unasked: ReadonlySet<string>;
  readonly greetings: number;

  constructor({ prefix, suffix, coding, escaped, frames, unasked = [], greetings = 0 }: Answers, encoding: Encoding) {
    this.#prefixText = prefix;
    this.#suffixText = suffix;
    this.#prefix = partOf(prefix, coding);
    this.#suffix = partOf(suffix, coding);
    this.#escaped = escaped === true;
    this.#encoding = encoding;
    this.#frames = frames ?? encoding;
    this.#unasked = new Set(unasked);
    this.greetings = greetings;
  }

  /** Message within an answer; undefined if the arrival has not the form of an answer. */
  unwrap(arrival: Message): Message | undefined {
    if ((typeof arrival === 'string') !== (this.#frames === 'text')) return undefined;
    const inner =
      typeof arrival === 'string' && this.#encoding === 'text' ? this.#cutText(arrival) : this.#cutBytes(arrival);
    return inner === undefined || !this.#escaped ? inner : this.#unescape(inner);
  }

  /** True if the arrival is one of those that the server was seen to send besides its answers. */
  isUnasked(arrival: Message): boolean {
    return this.#unasked.size > 0 && this.#unasked.has(keyOf(arrival));
  }

  #cutText(text: string): string | undefined {
    const [prefix, suffix] = [this.#prefixText, this.#suffixText];
    if (text.length < prefix.length + suffix.length || !text.startsWith(prefix) || !text.endsWith(suffix))
      return undefined;
    return text.slice(prefix.length, text.length - suffix.length);
  }

  #cutBytes(arrival: Message): Message | undefined {
    const bytes = typeof arrival === 'string' ? encoder.encode(arrival) : arrival;
    const end = bytes.length - this.#suffix.length;
    if (end < this.#prefix.length) return undefined;
    const begins = plainBytes.isEqual(bytes.subarray(0, this.#prefix.length), this.#prefix);
    if (!begins || !plainBytes.isEqual(bytes.subarray(end), this.#suffix)) return undefined;
    const inner = bytes.subarray(this.#prefix.length, end);
    return this.#encoding === 'text' ? decoder.decode(inner) : inner;
  }

  #unescape(inner: Message): Message | undefined {
    try {
      const text: unknown = JSON.parse(`"${textOf(inner)}"`);
      if (typeof text !== 'string') return undefined;
      return typeof inner === 'string' ? text : encoder.encode(text);
    } catch {
      return undefined;
    }
  }
}

/** Text by which arrivals are compared, the same for text and for its bytes. */
export const keyOf = textOf;

function textOf(message: Message): string {
  return typeof message === 'string' ? message : decoder.decode(message);
}
