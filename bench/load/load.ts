import type { ClientModule, ClientSettings, Platform, Session } from '../contract.ts';
import { errorText } from '../error-text.ts';
import { reasonShown, redactor } from '../security/redact.ts';
import { Unwrapper } from './answers/answers.ts';
import { type Clock, sleep, systemTimers } from './clock.ts';
import { ClosedLoop } from './closed.ts';
import { assertSession, BUSY_HANDSHAKE_SECONDS, type DialSettings, dial } from './dial.ts';
import { type ConnectionStep, FirstConnection, type StepTimes } from './first-connection.ts';
import { encode, histogram } from './histogram.ts';
import { Messages } from './messages.ts';
import { pace } from './pacer.ts';
import type {
  ClosedOrder,
  ConnectOrder,
  HoldOrder,
  ObserveOrder,
  PhaseOrder,
  RecoveryOrder,
  SessionHistory,
  Way,
} from './protocol.ts';
import { Arrivals } from './readers/arrivals.ts';
import { type Drain, Recorder, type Usage } from './recorder.ts';
import type { Recording } from './recording.ts';
import type { Open } from './recovery/attempt.ts';
import { Recovery } from './recovery/recovery.ts';
import { seededRandom } from './recovery/seeded-random.ts';
import type { Pacing, Runtime } from './runtime/shape.ts';
import { SendSchedule } from './send-schedule.ts';
import { LoadSession } from './session.ts';

/** Extra wait after the last expected arrival, in which unexpected messages such as duplicates can still show up. */
const GRACE_MS = 50;
const POLL_MS = 5;
/** Resolution of the event loop's delay measurement; every reading includes it. */
const DELAY_RESOLUTION_MS = 1;
/** Resolution where the pacer sleeps: each reading wakes the process. */
const SLEEPING_DELAY_RESOLUTION_MS = 10;

/** Length of the window and, if there was a schedule, the messages due and the state of the event loop. */
type WindowFigures = Pick<Recording, 'seconds'> & Partial<Pick<Recording, 'due' | 'loopDelayP99Seconds' | 'busy'>>;

/** Surroundings of the load. */
interface LoadSurroundings {
  readonly runtime: Runtime;
  /** Returns the platform whose connections come from a source address; the system chooses it if undefined. */
  platformFrom(source: string | undefined): Platform;
}

/** Sessions of one worker, and the load that it puts on them. */
export class Load {
  readonly #order: ConnectOrder;
  readonly #clock: Clock;
  readonly #runtime: Runtime;
  readonly #pacing: Pacing;
  readonly #messages: Messages;
  readonly #sessions: LoadSession[] = [];
  readonly #abort = new AbortController();

  readonly #client: ClientModule;
  readonly #platformFrom: (source: string | undefined) => Platform;
  /** Hides what is secret about a foreign server's address, and the token, before a text is cut. */
  readonly #hide: (text: string) => string;
  #nextSender: number;
  /** First connections of sessions that are opened one after another. */
  #first: FirstConnection | undefined;
  /** Recorder of the last phase with due times. */
  #earlier: Recorder | undefined;
  /** Recovery that is under way, or the last one. */
  #recovery: Recovery | undefined;
  #recorder: Recorder | undefined;
  /** Arrivals of the sessions, while they are observed. */
  #arrivals: readonly Arrivals[] = [];
  /** Rejects with the first error that no session has caught. */
  readonly #failing = Promise.withResolvers<never>();
  #failure: string | undefined;

  constructor(order: ConnectOrder, client: ClientModule, { platformFrom, runtime }: LoadSurroundings) {
    this.#order = order;
    this.#client = client;
    this.#platformFrom = platformFrom;
    this.#hide = redactor(order.foreign === true ? order.urls[0]! : null, order.token);
    this.#runtime = runtime;
    this.#clock = runtime.clock(order.originNs);
    this.#pacing = runtime.pacing(this.#clock, order.pace ?? 'spin');
    this.#messages = new Messages({ ...order, senders: order.clients }, runtime.bytes);
    this.#nextSender = order.worker;
    this.#failing.promise.catch(() => {});
  }

