import { BackOff, type Random } from '../../../clients/shared/back-off.ts';
import { formatLogId } from '../../codec/replay-log.ts';
import type { Receiver, Session } from '../../contract.ts';
import type { Timers } from '../clock.ts';
import type { RecoveryOrder } from '../protocol.ts';
import { abandon, attempt, type Open } from './attempt.ts';
import type { History } from './history.ts';

export interface SubscriberSettings {
  readonly order: RecoveryOrder;
  readonly history: History;
  readonly timers: Timers;
  readonly random: Random;
  readonly open: Open;
  /** Longest time by which a timer that runs now can be late. */
  readonly busyNs: () => number;
  /** Makes an error's text one that can be shown. */
  readonly shown: (error: unknown) => string;
}

/** One connection of a session. Messages may arrive on it when the session has left it already. */
interface Connection extends Receiver {
  /** Set when it is reported as lost, which may be before the attempt that opened it is known to have succeeded. */
  lostBecause?: Error;
}

/**
 * Session that receives what the publisher sends, through all of its connections. With policy `managed` it is usable until it is lost
 * or silent; then it waits for the back-off, attempts to connect, and waits again or is usable. With `library` it makes no attempts, and notes those of
 * which the library tells.
 */
export class Subscriber {
  /** Receiver of the connection that the session begins with. */
  readonly receiver: Receiver;
  readonly #settings: SubscriberSettings;
  readonly #backOff: BackOff;
  readonly #isManaged: boolean;
  /** Due time of the publisher's last message: nobody is silent after it. */
  readonly #lastDueNs: number;
  readonly #abort = new AbortController();
  /** Connection that the session lives on or is opening. */
  #current: Connection | undefined;
  /** Last session that was usable. */
  #session: Session;
  #usable = true;
  /** Token of a native resumption when the session was lost. */
  #token: string | undefined;
  /** Time of the last arrival on the current connection, or at which it was usable. */
  #heardNs = Number.NEGATIVE_INFINITY;
  /** Cancels the timer of the silence, or of the wait before an attempt. */
  #cancel = (): void => {};

  /** @param session usable session, whose client's calls are passed on to `receiver` from now on */
  constructor(session: Session, settings: SubscriberSettings) {
    const { order, random } = settings;
    this.#settings = settings;
    this.#session = session;
    this.#backOff = new BackOff(random);
    this.#isManaged = order.policy === 'managed';
    this.#lastDueNs = order.startNs + (order.count - 1) * order.intervalNs;
    this.#current = this.#connection();
    this.receiver = this.#current;
    this.#watchSilence();
  }

  /** Session that is usable; undefined while there is none. */
  get session(): Session | undefined {
    return this.#usable ? this.#session : undefined;
  }

  /** Ends the observation: nothing is recorded and tried any more. */
  end(): void {
    this.#cancel();
    this.#abort.abort(new Error('the observation is over'));
  }

  /** True if the session is lost and nobody tries to bring it back. */
  get isGone(): boolean {
    return !this.#usable && !this.#isManaged;
  }

