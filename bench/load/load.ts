import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientModule, Platform } from '../contract.ts';
import { PhaseAgenda } from './agenda.ts';
import { type Clock, monotonicClock } from './clock.ts';
import { encode, histogram } from './histogram.ts';
import { Messages } from './messages.ts';
import { eventLoop, pace } from './pacer.ts';
import type { ConnectOrder, PhaseOrder } from './protocol.ts';
import type { Recording } from './recording.ts';
import { LoadSession } from './session.ts';

/** After everything owed has arrived: time for what was not owed, such as duplicates, to show. */
const GRACE_MS = 50;
const LOOK_MS = 5;
/** Resolution of the event loop's delay measurement; its readings include it. */
const DELAY_RESOLUTION_MS = 1;

/** One worker's sessions, and the load it puts on them. */
export class Load {
  readonly #order: ConnectOrder;
  readonly #clock: Clock;
  readonly #messages: Messages;
  readonly #sessions: LoadSession[] = [];
  readonly #abort = new AbortController();

  constructor(order: ConnectOrder) {
    this.#order = order;
    this.#clock = monotonicClock(BigInt(order.originNs));
    this.#messages = new Messages({ ...order, senders: order.clients });
  }

  /** Opens this worker's sessions one after another, so that none waits for another. Returns the encoded times. */
  async connect(client: ClientModule, platform: Platform): Promise<string> {
    const { url, options, encoding, clients, worker, workers } = this.#order;
    const times = histogram();
    for (let sender = worker; sender < clients; sender += workers) {
      const receiver = new LoadSession(sender, this.#sessions.length, this.#clock);
      const beganNs = this.#clock();
      receiver.session = await client.connect(url, receiver, {
        options,
        encoding,
        platform,
        signal: this.#abort.signal,
      });
      times.recordValue(Math.round(this.#clock() - beganNs));
      this.#sessions.push(receiver);
    }
    return encode(times);
  }

  /** Puts one phase's messages on the sessions, waits for what is owed, and returns what was counted and timed. */
  async run(phase: PhaseOrder): Promise<Recording> {
    const agenda = new PhaseAgenda(this.#order, phase, {
      sessions: this.#sessions,
      messages: this.#messages,
      clock: this.#clock,
    });
    for (const session of this.#sessions) session.recordTo(agenda.recorder);
    const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });

    const { user, system } = process.cpuUsage();
    const asleepBefore = performance.eventLoopUtilization().idle;
    delay.enable();
    const { spunNs, elapsedNs } = await pace(agenda, eventLoop(this.#clock));
    delay.disable();
    const idleNs = spunNs + (performance.eventLoopUtilization().idle - asleepBefore) * 1e6;
    await this.#drain(agenda);
    const used = process.cpuUsage();

    for (const session of this.#sessions) session.recorder = undefined;
    return agenda.recorder.finish({
      due: agenda.due,
      cpuSeconds: (used.user + used.system - user - system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
      loopDelayP99Seconds: Math.max(0, delay.percentile(99) / 1e9 - DELAY_RESOLUTION_MS / 1e3),
      busy: elapsedNs > 0 ? Math.min(1, Math.max(0, 1 - idleNs / elapsedNs)) : 0,
    });
  }

  async #drain(agenda: PhaseAgenda): Promise<void> {
    while (agenda.recorder.delivered < agenda.owed() && this.#clock() < agenda.deadlineNs) await sleep(LOOK_MS);
    await sleep(GRACE_MS);
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('the trial is over'));
    await Promise.allSettled(this.#sessions.map(({ session }) => session?.close()));
  }
}
