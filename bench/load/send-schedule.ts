import type { Clock } from './clock.ts';
import type { Messages } from './messages.ts';
import type { TimedSends } from './pacer.ts';
import type { ConnectOrder, PhaseOrder } from './protocol.ts';
import { Recorder } from './recorder.ts';
import { dueNs, type Schedule, scheduleOf } from './schedule.ts';
import type { LoadSession } from './session.ts';

/** Sends the messages of a phase that are due from this worker's sessions. */
export class SendSchedule implements TimedSends {
  readonly recorder: Recorder;
  readonly due: number;
  /** One interval after the last due time. */
  readonly endNs: number;
  /** Time after which no message is sent and no arrival is waited for. */
  readonly deadlineNs: number;
  readonly #schedule: Schedule;
  readonly #sessions: readonly LoadSession[];
  readonly #messages: Messages;
  readonly #workers: number;
  readonly #worker: number;
  readonly #knownLost: number;
  readonly #now: Clock;
  /** Number of the next message of this worker. */
  #next: number;

  constructor(
    order: ConnectOrder,
    phase: PhaseOrder,
    {
      sessions,
      messages,
      clock,
      earlier,
    }: { sessions: readonly LoadSession[]; messages: Messages; clock: Clock; earlier?: Recorder | undefined },
  ) {
    const schedule = scheduleOf({ ...phase, clients: order.clients });
    this.#schedule = schedule;
    this.#sessions = sessions;
    this.#messages = messages;
    this.#now = clock;
    this.endNs = dueNs(schedule, schedule.first + schedule.count);
    this.deadlineNs = this.endNs + phase.drainSeconds * 1e9;
    this.#workers = order.workers;
    this.#worker = order.worker;
    this.#knownLost = phase.knownLost ?? 0;
    this.recorder = new Recorder({
      schedule,
      messages,
      sessions: sessions.length,
      reaches: order.reaches,
      loop: 'open',
      senderOf: (session) => sessions[session]!.sender,
      nodes: order.nodes,
      keepSamples: phase.keepSamples === true,
      queues: order.queues === true,
      earlier,
      worker: order.worker,
      workers: order.workers,
    });
    this.due = this.#countFrom(schedule.first);
    this.#next = this.#nextOwned(schedule.first);
  }

  dueNs(): number {
    const { first, count } = this.#schedule;
    return this.#next < first + count ? dueNs(this.#schedule, this.#next) : Number.POSITIVE_INFINITY;
  }

  sendNext(): void {
    const number = this.#next;
    this.#next = this.#nextOwned(number + 1);
    const { clients } = this.#schedule;
    const sender = number % clients;
    const session = this.#sessions[(sender - this.#worker) / this.#workers]!;
    if (!session.usable) {
      this.recorder.couldNotSend();
      return;
    }
    const message = this.#messages.build(sender, Math.floor(number / clients));
    this.recorder.sending(number, this.#now());
    session.send(message);
  }

  arrivals(): number {
    return this.recorder.arrivals;
  }

  /** True past the deadline; messages not sent by then are counted as unsent. */
  stopped(): boolean {
    if (this.#now() < this.deadlineNs) return false;
    this.recorder.couldNotSend(this.#countFrom(this.#next));
    return true;
  }

  /** Number of arrivals to wait for. */
  expected(): number {
    return this.recorder.expected - this.#knownLost;
  }

  /** Number of the first message at or after `number` whose sender is a session of this worker. */
  #nextOwned(number: number): number {
    let own = number;
    while ((own % this.#schedule.clients) % this.#workers !== this.#worker) own++;
    return own;
  }

  #countFrom(number: number): number {
    const { first, count } = this.#schedule;
    return this.#countBefore(first + count) - this.#countBefore(number);
  }

  /** Number of messages below `number` whose sender is a session of this worker. */
  #countBefore(number: number): number {
    const { clients } = this.#schedule;
    const inCycle = (messages: number): number => Math.max(0, Math.ceil((messages - this.#worker) / this.#workers));
    return Math.floor(number / clients) * inCycle(clients) + inCycle(number % clients);
  }
}