  get #hasEnded(): boolean {
    return this.#abort.signal.aborted;
  }

  #connection(): Connection {
    const { history, timers, busyNs, shown } = this.#settings;
    /** True while an attempt of the library's has neither succeeded nor been followed by another. */
    let isAttempting = false;
    const note = (what: 'lost' | 'interrupted' | 'failed', reason: Error): void =>
      history.happened({ what, atNs: timers.now(), reason: shown(reason) });
    const connection: Connection = {
      message: (message) => {
        if (this.#hasEnded) return;
        const nowNs = timers.now();
        if (this.#current !== connection) return history.arrivedLate(message, nowNs);
        history.arrived(message, nowNs);
        this.#heardNs = nowNs;
      },
      unreadable: () => {
        if (this.#hasEnded) return;
        history.unreadable();
        if (this.#current === connection) this.#heardNs = timers.now();
      },
      lost: (reason) => {
        connection.lostBecause ??= reason;
        if (!this.#lives(connection)) return;
        note('lost', reason);
        this.#lost();
      },
      interrupted: (reason) => {
        if (this.#lives(connection)) note('interrupted', reason);
      },
      attempting: () => {
        if (!this.#lives(connection)) return;
        if (isAttempting) note('failed', new Error('the library tries again'));
        isAttempting = true;
        history.happened({ what: 'attempt', atNs: timers.now(), lateNs: busyNs() });
      },
      resumed: ({ replayed }) => {
        isAttempting = false;
        if (this.#lives(connection)) history.happened({ what: 'usable', atNs: timers.now(), replayed });
      },
    };
    return connection;
  }

  /** True if the session is usable on this connection. */
  #lives(connection: Connection): boolean {
    return this.#usable && this.#current === connection && !this.#hasEnded;
  }

  /** Sets a timer for the moment at which the session will have been silent for too long, if nothing arrives until then. */
  #watchSilence(): void {
    if (!this.#isManaged) return;
    const { order, timers } = this.#settings;
    const fromNs = Math.max(order.startNs, this.#heardNs);
    if (fromNs >= this.#lastDueNs) return;
    const untilNs = fromNs + order.silenceSeconds * 1e9;
    this.#cancel = timers.at(untilNs, () => {
      // Arrivals since then only moved the deadline, so that each of them costs nothing but a note of its time.
      if (Math.max(order.startNs, this.#heardNs) > fromNs) this.#watchSilence();
      else this.#silent();
    });
  }

  #silent(): void {
    const { order, history, timers } = this.#settings;
    const reason = `nothing arrived for ${order.silenceSeconds} s`;
    history.happened({ what: 'silent', atNs: timers.now(), reason });
    const session = this.#session;
    this.#lost();
    abandon(session);
  }

  /** Leaves the connection, and prepares the first attempt at another. */
  #lost(): void {
    this.#cancel();
    this.#usable = false;
    this.#current = undefined;
    if (!this.#isManaged) return;
    // Read before the session is closed, which may end what its token stands for.
    if (this.#settings.order.resume === 'native') this.#token = this.#session.resumeToken?.();
    this.#wait();
  }

  #wait(): void {
    const { order, timers } = this.#settings;
    const atNs = timers.now() + this.#backOff.nextSeconds() * 1e9;
    if (atNs < order.endNs) this.#cancel = timers.at(atNs, () => void this.#try(atNs));
  }

  async #try(dueNs: number): Promise<void> {
    const { order, history, timers, open, shown } = this.#settings;
    const nowNs = timers.now();
    history.happened({ what: 'attempt', atNs: nowNs, lateNs: Math.max(0, nowNs - dueNs) });
    const connection = this.#connection();
    this.#current = connection;
    const { signal } = this.#abort;
    const common = { open, receiver: connection, seconds: order.attemptSeconds, timers, signal };
    try {
      this.#opened(connection, await attempt({ ...common, resume: this.#resumeToken() }));
    } catch (error) {
      if (this.#hasEnded) return;
      history.happened({ what: 'failed', atNs: timers.now(), reason: shown(error) });
      this.#current = undefined;
      this.#wait();
    }
  }

  #opened(connection: Connection, session: Session): void {
    if (this.#hasEnded) return abandon(session);
    const { history, timers } = this.#settings;
    this.#session = session;
    this.#usable = true;
    this.#heardNs = timers.now();
    this.#backOff.reset();
    history.happened({ what: 'usable', atNs: this.#heardNs });
    if (connection.lostBecause === undefined) this.#watchSilence();
    else connection.lost(connection.lostBecause);
  }

  /** Token with which the next attempt resumes the session; undefined for a new one. */
  #resumeToken(): string | undefined {
    const { order, history } = this.#settings;
    switch (order.resume) {
      case 'native':
        return this.#session.resumeToken?.() ?? this.#token;
      case 'log':
        return formatLogId({ epoch: order.epoch, offset: history.contiguous });
      case 'none':
        return undefined;
    }
  }
}
