import { platform } from '../../../clients/platform/node.ts';
import type { Message, Receiver, Session, Unreadable } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { PATIENCE_MS } from '../../testing/patience.ts';
import { capabilitiesOf, foreignOf, loadClient, optionsOf, type TransportChoice } from '../../transports/index.ts';
import type { Arrival, Foreign } from './tools/foreign.ts';
import { Random } from './tools/random.ts';

/** Max number of arrivals of one session. */
const MAX_ARRIVALS = 60;
/** One opening in this many begins with anything. */
const ANY_OPENING = 4;
/** Max bytes of memory outside of the heap, where lengths that a server declares would be allocated. */
const MAX_EXTERNAL_BYTES = 512 * 2 ** 20;
const MEMORY_EVERY = 100;

/** Counts of what a client told its receivers. */
export interface Tally {
  readonly exchanges: number;
  readonly messages: number;
  readonly unreadable: number;
  /** Sessions that ended by themselves, and those that did not open. */
  readonly lost: number;
  readonly refused: number;
}

/** Receiver that counts everything it is told about one session. */
class Counter implements Receiver {
  messages = 0;
  unreadables = 0;
  readonly reasons: string[] = [];
  readonly wrong: string[] = [];
  changed: () => void = () => {};

  message(message: Message): void {
    if (typeof message !== 'string' && !(message instanceof Uint8Array))
      this.wrong.push(`a message is ${typeof message}`);
    this.messages++;
    this.changed();
  }

  unreadable({ kind, length, head }: Unreadable): void {
    if (!/^an? |^a poll's /.test(kind) || !Number.isSafeInteger(length) || typeof head !== 'string')
      this.wrong.push(`an example is ${JSON.stringify({ kind, length, head })}`);
    this.unreadables++;
    this.changed();
  }

  lost(reason: Error): void {
    this.reasons.push(errorText(reason));
    if (this.reasons.length > 1) this.wrong.push(`the session was lost twice: ${this.reasons.join('; ')}`);
    this.changed();
  }

  /** Resolves once `count` things were counted, or the session is lost. */
  async counts(count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.changed = () => {
        if (this.messages + this.unreadables >= count || this.reasons.length > 0) resolve();
      };
      this.changed();
    });
  }
}

/**
 * Exposes a client to a fuzzed server for a number of exchanges; an exchange is one opening or one arrival. Throws, with the seed, at the
 * first arrival that is not counted as anything, the first error that reaches the process, and the first opening or close that hangs.
 */
export async function fuzz(choice: TransportChoice, seed: number, exchanges: number): Promise<Tally> {
  const listen = await foreignOf(choice)?.();
  if (listen === undefined) throw new Error('no fuzzer plays a server of it');
  const random = new Random(seed);
  const client = await loadClient(choice.entry);
  await using foreign = await listen(random);
  const tally = { exchanges, messages: 0, unreadable: 0, lost: 0, refused: 0 };
  let doing = '';
  const escaped = Promise.withResolvers<never>();
  escaped.promise.catch(() => {});
  const onEscaped = (error: unknown): void =>
    escaped.reject(new Error(`an error reached the process: ${error instanceof Error ? error.stack : String(error)}`));
  process.on('uncaughtException', onEscaped);
  try {
    for (let exchange = 0; exchange < exchanges; ) exchange = await session(exchange);
  } catch (error) {
    throw new Error(`seed ${seed}, ${doing}: ${errorText(error)}`, { cause: error });
  } finally {
    process.off('uncaughtException', onEscaped);
  }
  return tally;

  /** Opens one session and lets arrivals come. Returns the number of the next exchange. */
  async function session(first: number): Promise<number> {
    let exchange = first;
    foreign.opening = random.oneIn(ANY_OPENING) ? 'any' : 'sound';
    doing = `exchange ${exchange}, opening with ${foreign.opening === 'any' ? 'anything' : 'what the protocol says'}`;
    const counter = new Counter();
    const encoding = capabilitiesOf(choice).binary && random.oneIn(2) ? 'binary' : 'text';
    const abort = new AbortController();
    const options = { ...optionsOf(choice), ...foreign.options };
    const settings = { platform, options, encoding, signal: abort.signal, foreign: true } as const;
    const opened = await soon(opening(client.connect(foreign.url, counter, settings), foreign));
    exchange++;
    if ('refused' in opened) tally.refused++;
    else {
      let expected = 0;
      while (exchange < exchanges && exchange - first < MAX_ARRIVALS && counter.reasons.length === 0) {
        if (random.oneIn(3))
          void sendTo(opened, random.oneIn(2) && encoding === 'binary' ? random.bytes() : 'a message');
        const before = counter.messages + counter.unreadables;
        expected = Math.max(expected, before);
        const arrival: Arrival = foreign.arrive();
        doing = `exchange ${exchange}: ${arrival.what}`;
        expected += arrival.counts;
        await soon(counter.counts(expected));
        exchange++;
        if (exchange % MEMORY_EVERY === 0 && process.memoryUsage().external > MAX_EXTERNAL_BYTES)
          throw new Error('the client keeps too much memory');
      }
      doing += ', then closing';
      const closing = opened.close();
      foreign.cut();
      await soon(closing);
    }
    if (counter.wrong.length > 0) throw new Error(counter.wrong.join('; '));
    tally.messages += counter.messages;
    tally.unreadable += counter.unreadables;
    tally.lost += counter.reasons.length;
    return exchange;
  }

  /** Waits for something that must come, unless an error reaches the process. */
  async function soon<Value>(promise: Promise<Value>): Promise<Value> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`nothing was counted within ${PATIENCE_MS / 1e3} s`)),
      PATIENCE_MS,
    );
    try {
      return await Promise.race([promise, late.promise, escaped.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Outcome of `connect`. A session that is refused leaves the server nothing to cut. */
async function opening(
  connecting: Promise<Session>,
  foreign: Foreign,
): Promise<Session | { readonly refused: string }> {
  try {
    return await connecting;
  } catch (error) {
    foreign.cut();
    return { refused: errorText(error) };
  }
}

/** Sends a message, whatever becomes of it. */
async function sendTo(session: Session, message: Message): Promise<void> {
  try {
    await session.send(message);
  } catch {
    // Failed to send, because the server answered with anything or has ended the session.
  }
}
