/**
 * Pushes values to its subscribers, each of which has an async iterator. Ending an iterator takes effect at once, even while its
 * reader waits (an async generator would delay `return()` until the next value, and leak the subscription until then).
 */
export class Feed<Value> {
  readonly #subscriptions = new Set<Subscription<Value>>();

  push(value: Value): void {
    for (const subscription of this.#subscriptions) subscription.push(value);
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  /** Size of the longest queue of a reader, in the unit of `measure`. */
  waiting(measure: (value: Value) => number): number {
    return Math.max(0, ...Array.from(this.#subscriptions, (subscription) => subscription.waiting(measure)));
  }

  /** Subscribes. `first` are the values that the reader gets before any other. */
  subscribe(...first: readonly Value[]): AsyncIterableIterator<Value> {
    const subscription = new Subscription<Value>(() => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    for (const value of first) subscription.push(value);
    return subscription;
  }
}

class Subscription<Value> implements AsyncIterableIterator<Value> {
  readonly #onEnd: () => void;
  readonly #values: Value[] = [];
  readonly #readers: ((result: IteratorResult<Value>) => void)[] = [];
  #ended = false;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  waiting(measure: (value: Value) => number): number {
    return this.#values.reduce((sum, value) => sum + measure(value), 0);
  }

  push(value: Value): void {
    const reader = this.#readers.shift();
    if (reader === undefined) this.#values.push(value);
    else reader({ value, done: false });
  }

  next(): Promise<IteratorResult<Value>> {
    const value = this.#values.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  return(): Promise<IteratorResult<Value>> {
    this.#ended = true;
    this.#values.length = 0;
    this.#onEnd();
    for (const reader of this.#readers.splice(0)) reader({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
