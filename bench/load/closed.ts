import type { Clock } from './clock.ts';
import type { Messages } from './messages.ts';
import type { ClosedOrder, ConnectOrder } from './protocol.ts';
import { Recorder } from './recorder.ts';
import type { LoadSession } from './session.ts';

/**
 * A closed loop: every session has one message in flight and sends the next when its echo arrives. It shows the rate that server
 * and generator reach together, and the generator's cost per message. It does not show latency under a given load: a session that
 * waits for a slow echo offers less load (coordinated omission).
 */
export class ClosedLoop {
  readonly recorder: Recorder;
  readonly #sessions: readonly LoadSession[];
  readonly #messages: Messages;
  readonly #clock: Clock;
  readonly #clients: number;
  /** Next sequence number, by session. */
  readonly #next: number[];
  readonly #end: number;
  #endNs = 0;

  constructor(
    order: ConnectOrder,
    { first, maxMessages = Number.POSITIVE_INFINITY }: ClosedOrder,
    { sessions, messages, clock }: { sessions: readonly LoadSession[]; messages: Messages; clock: Clock },
  ) {
    this.#sessions = sessions;
    this.#messages = messages;
    this.#clock = clock;
    this.#clients = order.clients;
    const sequence = first / order.clients;
    this.#next = sessions.map(() => sequence);
    this.#end = sequence + maxMessages;
    this.recorder = new Recorder({
      schedule: { first, count: maxMessages * order.clients, clients: order.clients, startNs: 0, intervalNs: 0 },
      messages,
      sessions: sessions.length,
      reaches: order.reaches,
      loop: 'closed',
      senderOf: (session) => sessions[session]!.sender,
      worker: order.worker,
      workers: order.workers,
    });
  }

  /** Starts every session's loop. No message is sent after `endNs`. */
  start(endNs: number): void {
    this.#endNs = endNs;
    for (const [index, session] of this.#sessions.entries()) {
      session.answered = (receivedNs) => {
        if (receivedNs < endNs) this.#send(index, receivedNs);
      };
      this.#send(index, this.#clock());
    }
  }

  /** True once sending has ended: time is up, or every session has sent all that it may. */
  get done(): boolean {
    return this.#clock() >= this.#endNs || this.#next.every((sequence) => sequence >= this.#end);
  }

  /** Number of the first message of the next phase: after the last message of every session. */
  get following(): number {
    return Math.max(...this.#next) * this.#clients;
  }

  stop(): void {
    for (const session of this.#sessions) session.answered = undefined;
  }

  /** @param nowNs arrival of the previous echo; time spent from then on counts as this message's service time */
  #send(index: number, nowNs: number): void {
    const session = this.#sessions[index]!;
    const sequence = this.#next[index]!;
    if (sequence >= this.#end || !session.usable) return;
    this.#next[index] = sequence + 1;
    const message = this.#messages.build(session.sender, sequence);
    this.recorder.sending(sequence * this.#clients + session.sender, nowNs);
    session.send(message);
  }
}
