import type { Random } from '../../../clients/shared/back-off.ts';
import type { Session } from '../../contract.ts';
import type { Timers } from '../clock.ts';
import { Ledger } from '../ledger.ts';
import type { Messages } from '../messages.ts';
import type { RecoveryOrder, SessionHistory } from '../protocol.ts';
import type { Recording } from '../recording.ts';
import type { LoadSession } from '../session.ts';
import type { Open } from './attempt.ts';
import { History } from './history.ts';
import { Subscriber } from './subscriber.ts';

export interface RecoverySettings {
  readonly sessions: readonly LoadSession[];
  readonly messages: Messages;
  readonly timers: Timers;
  readonly random: Random;
  /** Returns what opens another session for a sender. */
  readonly opener: (sender: number) => Open;
  /** Makes an error's text one that can be shown. */
  readonly shown: (error: unknown) => string;
}

/** Time between two looks at whether all sessions are as before. */
const LOOK_NS = 100e6;
/** Time between two notes of how far the worker has come with its timers. */
const IDLE_NOTE_NS = 10e6;
/** Time that a message may be under way without being missed. */
const UNDER_WAY_NS = 500e6;
/** Time for which a session must have been as before: at least so long, and so many messages. */
const MIN_SETTLED_NS = 2e9;
const SETTLED_INTERVALS = 3;

/** Counts of a recording that arrivals at subscribers add to. */
type Counts = Pick<Recording, 'delivered' | 'duplicated' | 'reordered' | 'corrupt' | 'unexpected' | 'early'>;

/**
 * Sessions of one worker while the publisher sends, through a fault. It keeps 8 bytes a session and message, and its answer takes some 14
 * characters for each, besides some hundred for each event: 1,000 sessions that observe 10 messages a second for a minute take 5 MB, and
 * answer with 8 MB.
 */
export class Recovery {
  readonly #order: RecoveryOrder;
  readonly #timers: Timers;
  readonly #over = Promise.withResolvers<void>();
  /** Time before which all timers that were due have run. */
  #idleNs: number;
  #stopNoting = (): void => {};
  readonly #subscribers: readonly { session: LoadSession; subscriber: Subscriber; history: History }[];

  /** Begins to observe the sessions. One that was lost before is lost now. */
  constructor(order: RecoveryOrder, { sessions, messages, timers, random, opener, shown }: RecoverySettings) {
    this.#order = order;
    this.#timers = timers;
    this.#idleNs = timers.now();
    // Attempts of the harness have due times of their own.
    if (order.policy === 'library') this.#noteIdle(timers.now());
    const busyNs = (): number => timers.now() - this.#idleNs;
    const published = { schedule: order, messages, ledger: new Ledger(sessions.length, 0) };
    this.#subscribers = sessions.map((session, index) => {
      const history = new History(session.sender, index, published);
      const common = { order, history, timers, random, busyNs, shown };
      const subscriber = new Subscriber(opened(session), { ...common, open: opener(session.sender) });
      session.passTo(subscriber.receiver);
      return { session, subscriber, history };
    });
  }

  /**
   * Notes again and again, until the observation ends, how far the worker has come with its timers: all that were due before this one
   * have run, however late it is itself.
   */
  #noteIdle(dueNs: number): void {
    this.#idleNs = dueNs;
    const nextNs = this.#timers.now() + IDLE_NOTE_NS;
    this.#stopNoting = this.#timers.at(nextNs, () => this.#noteIdle(nextNs));
  }

  /** Resolves once every session is gone for good, or has been as before for a while; at the latest when the observation ends. */
  async settled(backNs: number): Promise<void> {
    const isOver = this.#over.promise.then(() => true);
    const again = (): Promise<boolean> =>
      new Promise((resolve) => void this.#timers.at(this.#timers.now() + LOOK_NS, () => resolve(false)));
    while (!this.#isSettled(backNs)) if (await Promise.race([isOver, again()])) return;
  }

  #isSettled(backNs: number): boolean {
    const { startNs, intervalNs } = this.#order;
    const nowNs = this.#timers.now();
    const due = Math.floor((nowNs - UNDER_WAY_NS - startNs) / intervalNs);
    const sinceNs = nowNs - Math.max(MIN_SETTLED_NS, SETTLED_INTERVALS * intervalNs);
    return this.#subscribers.every(
      ({ subscriber, history }) =>
        subscriber.isGone ||
        (subscriber.session !== undefined && history.newest >= due && Math.max(backNs, history.unsettledNs) <= sinceNs),
    );
  }

  /** Ends the observation before its time. */
  end(): void {
    this.#over.resolve();
  }

  /** Waits until the observation ends, and returns what the sessions went through, with the sum of their counts. */
  async finish(): Promise<{ readonly sessions: readonly SessionHistory[]; readonly counts: Counts }> {
    const cancel = this.#timers.at(this.#order.endNs, () => this.end());
    await this.#over.promise;
    cancel();
    this.#stopNoting();
    for (const { session, subscriber } of this.#subscribers) {
      subscriber.end();
      session.session = subscriber.session;
    }
    const parts = this.#subscribers.map(({ history }) => history.counts);
    const sum = (of: (part: Counts) => number): number => parts.reduce((total, part) => total + of(part), 0);
    return {
      sessions: this.#subscribers.map(({ history }) => history.read()),
      counts: {
        delivered: sum(({ delivered }) => delivered),
        duplicated: sum(({ duplicated }) => duplicated),
        reordered: sum(({ reordered }) => reordered),
        corrupt: sum(({ corrupt }) => corrupt),
        unexpected: sum(({ unexpected }) => unexpected),
        early: sum(({ early }) => early),
      },
    };
  }
}

function opened({ session, sender }: LoadSession): Session {
  if (session === undefined) throw new Error(`the session of sender ${sender} was not opened before the recovery`);
  return session;
}
