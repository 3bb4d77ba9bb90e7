import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';

/** Written bytes in pieces, which a real socket passes to one system call without joining them. */
export type Pieces = readonly Uint8Array[];

/**
 * Socket that keeps what is written to it. It encodes strings as bytes, as a real socket does before its system call. It leaves out
 * the system call, and corking, which only decides when that is made.
 */
export class MemorySocket extends Socket {
  readonly #written = new Written();

  override cork(): void {}

  override uncork(): void {}

  /** Always corked, so that Node.js plans no uncorking for the next tick; a loop without ticks would pile them up. */
  override readonly writableCorked = 1;

  override write(chunk: string | Uint8Array, encoding?: unknown): boolean {
    return this.#written.add(chunk, encoding);
  }

  /** Returns the pieces written since the last call. */
  written(): Pieces {
    return this.#written.take();
  }
}

/** Stream that keeps what is written to it. It has no `cork`, because `mqtt-packet` would cork it and uncork it in the next tick. */
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

/** Joins pieces to the chunk that the other end reads. It is a copy, because `ws` unmasks a chunk in place. */
export function arrived(pieces: Pieces): Buffer {
  return Buffer.concat(pieces);
}

/** Holds the value that a parser passes to its callback before it returns. */
export function callback<Value>(): { put(value: Value): void; take(): Value } {
  let held: { value: Value } | undefined;
  return {
    put: (value) => {
      held = { value };
    },
    take() {
      if (held === undefined) throw new Error('the parser did not call back for a whole message');
      const { value } = held;
      held = undefined;
      return value;
    },
  };
}
