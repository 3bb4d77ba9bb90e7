import type { WorkerAnswer, WorkerOrder } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import type { Environment } from '../results/schema.ts';
import type { Patience } from './child.ts';
import { startWorker } from './processes.ts';
import type { Variables } from './variables.ts';

/** Load worker: it opens a share of the sessions and answers each order with one answer. */
export interface LoadWorker {
  ask<Kind extends WorkerAnswer['answer']>(
    order: WorkerOrder,
    kind: Kind,
    patience: Patience,
  ): Promise<Extract<WorkerAnswer, { answer: Kind }>>;
}

/** Process that load workers run in. */
export interface LoadProcess {
  /** `generator`, or part of a browser, such as `renderer`. */
  readonly role: string;
  /** Undefined if it did not start. */
  readonly pid: number | undefined;
}

/** Load workers of one trial, and the processes that they run in. To dispose of them kills them. */
export interface LoadWorkers extends AsyncDisposable {
  readonly all: readonly LoadWorker[];
  /** Number of each worker's host. Absent: all are on this one. */
  readonly hosts?: readonly number[];
  /** Time that they need between an order for a phase and its first due time. Absent: the usual. */
  readonly leadNs?: number;
  /** Starts what cannot start before the server's address is known. */
  reach?(url: string, signal: AbortSignal): Promise<void>;
  /** Processes that run now. */
  processes(): readonly LoadProcess[];
  /** Freezes the tabs that they are, or lets them go on. Absent: they are none. */
  freeze?(frozen: boolean): Promise<void>;
  /** Adds to the recording of some work what the workers cannot tell of their processes themselves. */
  metered?(work: () => Promise<Recording>): Promise<Recording>;
}

/** Load workers on other machines: what is left of them may change from trial to trial. */
export interface Agents {
  /** Number of load workers that there are now. */
  readonly workers: number;
  /** Machines that have taken part so far. */
  readonly hosts: NonNullable<Environment['hosts']>;
  /** Waits until the next trial can begin. Throws, with what to do, if none can. */
  ready(signal: AbortSignal): Promise<void>;
  /** Starts the load workers of a trial, at most as many as there are. */
  start(settings: LoadWorkerSettings): LoadWorkers;
}

/** Settings of load workers. */
export interface LoadWorkerSettings {
  readonly workers: number;
  /** Core of each worker; undefined if they are not pinned. */
  readonly cores?: readonly string[] | undefined;
  /** Command prefix that makes a worker run at its end of the link. */
  readonly end?: readonly string[];
  /** Environment of the workers. */
  readonly variables?: Variables['passed'] | undefined;
}

/** Starts load workers, each a process of Node. */
export function nodeWorkers({ workers, cores, ...settings }: LoadWorkerSettings): LoadWorkers {
  const all = Array.from({ length: workers }, (_, index) => startWorker({ core: cores?.[index], ...settings }));
  return {
    all,
    processes: () => all.map(({ pid }) => ({ role: 'generator', pid })),
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((worker) => worker.kill()));
    },
  };
}