  /** Notes an error that the client has let through to the process: opening rejects with it, a phase records it. */
  fail(error: unknown): void {
    this.#failure = `the client failed: ${this.#shown(error)}${placeOf(error)}`;
    this.#failing.reject(new Error(this.#failure));
    this.#recorder?.error(this.#failure);
  }

  /** Opens a session. Rejects with a reason that can be shown. */
  async #dial(url: string, receiver: LoadSession, settings: DialSettings): Promise<Session> {
    try {
      return await dial(this.#client, url, receiver, settings);
    } catch (error) {
      throw new Error(this.#shown(error));
    }
  }

  #shown(error: unknown): string {
    return reasonShown(errorText(error), this.#hide);
  }

  /** Notes that a connection of this process is open, or that TLS is established on it. */
  connectionDone(step: ConnectionStep): void {
    this.#first?.done(step);
  }

  /** Opens this worker's senders below `until`. Returns the encoded histogram of their opening times, and the total time. */
  async open({
    until,
    inFlight,
  }: Pick<ConnectOrder, 'until' | 'inFlight'>): Promise<{ connect: string; seconds: number; steps: StepTimes }> {
    const { encoding, handshake, answers, clients, workers } = this.#order;
    const { handshakeSeconds: seconds = BUSY_HANDSHAKE_SECONDS } = this.#order;
    const times = histogram();
    // Among sessions that open at once nothing tells whose a connection is.
    const first = inFlight === 1 ? new FirstConnection(this.#clock) : undefined;
    this.#first = first;
    const limits = { signal: this.#abort.signal, seconds, ...(handshake === undefined ? {} : { handshake }) };
    const form =
      answers === undefined ? undefined : { answers: new Unwrapper(answers, encoding), messages: this.#messages };
    const beganNs = this.#clock();
    const openInTurn = async (): Promise<void> => {
      while (this.#nextSender < (until ?? clients)) {
        const { address, settings } = this.#connectionOf(this.#nextSender);
        const receiver = new LoadSession(this.#nextSender, this.#sessions.length, this.#clock, {
          hide: this.#hide,
          form,
        });
        this.#nextSender += workers;
        // Added before it is open, so that sessions stay in the order of their senders when several open at once.
        this.#sessions.push(receiver);
        const dialledNs = this.#clock();
        first?.dialled(dialledNs);
        receiver.session = await this.#dial(address, receiver, { ...settings, ...limits });
        times.recordValue(Math.round(this.#clock() - dialledNs));
        first?.usable();
      }
    };
    const opening = Promise.all(Array.from({ length: inFlight }, openInTurn));
    await Promise.race([opening, this.#failing.promise]);
    this.#first = undefined;
    return { connect: encode(times), seconds: (this.#clock() - beganNs) / 1e9, steps: first?.times ?? {} };
  }

  /** Source addresses of the sessions that have been dialled; empty if the system chooses. */
  get sources(): ReadonlySet<string> {
    return new Set(this.#sessions.flatMap(({ sender }) => this.#wayOf(sender)?.source ?? []));
  }

  /** Address that a sender's client dials, and the client's settings. */
  #connectionOf(sender: number): { readonly address: string; readonly settings: Omit<ClientSettings, 'signal'> } {
    const { urls, options, encoding, token, foreign, run, reconnect } = this.#order;
    const way = this.#wayOf(sender);
    const url = urls[sender % urls.length]!;
    return {
      address: way?.host === undefined ? url : withHost(url, way.host),
      settings: {
        options,
        encoding,
        platform: this.#platformFrom(way?.host === undefined ? way?.source : undefined),
        ...(token === undefined ? {} : { token }),
        ...(foreign === undefined ? {} : { foreign }),
        ...(run === undefined ? {} : { run }),
        ...(reconnect === undefined ? {} : { reconnect }),
      },
    };
  }

  #wayOf(sender: number): Way | undefined {
    const { ways = [] } = this.#order;
    return ways[sender % ways.length];
  }

  /** Gets ready for a phase of several workers: the messages of another may arrive before this one knows when it begins. */
  prepare(): void {
    for (const session of this.#sessions) session.prepare();
  }

  /** Sends the messages of one phase, waits for the expected arrivals, and returns the counts and times. */
  async run(phase: PhaseOrder): Promise<Recording> {
    const sends = new SendSchedule(this.#order, phase, {
      sessions: this.#sessions,
      messages: this.#messages,
      clock: this.#clock,
      earlier: this.#earlier,
    });
    this.#earlier = sends.recorder;
    const { endNs, deadlineNs } = sends;
    const drain = { beganNs: endNs, endedNs: deadlineNs };
    const resolutionMs = this.#pacing.sleeps ? SLEEPING_DELAY_RESOLUTION_MS : DELAY_RESOLUTION_MS;
    const measure = async (beganNs: number): Promise<WindowFigures> => {
      const watch = this.#runtime.watchLoop(resolutionMs);
      const { spunNs, elapsedNs } = await pace(sends, this.#pacing.loop);
      const { delayP99Seconds, idleNs } = watch.end();
      return {
        due: sends.due,
        seconds: await this.#drain(sends.recorder, () => sends.expected(), {
          beganNs,
          deadlineNs,
          graceMs: phase.more ? 0 : GRACE_MS,
        }),
        loopDelayP99Seconds: delayP99Seconds,
        // A pacer that spins is awake but idle; one that sleeps is idle in the event loop's own count.
        ...(idleNs === null ? {} : { busy: shareOf(elapsedNs - spunNs - idleNs, elapsedNs) }),
      };
    };
    const recording = await this.#watch(sends.recorder, measure, drain);
    // A process that has just started grows fast. Its first collection would fall into the measured window.
    if (phase.collect) this.#runtime.collect();
    return recording;
  }

  /** Lets every session send again whenever its echo arrives, and returns the counts and times. */
  async runClosed(order: ClosedOrder): Promise<Recording> {
    const loop = new ClosedLoop(this.#order, order, {
      sessions: this.#sessions,
      messages: this.#messages,
      clock: this.#clock,
    });
    return this.#watch(loop.recorder, async (beganNs) => {
      const endNs = beganNs + order.seconds * 1e9;
      loop.start(endNs);
      while (!loop.done) await sleep(POLL_MS);
      const deadlineNs = endNs + order.drainSeconds * 1e9;
      const times = { beganNs, deadlineNs, graceMs: GRACE_MS };
      const seconds = await this.#drain(loop.recorder, () => loop.recorder.sent, times);
      loop.stop();
      return { seconds };
    });
  }

  /** Sends nothing, and counts messages that arrive and sessions that are lost meanwhile. */
  hold({ seconds }: HoldOrder): Promise<Recording> {
    return this.#watch(this.#bareRecorder(), async (beganNs) => {
      await sleep(seconds * 1e3);
      return { seconds: (this.#clock() - beganNs) / 1e9 };
    });
  }

  /**
   * Receives what the publisher sends until the observation ends, and reconnects lost sessions if the policy is `managed`. What becomes of
   * sessions is in their histories and is no error. Afterwards the sessions can only be closed.
   */
  async recover(
    order: RecoveryOrder,
  ): Promise<{ readonly sessions: readonly SessionHistory[]; readonly recording: Recording }> {
    const { seed, worker } = this.#order;
    const recorder = this.#bareRecorder();
    const recovery = new Recovery(order, {
      sessions: this.#sessions,
      messages: this.#messages,
      timers: systemTimers(this.#clock),
      random: seededRandom(seed, worker),
      opener: (sender) => this.#opener(sender),
      shown: (error) => this.#shown(error),
    });
    this.#recovery = recovery;
    const { sessions, counts, usage } = await this.#use(recorder, async (beganNs) => {
      const watch = this.#runtime.watchLoop(SLEEPING_DELAY_RESOLUTION_MS);
      const finished = await recovery.finish();
      const { delayP99Seconds } = watch.end();
      return {
        ...finished,
        usage: {
          seconds: (this.#clock() - beganNs) / 1e9,
          loopDelayP99Seconds: delayP99Seconds,
        },
      };
    });
    return { sessions, recording: { ...recorder.finish(usage, { hide: this.#hide }), ...counts } };
  }

  /** Resolves once nothing more is to be expected of any session of the recovery, at the latest at its end. */
  async settled(backNs: number): Promise<void> {
    await this.#recovery?.settled(backNs);
  }

  /** Ends the recovery. */
  finishRecovery(): void {
    this.#recovery?.end();
  }

  /** Records the arrivals of sessions that only receive from now on. */
  observe({ count }: ObserveOrder): void {
    this.#arrivals = this.#sessions.map((session) => {
      const arrivals = new Arrivals({
        sender: session.sender,
        count,
        senders: this.#order.clients,
        messages: this.#messages,
        clock: this.#clock,
        shown: (error) => this.#shown(error),
      });
      session.passTo(arrivals);
      return arrivals;
    });
  }

  /** Arrivals of the observed sessions so far. */
  histories(): SessionHistory[] {
    return this.#arrivals.map((one) => one.read());
  }

  /** Returns what opens another session for a sender. */
  #opener(sender: number): Open {
    return async (receiver, settings) => {
      const connection = this.#connectionOf(sender);
      return assertSession(
        await this.#client.connect(connection.address, receiver, { ...connection.settings, ...settings }),
      );
    };
  }

  /** Recorder for a time without a schedule, in which nothing is sent. */
  #bareRecorder(): Recorder {
    const { clients, reaches, worker, workers } = this.#order;
    return new Recorder({
      schedule: { first: 0, count: 0, clients, startNs: 0, intervalNs: 0 },
      messages: this.#messages,
      sessions: this.#sessions.length,
      reaches,
      loop: 'closed',
      senderOf: (session) => this.#sessions[session]!.sender,
      worker,
      workers,
    });
  }

  /** Records and measures while `work` runs; the figures it resolves with take precedence. */
  async #watch(
    recorder: Recorder,
    work: (beganNs: number) => Promise<WindowFigures>,
    drain?: Drain,
  ): Promise<Recording> {
    for (const session of this.#sessions) session.recordTo(recorder);
    const { usage } = await this.#use(recorder, async (beganNs) => ({ usage: await work(beganNs) }));
    for (const session of this.#sessions) session.recorder = undefined;
    return recorder.finish(usage, { drain, hide: this.#hide });
  }

  /** Measures the resources used while `work` runs, during which `recorder` takes the client's failures. */
  async #use<Result extends { readonly usage: WindowFigures }>(
    recorder: Recorder,
    work: (beganNs: number) => Promise<Result>,
  ): Promise<Omit<Result, 'usage'> & { readonly usage: Usage }> {
    this.#recorder = recorder;
    if (this.#failure !== undefined) recorder.error(this.#failure);
    const metered = this.#runtime.meter();
    const result = await work(this.#clock());
    const used = metered();
    this.#recorder = undefined;
    const { tickSeconds } = this.#runtime;
    const usage = {
      due: recorder.sent,
      ...used,
      loopDelayP99Seconds: 0,
      ...(tickSeconds === undefined ? {} : { tickSeconds }),
      ...result.usage,
    };
    return { ...result, usage };
  }

  /** Waits for the expected arrivals and `graceMs` longer. Returns the time from `beganNs` to the last expected arrival, in seconds. */
  async #drain(
    recorder: Recorder,
    expected: () => number,
    { beganNs, deadlineNs, graceMs }: { beganNs: number; deadlineNs: number; graceMs: number },
  ): Promise<number> {
    while (recorder.delivered < expected() && this.#clock() < deadlineNs) await sleep(POLL_MS);
    const seconds = (this.#clock() - beganNs) / 1e9;
    if (graceMs > 0) await sleep(graceMs);
    return seconds;
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('the trial is over'));
    await Promise.allSettled(this.#sessions.map(({ session }) => session?.close()));
    await this.#pacing.close();
  }
}

/** Part of a time, from 0 to 1. */
const shareOf = (partNs: number, wholeNs: number): number =>
  wholeNs > 0 ? Math.min(1, Math.max(0, partNs / wholeNs)) : 0;

/** URL with another host. Its text is otherwise unchanged: a parsed URL of some schemes gets a path. */
const withHost = (url: string, host: string): string => url.replace(/(?<=:\/\/)[^/:]+/, host);

/** File and line where an error was thrown, if its stack tells. */
function placeOf(error: unknown): string {
  const [, place] = (error instanceof Error && /([^\s/\\(]+:\d+):\d+\)?$/m.exec(error.stack ?? '')) || [];
  return place === undefined ? '' : ` (${place})`;
}
