import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Texts that have broken clients, or that look like a part of some protocol. */
const TEXTS = [
  '',
  ' ',
  '99999999999',
  '-1',
  'NaN',
  'null',
  '{}',
  '[]',
  '"',
  '\\',
  '\r\n\r\n',
  '\u0000',
  '\u202e\u2066',
  '\u001b[2J',
  '\ud800',
  '\ufeff',
  '__proto__',
  'SSH-2.0-OpenSSH_9.6\r\n',
  '<!doctype html><title>502 Bad Gateway</title>',
  '{"type":"connection_ack"}',
  'data: x',
];
const KEYS = [
  'm',
  'b',
  'data',
  'errors',
  'message',
  'type',
  'id',
  'sid',
  'toString',
  '__proto__',
  'length',
  '_placeholder',
];
const MAX_DEPTH = 3;

/** Source of all that a fuzzed server decides, by its seed. */
export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** Whole number from 0 to `limit` − 1. */
  below(limit: number): number {
    return uniformInt(this.#generator, 0, limit - 1);
  }

  /** True once in `times`, on average. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  bytes(max = 40): Buffer {
    return Buffer.from(Array.from({ length: this.below(max + 1) }, () => this.below(256)));
  }

  /** Any text, without lone surrogates half of the time. */
  text(): string {
    if (this.oneIn(2)) return this.pick(TEXTS);
    if (this.oneIn(20)) return 'x'.repeat(this.below(200_000));
    return this.bytes().toString(this.oneIn(2) ? 'latin1' : 'utf8');
  }

  /** Content of a message: any text, or any bytes. */
  payload(): string | Buffer {
    return this.oneIn(2) ? this.text() : this.bytes();
  }

  /** Any value that JSON has. */
  json(depth = 0): unknown {
    const kinds = depth < MAX_DEPTH ? 7 : 5;
    switch (this.below(kinds)) {
      case 0:
        return null;
      case 1:
        return this.oneIn(2);
      case 2:
        return this.pick([0, -1, 1e308, 99_999_999_999, 0.5]);
      case 3:
      case 4:
        return this.text();
      case 5:
        return Array.from({ length: this.below(4) }, () => this.json(depth + 1));
      default:
        return Object.fromEntries(Array.from({ length: this.below(4) }, () => [this.pick(KEYS), this.json(depth + 1)]));
    }
  }

  /** JSON of any value, or, sometimes, not quite. */
  jsonText(): string {
    const text = JSON.stringify(this.json());
    return this.oneIn(4) ? text.slice(0, this.below(text.length + 1)) + this.pick(['', ',', '}', '\u0000']) : text;
  }
}
