import type { ClientModule, Platform } from '../contract.ts';
import type { SocketBytes } from '../meter.ts';
import { Load } from './load.ts';
import type { ConnectOrder, OpenOrder, ProbeOrder, RecoveryOrder, WorkerAnswer, WorkerOrder } from './protocol.ts';
import type { Recording } from './recording.ts';
import type { Runtime } from './runtime/shape.ts';

/** Surroundings of a load worker: a process of Node, or a page. */
export interface Surroundings {
  readonly runtime: Runtime;
  /** Returns the platform whose connections come from a source address; the system chooses it if undefined. */
  platformFrom(source: string | undefined): Platform;
  loadClient(module: string): Promise<ClientModule>;
  /** Trusts a server's certificate. */
  trust(authority: string): void;
  /** Says why the connections are not those that were ordered; undefined if they are, or nothing tells. */
  whyUnexpected(load: Load, ordered: ConnectOrder | undefined): string | undefined;
  /** Protocols of the encrypted connections. */
  protocols(): readonly string[];
  /** Resident bytes after a garbage collection. */
  memory(): number;
  /** Bytes of the sockets since the start. */
  bytes(): SocketBytes;
}

/** Follower of the run's orders: it opens its share of the sessions and puts load on them. */
export class Follower {
  readonly #around: Surroundings;
  #load: Load | undefined;
  #ordered: ConnectOrder | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Load that was ordered; undefined before that. */
  get load(): Load | undefined {
    return this.#load;
  }

  async follow(order: Exclude<WorkerOrder, ProbeOrder>): Promise<WorkerAnswer> {
    if (order.order === 'connect') return this.#connect(order);
    if (order.order === 'bytes') return { answer: 'bytes', ...this.#around.bytes() };
    const load = this.#load;
    if (load === undefined) throw new Error(`ordered to ${order.order} before connecting`);
    if (order.order === 'open') return this.#open(load, order);
    if (order.order === 'hold') return this.#record(load, load.hold(order));
    if (order.order === 'closed') return this.#record(load, load.runClosed(order));
    if (order.order === 'recovery') return this.#recover(load, order);
    if (order.order === 'settle') {
      await load.settled(order.backNs);
      return { answer: 'settled' };
    }
    if (order.order === 'finish') {
      load.finishRecovery();
      return { answer: 'finished' };
    }
    if (order.order === 'observe') {
      load.observe(order);
      return { answer: 'observing' };
    }
    if (order.order === 'histories') return { answer: 'histories', sessions: load.histories() };
    if (order.order === 'prepare') {
      load.prepare();
      return { answer: 'prepared' };
    }
    if (order.order === 'memory') return { answer: 'memory', rssBytes: this.#around.memory() };
    if (order.order === 'phase') return this.#record(load, load.run(order));
    await load.close();
    return { answer: 'closed' };
  }

  async #connect(order: ConnectOrder): Promise<WorkerAnswer> {
    const { runtime, loadClient, trust, platformFrom } = this.#around;
    const client = await loadClient(order.module);
    this.#ordered = order;
    if (order.authority !== undefined) trust(order.authority);
    this.#load = new Load(order, client, { platformFrom, runtime });
    return this.#open(this.#load, order);
  }

  async #open(load: Load, order: ConnectOrder | OpenOrder): Promise<WorkerAnswer> {
    const opened = await load.open(order);
    this.#checkConnections(load);
    return { answer: 'connected', ...opened, protocols: [...this.#around.protocols()] };
  }

  /** Checks the connections again: some clients open one with the first message. */
  async #record(load: Load, recorded: Promise<Recording>): Promise<WorkerAnswer> {
    const recording = await recorded;
    this.#checkConnections(load);
    return { answer: 'phase', recording };
  }

  async #recover(load: Load, order: RecoveryOrder): Promise<WorkerAnswer> {
    const recovered = await load.recover(order);
    this.#checkConnections(load);
    return { answer: 'recovered', ...recovered };
  }

  /** Throws if the connections are not those that were ordered: then the trial measured something else. */
  #checkConnections(load: Load): void {
    const why = this.#around.whyUnexpected(load, this.#ordered);
    if (why !== undefined) throw new Error(why);
  }
}
