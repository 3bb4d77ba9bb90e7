import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../contract.ts';
import { usualLimits } from '../limits.ts';
import type { Probe } from '../load/answers/form.ts';
import { answersInForce } from '../load/answers/learn.ts';
import { merge } from '../load/histogram.ts';
import type { ClosedOrder, PhaseOrder, Way } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import { tlsOf } from '../plan/plan.ts';
import { MAX_SIZE } from '../plan/settings.ts';
import { ranElsewhere } from '../results/values.ts';
import type { Opened, PlannedCase, Snapshot, Stage } from '../scenarios/shape.ts';
import { addressShown } from '../security/redact.ts';
import type { Security } from '../security/security.ts';
import { capabilitiesOf, clientModule, optionsOf, serverModule } from '../transports/index.ts';
import type { CpuPinning } from './affinity.ts';
import { OrderFailed } from './child.ts';
import { LoadGenerator, type SessionSettings } from './generator.ts';
import { foreignServer, type Host, launchedServer, ourServer } from './host.ts';
import type { Link } from './link.ts';
import { PATIENCE_SECONDS, PLUGIN_SECONDS, startServer } from './processes.ts';

/** Processes, link and security of a trial. */
export interface StageSettings {
  readonly seed: number;
  /** Id of the run, which messages carry at a server that is not ours. */
  readonly runId: string;
  readonly workers: number;
  readonly pinning: CpuPinning | undefined;
  readonly link: Link;
  /** Ways of the load's sessions, in rotation; empty if the system chooses the source address. */
  readonly ways: readonly Way[];
  readonly security: Security;
  readonly signal: AbortSignal;
}

/** Time for the last bytes to arrive, including an acknowledgement delayed by 40 ms. */
const SETTLE_MS = 60;
/** Maximum delay between the effects of a process's end and the notice of it. */
const NOTICE_MS = 200;
/** Limits of the measured server. The load is ours, so they must not restrict its rate or message size. */
const LIMITS = { ...usualLimits(MAX_SIZE), messagesPerSecond: Number.MAX_SAFE_INTEGER };
/** Address of a server that listens on all of its host's. */
const ALL_ADDRESSES = '0.0.0.0';
/** Size of the load's messages in a trial that sends none, in bytes. */
const UNUSED_SIZE = 16;

/**
 * Fresh server process and fresh load workers for one trial. Every operation rejects when the signal aborts, with its reason, and
 * when a process ends; then the error says how the server ended rather than which losses that caused. No process outlives the stage.
 */
export class ProcessStage implements Stage, AsyncDisposable {
  readonly #planned: PlannedCase;
  readonly #settings: StageSettings;
  readonly #generator: LoadGenerator;
  readonly #host: Host;
  #url = '';
  #effective: Options = {};

  /** Starts the processes and makes the server listen. */
  static async open(planned: PlannedCase, settings: StageSettings): Promise<ProcessStage> {
    const stage = new ProcessStage(planned, settings);
    try {
      await stage.#listen();
      return stage;
    } catch (error) {
      // A server that does not listen may not end by itself either.
      await stage.#end(true);
      throw error;
    }
  }

