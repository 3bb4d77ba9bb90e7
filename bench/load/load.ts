import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientModule, Platform, Session } from '../contract.ts';
import { type Clock, monotonicClock } from './clock.ts';
import { ClosedLoop } from './closed.ts';
import { encode, histogram } from './histogram.ts';
import { Messages } from './messages.ts';
import { eventLoop, pace } from './pacer.ts';
import type { ClosedOrder, ConnectOrder, HoldOrder, PhaseOrder } from './protocol.ts';
import { Recorder } from './recorder.ts';
import type { Recording } from './recording.ts';
import { SendSchedule } from './send-schedule.ts';
import { LoadSession } from './session.ts';

/** After everything owed has arrived: time for what was not owed, such as duplicates, to show. */
const GRACE_MS = 50;
const LOOK_MS = 5;
/** Resolution of the event loop's delay measurement; its readings include it. */
const DELAY_RESOLUTION_MS = 1;

/** How long the window was; and, on a schedule, what was due and how the loop kept up with it. */
type Found = Pick<Recording, 'seconds'> & Partial<Pick<Recording, 'due' | 'loopDelayP99Seconds' | 'busy'>>;

/** One worker's sessions, and the load it puts on them. */
export class Load {
  readonly #order: ConnectOrder;
  readonly #clock: Clock;
  readonly #messages: Messages;
  readonly #sessions: LoadSession[] = [];
  readonly #abort = new AbortController();

  readonly #client: ClientModule;
  readonly #platform: Platform;
  #nextSender: number;

  constructor(order: ConnectOrder, client: ClientModule, platform: Platform) {
    this.#order = order;
    this.#client = client;
    this.#platform = platform;
    this.#clock = monotonicClock(BigInt(order.originNs));
    this.#messages = new Messages({ ...order, senders: order.clients });
    this.#nextSender = order.worker;
  }

  /** Opens this worker's sessions below `until` and returns their times, encoded, and how long it took altogether. */
  async open({
    until,
    inFlight,
  }: Pick<ConnectOrder, 'until' | 'inFlight'>): Promise<{ connect: string; seconds: number }> {
    const { url, options, encoding, token, foreign, clients, workers } = this.#order;
    const times = histogram();
    const others = { ...(token === undefined ? {} : { token }), ...(foreign === undefined ? {} : { foreign }) };
    const settings = { options, encoding, platform: this.#platform, signal: this.#abort.signal, ...others };
    const beganNs = this.#clock();
    const openInTurn = async (): Promise<void> => {
      while (this.#nextSender < (until ?? clients)) {
        const receiver = new LoadSession(this.#nextSender, this.#sessions.length, this.#clock);
        this.#nextSender += workers;
        // Before it is open: with several in flight, sessions stay in the order of their senders.
        this.#sessions.push(receiver);
        const dialledNs = this.#clock();
        receiver.session = assertSession(await this.#client.connect(url, receiver, settings));
        times.recordValue(Math.round(this.#clock() - dialledNs));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, openInTurn));
    return { connect: encode(times), seconds: (this.#clock() - beganNs) / 1e9 };
  }

  /** Puts one phase's messages on the sessions, waits for what is owed, and returns what was counted and timed. */
  async run(phase: PhaseOrder): Promise<Recording> {
    const sends = new SendSchedule(this.#order, phase, {
      sessions: this.#sessions,
      messages: this.#messages,
      clock: this.#clock,
    });
    const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
    return this.#watch(sends.recorder, async (beganNs) => {
      const asleepBefore = performance.eventLoopUtilization().idle;
      delay.enable();
      const { spunNs, elapsedNs } = await pace(sends, eventLoop(this.#clock));
      delay.disable();
      const idleNs = spunNs + (performance.eventLoopUtilization().idle - asleepBefore) * 1e6;
      const { deadlineNs } = sends;
      return {
        due: sends.due,
        seconds: await this.#drain(sends.recorder, () => sends.owed(), {
          beganNs,
          deadlineNs,
          graceMs: phase.more ? 0 : GRACE_MS,
        }),
        loopDelayP99Seconds: Math.max(0, delay.percentile(99) / 1e9 - DELAY_RESOLUTION_MS / 1e3),
        // A pacer that turns is not asleep, and yet has nothing to do.
        busy: elapsedNs > 0 ? Math.min(1, Math.max(0, 1 - idleNs / elapsedNs)) : 0,
      };
    });
  }

  /** Lets every session send again whenever its echo arrives, and returns what was counted and timed. */
  async runClosed(order: ClosedOrder): Promise<Recording> {
    const loop = new ClosedLoop(this.#order, order, {
      sessions: this.#sessions,
      messages: this.#messages,
      clock: this.#clock,
    });
    return this.#watch(loop.recorder, async (beganNs) => {
      const endNs = beganNs + order.seconds * 1e9;
      loop.start(endNs);
      while (!loop.done) await sleep(LOOK_MS);
      const deadlineNs = endNs + order.drainSeconds * 1e9;
      const times = { beganNs, deadlineNs, graceMs: GRACE_MS };
      const seconds = await this.#drain(loop.recorder, () => loop.recorder.sent, times);
      loop.stop();
      return { seconds };
    });
  }

  /** Sends nothing; what arrives and who is lost meanwhile is counted. */
  hold({ seconds }: HoldOrder): Promise<Recording> {
    const { clients, reaches } = this.#order;
    const recorder = new Recorder({
      schedule: { first: 0, count: 0, clients, startNs: 0, intervalNs: 0 },
      messages: this.#messages,
      sessions: this.#sessions.length,
      reaches,
      loop: 'closed',
      senderOf: (session) => this.#sessions[session]!.sender,
    });
    return this.#watch(recorder, async (beganNs) => {
      await sleep(seconds * 1e3);
      return { seconds: (this.#clock() - beganNs) / 1e9 };
    });
  }

  /** Records and measures while `doing` goes on, which resolves with what it found out itself. */
  async #watch(recorder: Recorder, doing: (beganNs: number) => Promise<Found>): Promise<Recording> {
    for (const session of this.#sessions) session.recordTo(recorder);
    const rssStartBytes = process.memoryUsage.rss();
    const utilization = performance.eventLoopUtilization();
    const { user, system } = process.cpuUsage();
    const found = await doing(this.#clock());
    const used = process.cpuUsage();
    for (const session of this.#sessions) session.recorder = undefined;
    return recorder.finish({
      due: recorder.sent,
      cpuSeconds: (used.user + used.system - user - system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
      rssStartBytes,
      loopDelayP99Seconds: 0,
      busy: performance.eventLoopUtilization(utilization).utilization,
      ...found,
    });
  }

  /** Waits for what is owed and a moment longer. Returns the seconds until it had come, from `beganNs` on. */
  async #drain(
    recorder: Recorder,
    owed: () => number,
    { beganNs, deadlineNs, graceMs }: { beganNs: number; deadlineNs: number; graceMs: number },
  ): Promise<number> {
    while (recorder.delivered < owed() && this.#clock() < deadlineNs) await sleep(LOOK_MS);
    const seconds = (this.#clock() - beganNs) / 1e9;
    if (graceMs > 0) await sleep(graceMs);
    return seconds;
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('the trial is over'));
    await Promise.allSettled(this.#sessions.map(({ session }) => session?.close()));
  }
}

/** A client from outside this repository may resolve with anything, and each message would then fail by itself. */
function assertSession(session: Session): Session {
  const given: Partial<Session> | undefined = session;
  if (typeof given?.send !== 'function' || typeof given.close !== 'function')
    throw new TypeError('connect resolved with no session: it has to have send and close (bench/contract.ts)');
  return session;
}
