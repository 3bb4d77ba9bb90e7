import type { Probe } from '../load/answers/form.ts';
import { mergeSteps } from '../load/first-connection.ts';
import { merge } from '../load/histogram.ts';
import type {
  ClosedOrder,
  ConnectOrder,
  HoldOrder,
  OpenOrder,
  PhaseOrder,
  ProbeOrder,
  RecoveryOrder,
  SessionHistory,
  WorkerAnswer,
  WorkerOrder,
} from '../load/protocol.ts';
import { combine, type Recording } from '../load/recording.ts';
import type { Opened } from '../scenarios/shape.ts';
import {
  type LoadProcess,
  type LoadWorker,
  type LoadWorkerSettings,
  type LoadWorkers,
  nodeWorkers,
} from './load-workers.ts';
import { COLLECTING_SECONDS, PATIENCE_SECONDS } from './processes.ts';

/** Time between ordering a phase and its first due time, in which the order reaches the worker. */
const LEAD_NS = 25e6;
/** Such a time for several workers. One that learns of the phase later loses nothing, but sends its first messages late. */
const SHARED_LEAD_NS = 100e6;
/** Minimum rate of opening and closing sessions: a tenth of the slowest transport's. */
const MIN_SESSIONS_PER_SECOND = 10;
/** Number of phases in a warm-up: code compiled in one phase is compiled again in the next, until the third. */
export const WARM_UP_ROUNDS = 3;

/** Maximum time to open or close a number of sessions. */
export function maxOpeningSeconds(sessions: number): number {
  return sessions / MIN_SESSIONS_PER_SECOND;
}

export interface GeneratorSettings extends LoadWorkerSettings {
  /** Sessions of all workers together. */
  readonly clients: number;
  readonly signal: AbortSignal;
}

/** Settings that all sessions share: address, client module and messages. */
export type SessionSettings = Omit<
  ConnectOrder,
  'order' | 'clients' | 'worker' | 'workers' | 'hosts' | 'originNs' | 'until' | 'inFlight'
>;

/** Histories of the sessions of all workers, in the order of their senders, and the use of resources. */
export interface Recovered {
  readonly sessions: readonly SessionHistory[];
  readonly recording: Recording;
}

/** Load workers that act as one generator. Every operation rejects when a worker ends or the signal aborts. */
export class LoadGenerator implements AsyncDisposable {
  readonly workers: readonly LoadWorker[];
  readonly #started: LoadWorkers;
  /** Origin of the trial's clock, a reading of `process.hrtime.bigint`. */
  readonly originNs = process.hrtime.bigint();
  readonly #clients: number;
  readonly #signal: AbortSignal;
  #connected = false;

  /** @param start starts the workers */
  constructor(
    { clients, signal, ...settings }: GeneratorSettings,
    start: (settings: LoadWorkerSettings) => LoadWorkers = nodeWorkers,
  ) {
    this.#started = start(settings);
    this.workers = this.#started.all;
    this.#clients = clients;
    this.#signal = signal;
  }

  /** Starts what cannot start before the server's address is known. */
  async reach(url: string): Promise<void> {
    await this.#started.reach?.(url, this.#signal);
  }

  /** Processes that the workers run in. */
  get processes(): readonly LoadProcess[] {
    return this.#started.processes();
  }

  /** True from the first order to open sessions until they are closed. */
  get connected(): boolean {
    return this.#connected;
  }

