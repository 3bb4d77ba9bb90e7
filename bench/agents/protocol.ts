import type { WorkerAnswer, WorkerOrder } from '../load/protocol.ts';
import type { Environment } from '../results/schema.ts';
import type { ClockReading } from './clock.ts';

/**
 * Jobs between a run and its agents, on BullMQ over Redis. A role is a job that one agent claims for as long as the run goes on; each
 * order to it is a job of the role's own queue, and the answer is that job's return value.
 */

/** First part of all keys in Redis. */
export const PREFIX = 'wirebench';
/** Queue of the roles of all runs. */
export const ROLES = 'roles';
/** Keys of that queue that are there between runs, and the time after which Redis removes them, in seconds. */
export const ROLE_KEYS = ['id', 'events', 'meta'].map((key) => `${PREFIX}:${ROLES}:${key}`);
export const ROLE_KEYS_SECONDS = 3_600;
/** Queue of the orders to the agent that has a role. @param role id of the role's job */
export const ordersTo = (role: string): string => `orders-${role}`;
/** Key that exists as long as a run goes on. */
export const aliveKey = (run: string): string => `${PREFIX}:run:${run}`;
/** Time after which that key is gone unless the run sets it again, and the interval in which it does. */
export const ALIVE_MS = 6_000;
export const BEAT_MS = 1_000;

/**
 * Times by which a killed agent is noticed after two seconds instead of a minute. A role never stalls twice: BullMQ would let another
 * agent begin it again in the middle of a trial.
 */
export const ROLE_LOCKS = { lockDuration: 2_000, stalledInterval: 500, maxStalledCount: 0 } as const;

/** Version of a run's or an agent's code. */
export interface Version {
  /** Version of the package. */
  readonly wirebench: string;
  /** Format of its results. */
  readonly schema: string;
}

/** Role that an agent claims. The fields are read by agents of every version. */
export interface Role {
  readonly run: string;
  readonly version: Version;
}

/** Agent that has claimed a role, as it describes itself. */
export interface Claim {
  readonly name: string;
  readonly host: Omit<NonNullable<Environment['hosts']>[number], 'name'>;
  /** Name and version of what runs its load workers. */
  readonly runtime: string;
  /** Number of load workers that it can start. */
  readonly workers: number;
  /** Open files that each of them may have, and ports for connections to one address; null if the system does not say. */
  readonly files: number | null;
  readonly ports: number | null;
}

export type AgentOrder =
  /** Starts so many fresh load workers, and ends those of an earlier trial. */
  | { readonly order: 'begin'; readonly workers: number }
  /** Hands an order to a load worker, which has so many seconds for its answer. */
  | {
      readonly order: 'work';
      readonly worker: number;
      readonly work: WorkerOrder;
      readonly kind: WorkerAnswer['answer'];
      readonly seconds: number;
      readonly otherwise?: string | undefined;
    }
  /** Ends the load workers. */
  | { readonly order: 'end' }
  /** Gives the role back. */
  | { readonly order: 'leave' };

export type AgentAnswer =
  | { readonly answer: 'begun'; readonly clock: ClockReading }
  | {
      readonly answer: 'worked';
      readonly work: WorkerAnswer;
      /** Clock after a measured phase. */
      readonly clock?: ClockReading;
      /** Time by which a phase's order came after its first due time. Absent: it came in time. */
      readonly lateSeconds?: number;
    }
  | { readonly answer: 'failed'; readonly reason: string }
  | { readonly answer: 'done' };

/** Refusal of a role by an agent of another version; undefined if both are of one. */
export function whyOtherVersion(agent: string, own: Version, wanted: Version): string | undefined {
  if (own.wirebench === wanted.wirebench && own.schema === wanted.schema) return undefined;
  const text = ({ wirebench, schema }: Version): string => `wirebench ${wirebench} (results ${schema})`;
  return `agent ${agent} is ${text(own)}, and the run is ${text(wanted)}: install one version on all machines`;
}
