import type { Message, Receiver, Session } from '../../bench/contract.ts';
import { errorText } from '../../bench/error-text.ts';
import { BackOff, type Random } from '../shared/back-off.ts';
import { Outbox } from './outbox.ts';
import type { Timers } from './timers.ts';
import type { BrowserTransport } from './transports.ts';

/**
 * Status of a connection.
 *
 *     idle          there is no address yet
 *     connecting    it has not been open yet
 *     open          messages flow both ways
 *     reconnecting  it was open, and is waiting for an attempt or making one
 *     closed        it was lost and nobody reconnects
 */
export type Status = 'idle' | 'connecting' | 'open' | 'reconnecting' | 'closed';

/** State of a connection. It is a new object after every change, and never changes itself. */
export interface ConnectionState {
  readonly status: Status;
  /** Reason of the last loss, failed attempt or failed sending. Undefined again once the connection is open. */
  readonly error: Error | undefined;
  /** Number of attempts to connect that have begun since the connection was last open; 0 while it is. */
  readonly attempts: number;
}

/** Policy of reconnecting: the connection itself, the client's library by its defaults, or nobody. */
export type ReconnectPolicy = 'managed' | 'library' | 'none';

export interface ConnectionSettings {
  /** Opens a session whose messages go to `receiver`. @param settings.resume token of the earlier session that it resumes */
  readonly open: (
    receiver: Receiver,
    settings: { readonly signal: AbortSignal; readonly resume?: string },
  ) => Promise<Session>;
  readonly resume: BrowserTransport['resume'];
  readonly reconnect: ReconnectPolicy;
  /** Time without an arrival after which an open connection counts as lost. Absent: it never does. */
  readonly silenceMs: number | undefined;
  /** Maximum time of an attempt. */
  readonly attemptMs: number;
  /** Maximum number of messages that wait while the connection is not open. */
  readonly maxQueued: number;
  readonly timers: Timers;
  readonly random: Random;
  /** Takes each message, once and in the order of arrival. Its bytes are the application's own. */
  readonly message: (message: Message) => void;
  /** Id of a message in the server's log; undefined if it has none. */
  readonly cursorOf: (message: Message) => string | undefined;
  /** Learns that the state, or the last message, is another one. */
  readonly changed: () => void;
}

/** One session of the client. Messages may arrive on it before it is known to be usable, and after the connection has left it. */
interface Line extends Receiver {
  /** Messages that arrived before it was usable. They count only if it will be: the next attempt brings them again. */
  early: Message[] | undefined;
  lostBecause?: Error;
}

export const CONNECTING: ConnectionState = { status: 'connecting', error: undefined, attempts: 0 };

/**
 * Connection that outlives its sessions: it attempts to connect, is open until its session is lost or silent, waits for the back-off,
 * and attempts again with what the transport resumes by. Knows no React and no browser.
 */
export class Connection {
  readonly #settings: ConnectionSettings;
  readonly #backOff: BackOff;
  readonly #outbox: Outbox;
  #state = CONNECTING;
  #started = false;
  #closedBecause: Error | undefined;
  #last: Message | undefined;
  /** Session that the connection lives on or is opening. */
  #line: Line | undefined;
  #session: Session | undefined;
  /** Token of a native resumption, or id of the last message in the server's log. */
  #resume: string | undefined;
  #heardAtMs = 0;
  #abort = new AbortController();
  /** Cancels the timer of the attempt, of the silence, or of the wait before an attempt. */
  #cancel = (): void => {};

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.#backOff = new BackOff(settings.random);
    this.#outbox = new Outbox(settings.maxQueued);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Last message that arrived; undefined before the first. */
  get last(): Message | undefined {
    return this.#last;
  }