  /**
   * Opens the senders that are not open yet: all of them, or those below `until`.
   *
   * @param seconds maximum time
   */
  async open(
    sessions: SessionSettings,
    { until, inFlight }: Omit<OpenOrder, 'order'>,
    seconds = PATIENCE_SECONDS + maxOpeningSeconds(this.#clients),
  ): Promise<Opened> {
    const workers = this.workers.length;
    const originNs = this.originNs.toString();
    const clients = this.#clients;
    const hosts = this.#started.hosts === undefined ? {} : { hosts: this.#started.hosts };
    const order = (worker: number): WorkerOrder =>
      this.#connected
        ? { order: 'open', until, inFlight }
        : { order: 'connect', ...sessions, clients, worker, workers, ...hosts, originNs, until, inFlight };
    const opened = await this.#ask(order, 'connected', seconds, 'did not open its sessions');
    this.#connected = true;
    return {
      connect: merge(opened.map((one) => one.connect)),
      seconds: Math.max(...opened.map((one) => one.seconds)),
      protocols: [...new Set(opened.flatMap((one) => one.protocols))].toSorted(),
      steps: mergeSteps(opened.map((one) => one.steps)),
    };
  }

  /** Lets one worker dial the server and learn the form of its answers. */
  async probe(order: Omit<ProbeOrder, 'order'>): Promise<Probe> {
    const patience = { seconds: PATIENCE_SECONDS, signal: this.#signal };
    return (await this.workers[0]!.ask({ order: 'probe', ...order }, 'probed', patience)).probe;
  }

  /** Has the workers ready for a phase, and resolves with the earliest time, on the trial's clock, at which it can begin. */
  async prepare(): Promise<number> {
    // Messages of one worker arrive at the others, whose orders may come later.
    if (this.workers.length > 1) await this.#ask(() => ({ order: 'prepare' }), 'prepared');
    const usualNs = this.workers.length > 1 ? SHARED_LEAD_NS : LEAD_NS;
    return this.nowNs + (this.#started.leadNs ?? usualNs);
  }

  /** Time on the trial's clock. */
  get nowNs(): number {
    return Number(process.hrtime.bigint() - this.originNs);
  }

  /** Sends messages on a schedule. */
  phase(order: Omit<PhaseOrder, 'order'>): Promise<Recording> {
    return this.#record({ order: 'phase', ...order }, order.seconds + order.drainSeconds);
  }

  /** Runs a closed loop: each session sends again when its echo arrives. */
  closed(order: Omit<ClosedOrder, 'order'>): Promise<Recording> {
    return this.#record({ order: 'closed', ...order }, order.seconds + order.drainSeconds);
  }

  /** Sends nothing for a while and watches that the sessions stay open. */
  hold(seconds: number): Promise<Recording> {
    return this.#record({ order: 'hold', seconds }, seconds);
  }

  /** Observes the sessions through a fault while a publisher sends, and reconnects them if the policy is `managed`. */
  async recovery(order: Omit<RecoveryOrder, 'order'>): Promise<Recovered> {
    const seconds = Math.max(0, order.endNs - this.nowNs) / 1e9;
    let sessions: readonly SessionHistory[] = [];
    const recording = await this.#metered(async () => {
      const patience = PATIENCE_SECONDS + seconds;
      const answers = await this.#ask(() => ({ order: 'recovery', ...order }), 'recovered', patience);
      sessions = answers.flatMap((answer) => answer.sessions).toSorted((a, b) => a.sender - b.sender);
      return combine(answers.map((answer) => answer.recording));
    });
    return { sessions, recording };
  }

  /** Resolves once nothing more is to be expected of any session that is observed. @param seconds maximum time */
  async settled(backNs: number, seconds: number): Promise<void> {
    await this.#ask(() => ({ order: 'settle', backNs }), 'settled', PATIENCE_SECONDS + seconds);
  }

  /** Ends the observation, which resolves then. */
  async finish(): Promise<void> {
    await this.#ask(() => ({ order: 'finish' }), 'finished');
  }

  /** Freezes the tabs that the workers are, or lets them go on. */
  async freeze(frozen: boolean): Promise<void> {
    if (this.#started.freeze === undefined) throw new Error('load workers that are no tabs cannot be frozen');
    await this.#started.freeze(frozen);
  }

  /** Resident bytes of all workers after a garbage collection. */
  async memory(): Promise<number> {
    const answers = await this.#ask(() => ({ order: 'memory' }), 'memory', COLLECTING_SECONDS);
    return answers.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
  }

  /** Bytes of each worker's sockets. */
  bytes(): Promise<readonly Extract<WorkerAnswer, { answer: 'bytes' }>[]> {
    return this.#ask(() => ({ order: 'bytes' }), 'bytes');
  }

  /** Closes every session. Others can be opened afterwards. */
  async close(seconds = maxOpeningSeconds(this.#clients)): Promise<void> {
    await this.#ask(() => ({ order: 'close' }), 'closed', PATIENCE_SECONDS + seconds);
    this.#connected = false;
  }

  /** Kills the workers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started[Symbol.asyncDispose]();
  }

  async #record(order: PhaseOrder | ClosedOrder | HoldOrder, seconds: number): Promise<Recording> {
    return this.#metered(async () => {
      const answers = await this.#ask(() => order, 'phase', PATIENCE_SECONDS + seconds);
      return combine(answers.map(({ recording }) => recording));
    });
  }

  #metered(work: () => Promise<Recording>): Promise<Recording> {
    return this.#started.metered === undefined ? work() : this.#started.metered(work);
  }

  /** @param seconds maximum time @param otherwise failing of a worker that takes longer, in words */
  #ask<Kind extends WorkerAnswer['answer']>(
    order: (worker: number) => WorkerOrder,
    kind: Kind,
    seconds = PATIENCE_SECONDS,
    otherwise = 'did not answer',
  ): Promise<Extract<WorkerAnswer, { answer: Kind }>[]> {
    const patience = { seconds, signal: this.#signal, otherwise };
    return Promise.all(this.workers.map((worker, index) => worker.ask(order(index), kind, patience)));
  }
}
