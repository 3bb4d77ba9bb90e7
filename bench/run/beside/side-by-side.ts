import { Gathering } from './gathering.ts';

/** Step of items that run side by side. */
export type BesideStep<Item, Outcome> =
  /** An item is the next to run, and begins once the consumer goes on; `alone` if no other runs. */
  | { readonly step: 'next'; readonly item: Item; readonly alone: boolean }
  /** An item has ended; `beside` are those that ran at the same time. */
  | { readonly step: 'ended'; readonly item: Item; readonly outcome: Outcome; readonly beside: readonly Item[] };

export interface BesideSettings<Item, Slot, Outcome> {
  /** Places to run in, each for one item at a time. An item that must run alone takes the first. */
  readonly slots: readonly [Slot, ...Slot[]];
  /** True if an item may run beside others of which this is true too. */
  readonly mayRunBeside: (item: Item) => boolean;
  /** Runs an item. */
  readonly work: (item: Item, slot: Slot, company: Company) => Promise<Outcome>;
  readonly signal: AbortSignal;
}

/** Items that run at the same time, as one of them knows them. */
export interface Company {
  /** Aborts when the given signal does, or when the consumer leaves. */
  readonly signal: AbortSignal;
  /** Resolves once every item that runs at the same time has called it too, or has ended. Calls after the first change nothing. */
  readonly gathered: () => Promise<void>;
}

interface Running<Item, Slot, Outcome> {
  readonly item: Item;
  readonly slot: Slot;
  readonly beside: Item[];
  readonly ended: Promise<Ended<Item, Slot, Outcome>>;
}

type Ended<Item, Slot, Outcome> = { readonly one: () => Running<Item, Slot, Outcome> } & (
  | { readonly outcome: Outcome }
  | { readonly error: unknown }
);

/**
 * Runs items of a queue in groups, each of as many as there are slots. They begin in the order of the queue, to which the consumer may
 * add at its end while others run: none overtakes another, so an item that must run alone waits until all before it have ended, and
 * those after it wait for it. A group begins when the one before has ended, so that the start of none falls into what another measures.
 * An aborted signal begins no other item. When work fails, or the consumer leaves, the rest is aborted and waited for.
 */
export async function* sideBySide<Item, Slot, Outcome>(
  queue: readonly Item[],
  { slots, mayRunBeside, work, signal }: BesideSettings<Item, Slot, Outcome>,
): AsyncGenerator<BesideStep<Item, Outcome>, void> {
  const running = new Set<Running<Item, Slot, Outcome>>();
  const leaving = new AbortController();
  const either = AbortSignal.any([signal, leaving.signal]);
  let next = 0;
  /** Slot in which the next item can begin now. */
  const slotOfNext = (): Slot | undefined => {
    if (next >= queue.length || signal.aborted) return undefined;
    if (running.size === 0) return slots[0];
    const all = [queue[next]!, ...[...running].map(({ item }) => item)];
    const taken = new Set([...running].map(({ slot }) => slot));
    return all.every(mayRunBeside) ? slots.find((slot) => !taken.has(slot)) : undefined;
  };
  const begin = (item: Item, slot: Slot, gathering: Gathering): void => {
    const come = gathering.expect();
    const ended = work(item, slot, { signal: either, gathered: come }).finally(() => void come());
    const one: Running<Item, Slot, Outcome> = {
      item,
      slot,
      beside: [...running].map((other) => other.item),
      ended: settled(ended, () => one),
    };
    for (const other of running) other.beside.push(item);
    running.add(one);
  };
  try {
    for (;;) {
      const gathering = new Gathering();
      for (let slot = slotOfNext(); slot !== undefined; slot = slotOfNext()) {
        const item = queue[next++]!;
        yield { step: 'next', item, alone: running.size === 0 };
        if (signal.aborted) break;
        begin(item, slot, gathering);
      }
      gathering.complete();
      if (running.size === 0) return;
      while (running.size > 0) {
        const ended = await Promise.race([...running].map((one) => one.ended));
        const one = ended.one();
        running.delete(one);
        if ('error' in ended) throw ended.error;
        yield { step: 'ended', item: one.item, outcome: ended.outcome, beside: one.beside };
      }
    }
  } finally {
    leaving.abort(new Error('the run is over'));
    await Promise.all([...running].map((one) => one.ended));
  }
}

/** Waits for work without rejecting: its error is for the one who reads it, who may be busy meanwhile. */
async function settled<Item, Slot, Outcome>(
  work: Promise<Outcome>,
  one: () => Running<Item, Slot, Outcome>,
): Promise<Ended<Item, Slot, Outcome>> {
  try {
    return { one, outcome: await work };
  } catch (error) {
    return { one, error };
  }
}
