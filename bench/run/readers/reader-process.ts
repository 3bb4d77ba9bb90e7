import { type ChildProcess, spawn } from 'node:child_process';
import type { SessionHistory } from '../../load/protocol.ts';
import { effectsOf, networkOf } from '../../networks/network.ts';
import type { Reader } from '../../results/values.ts';
import type { SlowReaders } from '../../scenarios/shape.ts';
import { SLOW_LINE } from '../../scenarios/shared/readers.ts';
import type { SessionSettings } from '../generator.ts';
import type { Link } from '../link.ts';
import { type Connection, connectionsOf, fromOtherEnd, stillEstablished } from '../network/connections.ts';
import { isRelayed } from '../network/relayed-link.ts';
import { PATIENCE_SECONDS, startWorker, type Worker } from '../processes.ts';
import type { Variables } from '../variables.ts';

export interface ReaderSettings {
  /** Number of the other sessions, which send. */
  readonly senders: number;
  readonly readers: number;
  readonly core: string | undefined;
  readonly link: Link;
  readonly variables?: Variables['passed'] | undefined;
  /** Origin of the trial's clock. */
  readonly originNs: bigint;
  /** Resolves with a process in the server's namespace; null if it is not known. */
  readonly serverPid: () => Promise<number | null>;
  readonly signal: AbortSignal;
}

/**
 * Sessions that only receive, in a process of their own, which can be stopped, or whose lines can be made slow. Their numbers follow
 * those of the senders. A stopped process continues when this one ends, however it ends.
 */
export class ReaderProcess implements SlowReaders, AsyncDisposable {
  readonly #worker: Worker;
  readonly #settings: ReaderSettings;
  /** Shell that lets the stopped process go on. Absent while it is not stopped. */
  #guard: ChildProcess | undefined;
  /** Connections that were open when the readers became slow, as the server sees them, and that have not ended. */
  #open: readonly Connection[] = [];
  #serverPid: number | null = null;
  readonly #endedNs: number[] = [];

  constructor(settings: ReaderSettings) {
    const { core, link, variables } = settings;
    this.#settings = settings;
    this.#worker = startWorker({ core, end: link.generatorEnd, variables });
  }

  get pid(): number | undefined {
    return this.#worker.pid;
  }

  get nowNs(): number {
    return Number(process.hrtime.bigint() - this.#settings.originNs);
  }

  get endedNs(): readonly number[] {
    return this.#endedNs;
  }

  /** Opens the sessions and records their arrivals. @param messages number of messages that the trial sends in all */
  async open(sessions: SessionSettings, messages: number, seconds: number): Promise<void> {
    const { senders, readers, originNs } = this.#settings;
    const numbers = { clients: senders, worker: senders, workers: 1, until: senders + readers };
    const order = { ...sessions, ...numbers, originNs: originNs.toString(), inFlight: readers };
    const patience = this.#patience(seconds, 'did not open its sessions');
    await this.#worker.ask({ order: 'connect', ...order }, 'connected', patience);
    await this.#worker.ask({ order: 'observe', count: messages }, 'observing', this.#patience());
  }

  async hinder(how: Reader): Promise<number> {
    this.#serverPid = await this.#settings.serverPid();
    this.#open = this.pid === undefined ? [] : connectionsOf(this.pid).map(fromOtherEnd);
    if (how === 'stopped') this.#stop();
    else await this.#slowLines(true);
    return this.nowNs;
  }

  async release(): Promise<number> {
    if (this.#guard === undefined) await this.#slowLines(false);
    else this.#continue();
    return this.nowNs;
  }

  look(): void {
    if (this.#serverPid === null) return;
    const still = stillEstablished(this.#serverPid, this.#open);
    for (let ended = this.#open.length - still.length; ended > 0; ended--) this.#endedNs.push(this.nowNs);
    this.#open = still;
  }

  async histories(): Promise<readonly SessionHistory[]> {
    return (await this.#worker.ask({ order: 'histories' }, 'histories', this.#patience())).sessions;
  }

  #stop(): void {
    const { pid } = this;
    if (pid === undefined) throw new Error('the process of the slow readers did not start');
    // Its input ends with this process, even if that is killed.
    const guard = spawn('sh', ['-c', `read -r _; kill -CONT ${pid}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    guard.on('error', () => {});
    guard.stdin?.on('error', () => {});
    this.#guard = guard;
    process.kill(pid, 'SIGSTOP');
  }

  #continue(): void {
    const { pid } = this;
    if (pid !== undefined && !this.#worker.hasEnded) process.kill(pid, 'SIGCONT');
    this.#guard?.stdin?.end();
    this.#guard = undefined;
  }

  async #slowLines(on: boolean): Promise<void> {
    const { link, senders, readers } = this.#settings;
    if (!isRelayed(link)) throw new Error('slow readers need a relay, which makes their lines slow');
    const numbers = Array.from({ length: readers }, (_, reader) => senders + reader);
    await link.slowLines(numbers, on ? effectsOf(networkOf(SLOW_LINE)) : null);
  }

  #patience(seconds = 0, otherwise?: string) {
    const { signal } = this.#settings;
    return { seconds: PATIENCE_SECONDS + seconds, signal, ...(otherwise === undefined ? {} : { otherwise }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#continue();
    await this.#worker.kill();
  }
}