  private constructor(planned: PlannedCase, settings: StageSettings) {
    const { pinning, link, signal } = settings;
    const { clients } = planned;
    this.#planned = planned;
    this.#settings = settings;
    this.#generator = new LoadGenerator({
      workers: Math.min(settings.workers, clients),
      clients,
      cores: pinning?.workers,
      end: link.generatorEnd,
      signal,
    });
    this.#host = this.#start();
  }

  #start(): Host {
    const { pinning, link, signal } = this.#settings;
    const { target, exec, entry, targetOptions = {} } = this.#planned;
    const core = pinning?.server;
    const bytes = () => this.#generator.bytes();
    if (target === null) {
      const listenSeconds = entry.module === undefined ? PATIENCE_SECONDS : PLUGIN_SECONDS;
      return ourServer(startServer(core, link.serverEnd), { seconds: PATIENCE_SECONDS, signal }, listenSeconds);
    }
    if (exec === undefined) return foreignServer({ url: target, effective: targetOptions }, bytes);
    const settings = { command: exec, url: target, link, core, datagrams: entry.port === 'udp', signal };
    return launchedServer(settings, targetOptions, bytes);
  }

  /** Address that clients connect to. */
  get url(): string {
    return this.#url;
  }

  /** Settings in force at the server. */
  get effective(): Options {
    return this.#effective;
  }

  /** Number of load workers. */
  get workers(): number {
    return this.#generator.workers.length;
  }

  async snapshot(): Promise<Snapshot> {
    const usage = await this.#whileServed(this.#host.usage());
    return { ...usage, link: this.#settings.link.counters() };
  }

  /** Dials the server and learns the form of its answers. @param companion true to open a second session beside the sender's */
  probe(sizes: readonly number[], companion: boolean): Promise<Probe> {
    const { entry, variant } = this.#planned;
    const pauseSeconds = Number(optionsOf({ entry, variant }).intervalMs ?? 0) / 1e3;
    const { unanswered } = entry;
    const { reliable } = capabilitiesOf({ entry, variant });
    const order = { ...this.#sessions(), sizes, companion, reliable, pauseSeconds };
    return this.#whileServed(this.#generator.probe(unanswered === undefined ? order : { ...order, unanswered }));
  }

  /** Opens the senders below `until` that are not open yet, then waits until their bytes have arrived. */
  openSessions(until: number, inFlight: number): Promise<Opened> {
    return this.#whileServed(this.#openSessions(until, inFlight));
  }

  /** Sends messages on a schedule that begins now. */
  phase(order: Omit<PhaseOrder, 'order' | 'startNs'>): Promise<Recording> {
    return this.#whileServed(this.#generator.phase({ ...order, startNs: this.#generator.soonNs() }));
  }

  /** Runs a closed loop: each session sends again when its echo arrives. */
  closed(order: Omit<ClosedOrder, 'order'>): Promise<Recording> {
    return this.#whileServed(this.#generator.closed(order));
  }

  /** Sends nothing for a while and watches that the sessions stay open. */
  hold(seconds: number): Promise<Recording> {
    return this.#whileServed(this.#generator.hold(seconds));
  }

  /** Resident bytes of both sides after a garbage collection; null for a foreign server. */
  memory(): Promise<{ server: number | null; generator: number }> {
    return this.#whileServed(this.#memory());
  }

  /** Closes every session. Others can be opened afterwards. */
  closeSessions(): Promise<void> {
    return this.#whileServed(this.#closeSessions());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end(this.#settings.signal.aborted);
  }

  async #end(atOnce: boolean): Promise<void> {
    // Closes sessions properly only at a server that goes on running.
    const saysGoodbye = ranElsewhere(this.#planned) && this.#generator.connected && !atOnce;
    if (saysGoodbye) await this.#generator.close(0).catch(() => {});
    await this.#generator[Symbol.asyncDispose]();
    await this.#host.end(atOnce);
  }

  async #listen(): Promise<void> {
    const { entry, variant, application } = this.#planned;
    const { link, security } = this.#settings;
    const dialledByWays = this.#ways().some(({ host }) => host !== undefined);
    const listening = this.#host.listen({
      order: 'listen',
      module: serverModule(entry),
      ...(application === undefined ? {} : { application }),
      host: dialledByWays ? ALL_ADDRESSES : link.host,
      port: 0,
      options: optionsOf({ entry, variant }),
      limits: LIMITS,
      ...security.server,
    });
    const { url, effective } = await this.#whileServed(listening);
    this.#url = url;
    const { answers } = this.#planned;
    this.#effective = answers === undefined ? effective : { ...effective, ...answersInForce(answers) };
  }

  async #openSessions(until: number, inFlight: number): Promise<Opened> {
    const opened = await this.#openAll(until, inFlight).catch((error: Error) => {
      const { target, entry } = this.#planned;
      // The address is all that is known of a foreign server, so the error names it.
      if (target === null || this.#settings.signal.aborted) throw error;
      const why = error instanceof OrderFailed ? error.reason : error.message;
      const said = `not all sessions could be opened at ${addressShown(target)} with ${entry.id}: ${why}`;
      throw new Error(said.replaceAll(this.#url, addressShown(this.#url)));
    });
    const { protocols = [] } = opened;
    if (protocols.length > 0) this.#effective = { ...this.#effective, tls: protocols.join(', ') };
    await sleep(SETTLE_MS);
    return opened;
  }

  /** Opens the senders below `until`; the first of a plugin by itself, because its client may hang. */
  async #openAll(until: number, inFlight: number): Promise<Opened> {
    const sessions = this.#sessions();
    const isFirst = this.#planned.entry.module !== undefined && !this.#generator.connected;
    const first = isFirst ? [await this.#generator.open(sessions, { until: 1, inFlight: 1 }, PLUGIN_SECONDS)] : [];
    const opened = [...first, await this.#generator.open(sessions, { until, inFlight })];
    return {
      connect: merge(opened.map(({ connect }) => connect)),
      seconds: opened.reduce((sum, { seconds }) => sum + seconds, 0),
      protocols: [...new Set(opened.flatMap(({ protocols = [] }) => protocols))],
    };
  }

  #sessions(): SessionSettings {
    const { size, encoding, payload, scenario, entry, variant, target, targetOptions, answers } = this.#planned;
    const { seed, runId, security } = this.#settings;
    const { ordered, reliable } = capabilitiesOf(this.#planned);
    return {
      module: clientModule(entry),
      url: this.#url,
      options: { ...optionsOf({ entry, variant }), ...targetOptions },
      encoding,
      payload,
      ...security.client,
      ...(target === null ? {} : { foreign: true, run: runId }),
      ...(ordered && reliable ? { queues: true } : {}),
      ...(answers === undefined ? {} : { answers }),
      ...(entry.handshake === undefined ? {} : { handshake: entry.handshake }),
      size: size || UNUSED_SIZE,
      seed,
      opcode: scenario.opcode,
      reaches: scenario.reaches,
      ...this.#encryption(),
      ways: this.#ways(),
    };
  }

  /** Encryption of the connections. At an address of its own, and without `--tls`, a client from outside the repository decides. */
  #encryption(): { tls?: boolean } {
    const tls = tlsOf(this.#planned);
    return tls === undefined || (!tls && this.#planned.entry.module !== undefined) ? {} : { tls };
  }

  /** Ways of the sessions. A server that is not ours may not listen on the addresses of a way, so its clients bind their connections. */
  #ways(): readonly Way[] {
    const { entry, target } = this.#planned;
    if (entry.sharesSocket) return [];
    const { ways } = this.#settings;
    return target === null ? ways : ways.map(({ source }) => ({ source }));
  }

  async #memory(): Promise<{ server: number | null; generator: number }> {
    const generator = await this.#generator.memory();
    return { server: await this.#host.memory(), generator };
  }

  async #closeSessions(): Promise<void> {
    await this.#generator.close();
    await sleep(SETTLE_MS);
  }

  /** Waits for the work. If the server ends, rejects with how it ended, which is the cause of the losses. */
  async #whileServed<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await Promise.race([work, this.#host.ended()]);
    } catch (error) {
      const { signal } = this.#settings;
      if (signal.aborted) throw signal.reason;
      // A worker may notice the server's end before this process does.
      throw await Promise.race([this.#host.ended().catch((ended: unknown) => ended), sleep(NOTICE_MS, error)]);
    }
  }
}