  /** Begins the first attempt. A further call has no effect. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#attempt();
  }

  /**
   * Sends a message, or keeps it until the connection is open. Rejects if it could not be sent, with the reason, which is the state's
   * error too; so a caller may ignore the promise.
   */
  send(message: Message): Promise<void> {
    const sent = this.#send(message);
    sent.catch((error: Error) => {
      if (this.#closedBecause === undefined) this.#set({ ...this.#state, error });
    });
    return sent;
  }

  async #send(message: Message): Promise<void> {
    const closed = this.#closedBecause;
    if (closed !== undefined) throw new Error(`not sent, because the connection is closed: ${closed.message}`);
    if (this.#state.status === 'open' && this.#session !== undefined) await this.#session.send(message);
    else await this.#outbox.add(message);
  }

  /** Closes the connection for good. Resolves once its session is gone. */
  async close(): Promise<void> {
    if (this.#closedBecause !== undefined) return;
    const session = this.#session;
    this.#end(new Error('it was closed by the page'));
    await session?.close().catch(() => {});
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    this.#settings.changed();
  }

  #newLine(): Line {
    const line: Line = {
      early: [],
      message: (message) => {
        if (this.#line !== line) return;
        this.#heardAtMs = this.#settings.timers.now();
        // Bytes are valid only until this returns.
        const own = typeof message === 'string' ? message : message.slice();
        if (line.early === undefined) this.#deliver(own);
        else line.early.push(own);
      },
      unreadable: ({ kind, length }) => {
        if (this.#line !== line) return;
        this.#heardAtMs = this.#settings.timers.now();
        const error = new Error(`${kind} of ${length} bytes arrived that is no message`);
        this.#set({ ...this.#state, error });
      },
      lost: (reason) => {
        line.lostBecause ??= reason;
        if (this.#line === line && line.early === undefined) this.#lost(reason);
      },
      interrupted: (error) => {
        if (this.#line === line) this.#set({ ...this.#state, status: 'reconnecting', error });
      },
      resumed: () => {
        if (this.#line === line && line.early === undefined) this.#opened();
      },
    };
    return line;
  }

  async #attempt(): Promise<void> {
    const { open, attemptMs, timers } = this.#settings;
    const line = this.#newLine();
    const abort = new AbortController();
    this.#line = line;
    this.#abort = abort;
    this.#cancel = timers.after(attemptMs, () => abort.abort(new Error(`not usable within ${attemptMs} ms`)));
    this.#set({ ...this.#state, attempts: this.#state.attempts + 1 });
    const aborted = Promise.withResolvers<never>();
    abort.signal.addEventListener('abort', () => aborted.reject(abort.signal.reason), { once: true });
    const settings = this.#resume === undefined ? {} : { resume: this.#resume };
    const opening = (async () => open(line, { ...settings, signal: abort.signal }))();
    try {
      const session = await Promise.race([opening, aborted.promise]);
      if (this.#line === line) this.#usable(line, session);
      else abandon(session);
    } catch (error) {
      // A client that does not obey the signal is left behind.
      opening.then(abandon, () => {});
      if (this.#line === line) this.#lost(error instanceof Error ? error : new Error(errorText(error)));
    }
  }

  #usable(line: Line, session: Session): void {
    this.#cancel();
    this.#session = session;
    this.#heardAtMs = this.#settings.timers.now();
    const { early = [] } = line;
    line.early = undefined;
    this.#opened();
    for (const message of early) this.#deliver(message);
    if (this.#line !== line) return;
    if (line.lostBecause === undefined) this.#watchSilence();
    else this.#lost(line.lostBecause);
  }

  /** Notes that messages flow both ways, and sends those that waited. */
  #opened(): void {
    this.#backOff.reset();
    this.#set({ status: 'open', error: undefined, attempts: 0 });
    const session = this.#session;
    if (session !== undefined) this.#outbox.sendAll(session.send);
  }

  #deliver(message: Message): void {
    const { cursorOf, resume } = this.#settings;
    this.#last = message;
    if (resume === 'log') this.#resume = cursorOf(message) ?? this.#resume;
    this.#settings.message(message);
    this.#settings.changed();
  }

  /** Sets a timer for the moment at which the session will have been silent for too long, if nothing arrives until then. */
  #watchSilence(): void {
    const { silenceMs, reconnect, timers } = this.#settings;
    if (silenceMs === undefined || reconnect === 'library') return;
    const fromMs = this.#heardAtMs;
    this.#cancel = timers.after(Math.max(0, fromMs + silenceMs - timers.now()), () => {
      // Arrivals only note their time, so that each of them costs no timer.
      if (this.#heardAtMs > fromMs) return this.#watchSilence();
      const session = this.#session;
      this.#lost(new Error(`nothing arrived for ${silenceMs} ms`));
      abandon(session);
    });
  }

  /** Leaves the session or the attempt, and prepares the next attempt. */
  #lost(error: Error): void {
    const { resume, reconnect, timers } = this.#settings;
    this.#cancel();
    // Read before the session is closed, which may end what its token stands for.
    if (resume === 'native') this.#resume = this.#session?.resumeToken?.() ?? this.#resume;
    if (reconnect !== 'managed') return this.#end(error);
    const status = this.#session === undefined ? this.#state.status : 'reconnecting';
    this.#line = undefined;
    this.#session = undefined;
    this.#cancel = timers.after(this.#backOff.nextSeconds() * 1e3, () => void this.#attempt());
    this.#set({ ...this.#state, status, error });
  }

  #end(error: Error): void {
    this.#cancel();
    this.#closedBecause = error;
    this.#line = undefined;
    this.#session = undefined;
    this.#set({ ...this.#state, status: 'closed', error });
    this.#abort.abort(error);
    this.#outbox.refuseAll(new Error(`not sent, because the connection is closed: ${error.message}`));
  }
}

/** Begins to close a session without waiting for it: on a path that is dead its goodbye is never answered. */
function abandon(session: Session | undefined): void {
  session?.close().catch(() => {});
}
