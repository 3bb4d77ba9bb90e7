import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';

/** Bytes written, in pieces: a real socket hands them to the system together, without joining them. */
export type Pieces = readonly Uint8Array[];

/**
 * A socket that keeps what is written to it. Strings become bytes here, as a real socket makes them before its system call.
 * What is left out is the system call, and corking, which decides when it is made.
 */
export class MemorySocket extends Socket {
  readonly #written = new Written();

  override cork(): void {}

  override uncork(): void {}

  /** Corked for good: Node.js then plans no uncorking for the next tick, which a loop without ticks would only pile up. */
  override readonly writableCorked = 1;

  override write(chunk: string | Uint8Array, encoding?: unknown): boolean {
    return this.#written.add(chunk, encoding);
  }

  /** Takes what was written since the last time. */
  written(): Pieces {
    return this.#written.take();
  }
}

/** A stream that keeps what is written to it, with the fewest methods that Node.js calls a stream: `mqtt-packet` corks any that can be, and uncorks in the next tick. */
export class MemoryStream extends EventEmitter implements NodeJS.WritableStream {
  readonly writable = true;
  readonly #written = new Written();

  write(chunk: string | Uint8Array, encoding?: unknown): boolean {
    return this.#written.add(chunk, encoding);
  }

  end(): this {
    return this;
  }

  written(): Pieces {
    return this.#written.take();
  }
}

class Written {
  #pieces: Uint8Array[] = [];

  add(chunk: string | Uint8Array, encoding: unknown): boolean {
    this.#pieces.push(
      typeof chunk === 'string' ? Buffer.from(chunk, encoding === 'latin1' ? 'latin1' : 'utf8') : chunk,
    );
    return true;
  }

  take(): Pieces {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}

/** Joins pieces to the chunk that the other end reads: a fresh one, because `ws` unmasks a chunk in its place. */
export function arrived(pieces: Pieces): Buffer {
  return Buffer.concat(pieces);
}

/** Holds what a parser calls back with before it returns. */
export function callback<Value>(): { put(value: Value): void; take(): Value } {
  let held: { value: Value } | undefined;
  return {
    put: (value) => {
      held = { value };
    },
    take() {
      if (held === undefined) throw new Error('the parser gave nothing back for a whole message');
      const { value } = held;
      held = undefined;
      return value;
    },
  };
}
