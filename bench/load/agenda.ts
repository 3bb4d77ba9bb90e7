import type { Clock } from './clock.ts';
import type { Messages } from './messages.ts';
import type { Agenda } from './pacer.ts';
import type { ConnectOrder, PhaseOrder } from './protocol.ts';
import { Recorder } from './recorder.ts';
import type { LoadSession } from './session.ts';
import { dueNs, type Timetable, timetable } from './timetable.ts';

/** Goes through the messages of a phase that this worker's sessions send. */
export class PhaseAgenda implements Agenda {
  readonly recorder: Recorder;
  readonly due: number;
  /** After this no message is sent, and no arrival is waited for. */
  readonly deadlineNs: number;
  readonly #table: Timetable;
  readonly #sessions: readonly LoadSession[];
  readonly #messages: Messages;
  readonly #workers: number;
  readonly #worker: number;
  readonly #reaches: 'sender' | 'everyone';
  readonly #now: Clock;
  /** Number of the next message of this worker. */
  #next: number;

  constructor(
    order: ConnectOrder,
    phase: PhaseOrder,
    { sessions, messages, clock }: { sessions: readonly LoadSession[]; messages: Messages; clock: Clock },
  ) {
    const table = timetable({ ...phase, clients: order.clients });
    this.#table = table;
    this.#sessions = sessions;
    this.#messages = messages;
    this.#now = clock;
    this.deadlineNs = dueNs(table, table.first + table.count) + phase.drainSeconds * 1e9;
    this.#workers = order.workers;
    this.#worker = order.worker;
    this.#reaches = order.reaches;
    this.recorder = new Recorder({
      table,
      messages,
      sessions: sessions.length,
      reaches: order.reaches,
      loop: 'open',
      senderOf: (session) => sessions[session]!.sender,
      keepSamples: phase.keepSamples === true,
    });
    this.due = this.#countFrom(table.first);
    this.#next = this.#own(table.first);
  }

  dueNs(): number {
    const { first, count } = this.#table;
    return this.#next < first + count ? dueNs(this.#table, this.#next) : Number.POSITIVE_INFINITY;
  }

  act(): void {
    const number = this.#next;
    this.#next = this.#own(number + 1);
    const { clients } = this.#table;
    const sender = number % clients;
    const session = this.#sessions[(sender - this.#worker) / this.#workers]!;
    if (session.lostBecause !== undefined || session.session === undefined) {
      this.recorder.couldNotSend();
      return;
    }
    const message = this.#messages.build(sender, Math.floor(number / clients));
    this.recorder.sending(number, this.#now());
    try {
      const sent = session.session.send(message);
      if (sent !== undefined) sent.catch(session.failed);
    } catch (error) {
      session.failed(error);
    }
  }

  arrivals(): number {
    return this.recorder.arrivals;
  }

  /** Past the deadline what has not been sent stays unsent. */
  stopped(): boolean {
    if (this.#now() < this.deadlineNs) return false;
    this.recorder.couldNotSend(this.#countFrom(this.#next));
    return true;
  }

  /** Arrivals this worker's sessions wait for, if every worker sends all of its messages. */
  owed(): number {
    return this.#reaches === 'sender' ? this.recorder.sent : this.#table.count * this.#sessions.length;
  }

  /** The first message at or after `number` whose sender is a session of this worker. */
  #own(number: number): number {
    let own = number;
    while ((own % this.#table.clients) % this.#workers !== this.#worker) own++;
    return own;
  }

  #countFrom(number: number): number {
    const { first, count } = this.#table;
    return this.#countBefore(first + count) - this.#countBefore(number);
  }

  /** Messages below `number` whose sender is a session of this worker. */
  #countBefore(number: number): number {
    const { clients } = this.#table;
    const inCycle = (messages: number): number => Math.max(0, Math.ceil((messages - this.#worker) / this.#workers));
    return Math.floor(number / clients) * inCycle(clients) + inCycle(number % clients);
  }
}
