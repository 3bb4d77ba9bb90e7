import { setTimeout as sleep } from 'node:timers/promises';
import { newEpoch } from '../codec/replay-log.ts';
import type { Limits, Options, ServerSettings, ServerUsage } from '../contract.ts';
import { usualLimits } from '../limits.ts';
import type { Probe } from '../load/answers/form.ts';
import { answersInForce } from '../load/answers/learn.ts';
import { BUSY_HANDSHAKE_SECONDS } from '../load/dial.ts';
import { mergeSteps } from '../load/first-connection.ts';
import { merge } from '../load/histogram.ts';
import type { ClosedOrder, PhaseOrder, Way } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import { paceOf } from '../plan/beside.ts';
import { tlsOf } from '../plan/plan.ts';
import { MAX_SIZE } from '../plan/settings.ts';
import { ranElsewhere } from '../results/values.ts';
import { viaIn } from '../results/via.ts';
import type {
  Course,
  Disrupted,
  Opened,
  PlannedCase,
  SlowReaders,
  Snapshot,
  Stage,
  Window,
} from '../scenarios/shape.ts';
import { isInBrowser } from '../scenarios/shared/clients-in.ts';
import { policyOf } from '../scenarios/shared/faults.ts';
import { heartbeatOptions } from '../scenarios/shared/heartbeat.ts';
import { longestRoundTripSeconds, networkOf, patienceSeconds } from '../scenarios/shared/network.ts';
import { hasBackplane, nodesOf } from '../scenarios/shared/nodes.ts';
import { readersAmong } from '../scenarios/shared/readers.ts';
import { DEFAULT_RUNTIME, runtimeOf } from '../scenarios/shared/runtime.ts';
import { makeIdentity } from '../security/identity.ts';
import { addressShown } from '../security/redact.ts';
import type { Security } from '../security/security.ts';
import { addressesOf, capabilitiesOf, clientModule, optionsOf, proxiedOf, serverModule } from '../transports/index.ts';
import type { CpuPinning } from './affinity.ts';
import { type Browser, browserWorkers, pagesFor } from './browser/workers.ts';
import { OrderFailed } from './child.ts';
import { watchCores } from './contention/contention.ts';
import { LoadGenerator, maxOpeningSeconds, type SessionSettings } from './generator.ts';
import { foreignServer, type Host, launchedServer, ourServer, sumOf } from './host.ts';
import { openFiles } from './limits.ts';
import type { Link } from './link.ts';
import type { Agents } from './load-workers.ts';
import type { Roots } from './machine/roots.ts';
import type { MachineWatch } from './machine/watch.ts';
import { isRelayed } from './network/relayed-link.ts';
import { PATIENCE_SECONDS, PLUGIN_SECONDS, type Server, startServer } from './processes.ts';
import { ReaderProcess } from './readers/reader-process.ts';
import { disrupt } from './recovery/disrupt.ts';
import { PublishedLog } from './recovery/published-log.ts';
import type { UsableRuntime } from './runtimes/find.ts';
import { severalNodes } from './scale/nodes.ts';
import { connectionsFor } from './scale/proxies/order.ts';
import { proxiedHost } from './scale/proxies/proxied-host.ts';
import { openRedis, outsideRedis } from './scale/redis.ts';
import { sharedPort } from './scale/shared-port.ts';
import type { Variables } from './variables.ts';

/** Processes, link and security of a trial. */
export interface StageSettings {
  readonly seed: number;
  /** Id of the run, which messages carry at a server that is not ours. */
  readonly runId: string;
  readonly workers: number;
  /** Number of server processes, which share one port. Absent: one. */
  readonly servers?: number;
  readonly pinning: CpuPinning | undefined;
  readonly link: Link;
  /** Port of our server. Default: any free one. */
  readonly port?: number;
  /** Ways of the load's sessions, in rotation; empty if the system chooses the source address. */
  readonly ways: readonly Way[];
  /** Environment of the processes. Default: what every measured process gets of ours. */
  readonly variables?: Pick<Variables, 'passed'>;
  /** Watches the machine while sessions are opened and messages are sent. */
  readonly watch?: MachineWatch;
  readonly security: Security;
  /** Browser that clients run in. Absent: no case of the run has its clients in one. */
  readonly browser?: Browser | undefined;
  /** Load workers on other machines. Absent: they are processes of this one. */
  readonly agents?: Agents | undefined;
  /** Redis that several servers share. Absent or null: one of the trial's own. */
  readonly backplane?: string | null;
  /** Runtimes of servers besides Node. Absent: no case of the run needs one. */
  readonly runtimes?: readonly UsableRuntime[];
  /** True if other trials of the run may use the cores at the same time. */
  readonly beside?: boolean;
  /** Resolves once all trials that began with this one are ready to measure, or have ended. Absent: nothing is waited for. */
  readonly gathered?: () => Promise<void>;
  /** Places from which the use of the cores, the quota and other runs are read; what an empty one would tell is left out. */
  readonly roots?: Roots;
  /** Learns that the senders below this number are being opened, if there are many; `null` once they are open. */
  readonly onOpening?: ((until: number | null) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Sessions from which on it takes so long to open them that a user should see how far it is. */
const MANY_SESSIONS = 10_000;
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
  /** Replay log of the server, in a trial with a fault. */
  readonly #log: PublishedLog | undefined;
  /** Sessions that become slow, in a trial that has such. */
  readonly #readers: ReaderProcess | undefined;
  /** Certificate and tokens of both sides. */
  #security: Security;
  #urls: readonly string[] = [];
  #effective: Options = {};
  #watchesRadio = false;

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
    const { pinning, link, signal, variables } = settings;
    const { uses } = planned.scenario.kind;
    const readers = uses.readers ? readersAmong(planned.clients) : 0;
    const clients = planned.clients - readers;
    this.#planned = planned;
    this.#settings = settings;
    this.#security = settings.security;
    const { browser, agents } = settings;
    const inBrowser = isInBrowser(planned);
    if (inBrowser && browser === undefined) throw new Error('the run has no browser');
    this.#generator = new LoadGenerator(
      {
        workers: inBrowser ? pagesFor(planned, clients) : Math.min(agents?.workers ?? settings.workers, clients),
        clients,
        cores: pinning?.workers,
        end: link.generatorEnd,
        variables: variables?.passed,
        signal,
      },
      inBrowser && browser !== undefined
        ? browserWorkers(browser, { choice: planned, certificate: settings.security.client.authority })
        : agents && ((asked) => agents.start(asked)),
    );
    this.#host = this.#behindProxy(this.#start(), inBrowser);
    // Publisher and slow readers use little of a core that the load has.
    const core = pinning?.workers.at(-1);
    const passed = variables?.passed;
    this.#log = uses.faults ? new PublishedLog({ core, end: link.serverEnd, variables: passed }, signal) : undefined;
    this.#readers =
      readers === 0
        ? undefined
        : new ReaderProcess({
            senders: clients,
            readers,
            core,
            link,
            variables: passed,
            originNs: this.#generator.originNs,
            serverPid: async () => (await this.#host.tree())?.pid ?? null,
            signal,
          });
  }

  #start(): Host {
    const { pinning, link, signal, variables, servers = 1, runtimes = [] } = this.#settings;
    const { target, exec, entry, targetOptions = {} } = this.#planned;
    const cores = pinning?.servers ?? [pinning?.server];
    const core = cores[0];
    // A page does not see them.
    const bytes = async () => (isInBrowser(this.#planned) ? [] : this.#generator.bytes());
    if (target === null) {
      const listenSeconds = entry.module === undefined ? PATIENCE_SECONDS : PLUGIN_SECONDS;
      const runtime = runtimeOf(this.#planned);
      const program = runtimes.find(({ name }) => name === runtime);
      if (runtime !== DEFAULT_RUNTIME && program === undefined) throw new Error(`the run has no ${runtime}`);
      const host = (start: () => Server): Host =>
        ourServer(start, { seconds: PATIENCE_SECONDS, signal }, listenSeconds);
      if (hasBackplane(this.#planned)) return this.#startNodes(host, program);
      const open = (core: string | undefined): Host =>
        host(() => startServer({ core, end: link.serverEnd, variables: variables?.passed, program }));
      const more = Array.from({ length: servers - 1 }, (_, at) => open(cores[(at + 1) % cores.length]));
      return more.length === 0 ? open(core) : sharedPort([open(core), ...more]);
    }
    if (exec === undefined) return foreignServer({ urls: [target], effective: targetOptions }, bytes);
    const settings = { command: exec, url: target, link, core, datagrams: entry.port === 'udp', signal };
    return launchedServer(settings, targetOptions, bytes);
  }

  /** Puts the proxy of the case before its servers, if it has one. */
  #behindProxy(servers: Host, inBrowser: boolean): Host {
    const { entry, variant, dimensions, clients } = this.#planned;
    const via = viaIn(dimensions);
    const carries = proxiedOf({ entry, variant });
    if (via === undefined) return servers;
    if (carries === undefined || typeof carries === 'object') throw new Error('no proxy passes this transport on');
    const { pinning, link, signal } = this.#settings;
    const secure = addressesOf({ entry, variant })?.schemes.find(({ tls, as }) => tls && as === undefined);
    return proxiedHost(servers, {
      via,
      carries,
      connections: connectionsFor(clients, openFiles()?.hard ?? null),
      link,
      core: pinning?.server,
      secureScheme: secure?.name ?? '',
      // A browser does not tell the bytes of its connections.
      ...(inBrowser ? {} : { clientBytes: async () => sumOf(await this.#generator.bytes()) }),
      signal,
    });
  }

  /** Starts several servers, each on a core of its own where there are enough. */
  #startNodes(host: (start: () => Server) => Host, program: UsableRuntime | undefined): Host {
    const { pinning, link, signal, variables, runId, backplane } = this.#settings;
    const nodes = nodesOf(this.#planned);
    const coreOf = (index: number): string | undefined => pinning?.nodes?.[index] ?? pinning?.server;
    const settings = { end: link.serverEnd, variables: variables?.passed, program };
    return severalNodes({
      hosts: Array.from({ length: nodes }, (_, index) => host(() => startServer({ core: coreOf(index), ...settings }))),
      openRedis: () => (backplane == null ? openRedis({ link, core: coreOf(nodes), signal }) : outsideRedis(backplane)),
      backplane: { channel: `wirebench-${runId}-${newEpoch()}`, encoding: this.#planned.encoding },
    });
  }

  /** Address that clients connect to; that of the first server if there are several. */
  get url(): string {
    return this.#urls[0] ?? '';
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
    const parts = this.#host.parts === undefined ? {} : { parts: await this.#whileServed(this.#host.parts()) };
    const { link } = this.#settings;
    const relay = isRelayed(link) ? { relay: await this.#whileServed(link.counts()) } : {};
    const radio =
      this.#watchesRadio && isRelayed(link) ? { radio: await this.#whileServed(link.radioCounts()) } : undefined;
    return { ...usage, ...parts, link: link.counters(), ...relay, ...radio };
  }

  /** Begins to watch the use of a phone's radio by each client, which later snapshots have. Does nothing without a relay. */
  async watchRadio(tailSeconds: number): Promise<void> {
    const { link } = this.#settings;
    if (!isRelayed(link)) return;
    await this.#whileServed(link.watchRadio(tailSeconds));
    this.#watchesRadio = true;
  }

  window<Result>(work: () => Promise<Result>): Promise<Window<Result>> {
    return this.#together(() => this.#window(work));
  }

  async #window<Result>(work: () => Promise<Result>): Promise<Window<Result>> {
    let server = await this.#host.tree();
    const { proc } = this.#settings.roots ?? { proc: '' };
    const before = await this.snapshot();
    let { parts } = before;
    const watched = [
      // The process may be another one by the end.
      ...(parts ?? []).flatMap(({ role, isOutside }, index) =>
        isOutside ? [] : [{ role, pid: () => parts?.[index]?.pid }],
      ),
      ...(server === null || parts !== undefined ? [] : [{ ...server, role: 'server', pid: () => server?.pid }]),
      ...this.#generator.processes,
      ...(this.#log === undefined ? [] : [{ role: 'publisher', pid: this.#log.pid }]),
      ...(this.#readers === undefined ? [] : [{ role: 'readers', pid: this.#readers.pid }]),
    ];
    const end = proc ? watchCores(watched, { proc, beside: this.#settings.beside ?? false }) : undefined;
    const result = await work();
    server = await this.#host.tree();
    parts = await this.#host.parts?.();
    const contention = end?.();
    const after = await this.snapshot();
    return { before, after, result, ...(contention === undefined ? {} : { contention }) };
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
  async openSessions(until: number, inFlight: number): Promise<Opened> {
    const { onOpening } = this.#settings;
    const tell = this.#planned.clients >= MANY_SESSIONS ? onOpening : undefined;
    tell?.(until);
    const opened = await this.#watched(() => this.#openSessions(until, inFlight));
    if (until >= this.#planned.clients) tell?.(null);
    return opened;
  }

  /** Sends messages on a schedule that begins now. */
  phase(order: Omit<PhaseOrder, 'order' | 'startNs'>): Promise<Recording> {
    const send = async () => this.#generator.phase({ ...order, startNs: await this.#generator.prepare() });
    return this.#together(() => this.#watched(send));
  }

  /** Runs a closed loop: each session sends again when its echo arrives. */
  closed(order: Omit<ClosedOrder, 'order'>): Promise<Recording> {
    return this.#watched(() => this.#generator.closed(order));
  }

  /** Sends nothing for a while and watches that the sessions stay open. */
  hold(seconds: number): Promise<Recording> {
    return this.#together(() => this.#watched(() => this.#generator.hold(seconds)));
  }

  /** Resident bytes of both sides after a garbage collection; null for a foreign server. */
  memory(): Promise<{ server: number | null; generator: number }> {
    return this.#whileServed(this.#memory());
  }

  /** Closes every session. Others can be opened afterwards. */
  closeSessions(): Promise<void> {
    return this.#whileServed(this.#closeSessions());
  }

  /** Publishes on a schedule, lets a fault happen, and follows every session. */
  disrupt(course: Course): Promise<Disrupted> {
    const log = this.#log;
    if (log === undefined) throw new Error('a trial without a replay log has no fault');
    const { size, encoding, payload, scenario, clients } = this.#planned;
    const { seed, link, signal } = this.#settings;
    const messages = { size, encoding, payload, seed, opcode: scenario.opcode, sender: clients, senders: clients + 1 };
    const originNs = this.#generator.originNs.toString();
    const work = disrupt(course, {
      followers: this.#generator,
      publisher: {
        publish: (schedule, seconds) => log.publish({ ...messages, ...schedule, originNs }, seconds),
        stop: () => log.stop(),
      },
      host: this.#host,
      link,
      sender: clients,
      epoch: log.epoch,
      resume: capabilitiesOf(this.#planned).resume ?? 'none',
      patienceSeconds: this.#patienceSeconds,
      signal,
    });
    return this.#watched(() => Promise.race([work, log.ended()]));
  }

  /** Usage of the server since its start. */
  usage(): Promise<ServerUsage> {
    return this.#whileServed(this.#host.usage());
  }

  /** Opens the sessions that become slow, in a load process of their own. */
  async openReaders(messages: number): Promise<SlowReaders> {
    const readers = this.#readers;
    if (readers === undefined) throw new Error('a trial of this kind has no slow readers');
    const seconds = maxOpeningSeconds(this.#planned.clients) + this.#patienceSeconds;
    await this.#watched(() => readers.open(this.#sessions(), messages, seconds));
    await this.#settle();
    return readers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end(this.#settings.signal.aborted);
  }

  async #end(atOnce: boolean): Promise<void> {
    // Closes sessions properly only at a server that goes on running.
    const saysGoodbye = ranElsewhere(this.#planned) && this.#generator.connected && !atOnce;
    if (saysGoodbye) await this.#generator.close(0).catch(() => {});
    await Promise.all([this.#generator[Symbol.asyncDispose](), this.#readers?.[Symbol.asyncDispose]()]);
    await this.#host.end(atOnce);
    await this.#log?.[Symbol.asyncDispose]();
  }

  async #listen(): Promise<void> {
    const { entry, variant, application } = this.#planned;
    const { link } = this.#settings;
    this.#security = await this.#securityForWays();
    if (this.#host.open !== undefined) await this.#whileServed(this.#host.open());
    const { backplane } = this.#host;
    await this.#log?.open(backplane);
    const dialledByWays = this.#ways().some(({ host }) => host !== undefined);
    const listening = this.#host.listen({
      order: 'listen',
      module: serverModule(entry, variant),
      ...(application === undefined ? {} : { application }),
      host: dialledByWays ? ALL_ADDRESSES : link.host,
      port: this.#settings.port ?? 0,
      options: { ...optionsOf({ entry, variant }), ...heartbeatOptions(this.#planned) },
      limits: this.#limits(),
      ...this.#security.server,
      ...(this.#log === undefined ? {} : { ...this.#logFor(backplane), ...(await this.#pinned()) }),
    });
    const { urls, effective } = await this.#whileServed(listening);
    this.#urls = urls;
    await this.#whileServed(this.#generator.reach(urls[0]!));
    const { answers } = this.#planned;
    this.#effective = answers === undefined ? effective : { ...effective, ...answersInForce(answers) };
  }

  /** Place of the replay log, for the servers. */
  #logFor(backplane: Host['backplane']): { readonly log?: string; readonly logEpoch?: string } {
    if (this.#log === undefined) return {};
    return backplane === undefined ? { log: this.#log.file } : { logEpoch: this.#log.epoch };
  }

  async #openSessions(until: number, inFlight: number): Promise<Opened> {
    const opened = await this.#openAll(until, inFlight).catch((error: Error) => {
      const { target, entry } = this.#planned;
      // The address is all that is known of a foreign server, so the error names it.
      if (target === null || this.#settings.signal.aborted) throw error;
      const why = error instanceof OrderFailed ? error.reason : error.message;
      const said = `not all sessions could be opened at ${addressShown(target)} with ${entry.id}: ${why}`;
      throw new Error(this.#urls.reduce((text, url) => text.replaceAll(url, addressShown(url)), said));
    });
    const { protocols = [] } = opened;
    if (protocols.length > 0) this.#effective = { ...this.#effective, tls: protocols.join(', ') };
    await this.#settle();
    const { link } = this.#settings;
    if (isRelayed(link)) link.look();
    return opened;
  }

  /** Opens the senders below `until`; the first of a plugin by itself, because its client may hang. */
  async #openAll(until: number, inFlight: number): Promise<Opened> {
    const sessions = this.#sessions();
    const isFirst = this.#planned.entry.module !== undefined && !this.#generator.connected;
    const slowly = this.#patienceSeconds;
    const first = isFirst
      ? [await this.#generator.open(sessions, { until: 1, inFlight: 1 }, PLUGIN_SECONDS + slowly)]
      : [];
    // Sessions that are opened one after another each take their round trips.
    const seconds = PATIENCE_SECONDS + maxOpeningSeconds(until) + (slowly * until) / inFlight;
    const opened = [...first, await this.#generator.open(sessions, { until, inFlight }, seconds)];
    return {
      connect: merge(opened.map(({ connect }) => connect)),
      seconds: opened.reduce((sum, { seconds }) => sum + seconds, 0),
      protocols: [...new Set(opened.flatMap(({ protocols = [] }) => protocols))],
      steps: mergeSteps(opened.map(({ steps = {} }) => steps)),
    };
  }

  #limits(): Limits {
    // Whole, because Node's servers take no other time-out.
    const handshakeMs = Math.ceil(LIMITS.handshakeMs + this.#patienceSeconds * 1e3);
    // Readers that become slow meet the limit that a deployed server has for messages of their size.
    const backlog = this.#readers === undefined ? LIMITS : usualLimits(this.#planned.size);
    return { ...LIMITS, handshakeMs, backlogBytes: backlog.backlogBytes };
  }

  #sessions(): SessionSettings {
    const { size, encoding, payload, scenario, entry, variant, target, targetOptions, answers } = this.#planned;
    const { seed, runId } = this.#settings;
    const { ordered, reliable } = capabilitiesOf(this.#planned);
    return {
      module: clientModule(entry),
      urls: this.#urls,
      ...(this.#urls.length > 1 && this.#urls.length === nodesOf(this.#planned) ? { nodes: this.#urls.length } : {}),
      options: { ...optionsOf({ entry, variant }), ...targetOptions, ...heartbeatOptions(this.#planned) },
      encoding,
      payload,
      ...this.#security.client,
      ...(target === null ? {} : { foreign: true, run: runId }),
      ...(ordered && reliable ? { queues: true } : {}),
      ...(answers === undefined ? {} : { answers }),
      ...(entry.handshake === undefined ? {} : { handshake: entry.handshake }),
      ...(this.#patienceSeconds === 0 ? {} : { handshakeSeconds: BUSY_HANDSHAKE_SECONDS + this.#patienceSeconds }),
      size: size || UNUSED_SIZE,
      seed,
      opcode: scenario.opcode,
      reaches: scenario.reaches,
      // A worker that spins would take the core from the readers, and only while they read.
      pace: this.#readers === undefined ? paceOf(this.#planned) : 'sleep',
      ...(scenario.kind.uses.faults && policyOf(this.#planned) === 'library' ? { reconnect: 'library' as const } : {}),
      ...this.#encryption(),
      ways: this.#ways(),
    };
  }

  /** Encryption of the connections. At an address of its own, and without `--tls`, a client from outside the repository decides. */
  #encryption(): { tls?: boolean } {
    const tls = tlsOf(this.#planned);
    return tls === undefined || (!tls && this.#planned.entry.module !== undefined) ? {} : { tls };
  }

  /** Certificate of a server that is started again, by which its clients know it even without TLS of ours. */
  async #pinned(): Promise<Pick<ServerSettings, 'pinned'>> {
    return this.#security.server.identity === undefined
      ? { pinned: await makeIdentity([this.#settings.link.host]) }
      : {};
  }

  /** Security with a certificate for the addresses that sessions over a network dial, where they dial several. */
  async #securityForWays(): Promise<Security> {
    const { link, security } = this.#settings;
    const hosts = this.#ways().flatMap(({ host }) => host ?? []);
    if (!isRelayed(link) || hosts.length === 0 || security.server.identity === undefined) return security;
    const identity = await makeIdentity([link.host, ...hosts.slice(0, this.#planned.clients)]);
    return {
      server: { ...security.server, identity },
      client: { ...security.client, authority: identity.certificate },
    };
  }

  /**
   * Ways of the sessions. A server that is not ours may not listen on the addresses of a way, so its clients bind their connections.
   * Over a network every session has a way, and a certificate for all of their addresses would be many times as large as a usual one:
   * clients bind their connections there too. Sessions that share a socket cannot, so a route tells them apart.
   */
  #ways(): readonly Way[] {
    const { entry, target } = this.#planned;
    const { ways, link } = this.#settings;
    // A browser chooses the source of its connections.
    if (isInBrowser(this.#planned)) return [];
    // A proxy that looks at source addresses would send all sessions of one address to one server.
    const isBySource = viaIn(this.#planned.dimensions)?.sticky === 'source';
    if (isBySource && ways.length === 0) return link.ways.map(({ source }) => ({ source }));
    if (entry.sharesSocket) return isRelayed(link) && target === null ? ways : [];
    return target === null && !isRelayed(link) ? ways : ways.map(({ source }) => ({ source }));
  }

  /** Time beyond that on the link which a session may take to be usable. */
  get #patienceSeconds(): number {
    return patienceSeconds(networkOf(this.#planned));
  }

  /** Waits until the last bytes have arrived. */
  async #settle(): Promise<void> {
    await sleep(SETTLE_MS + longestRoundTripSeconds(networkOf(this.#planned)) * 1e3);
  }

  async #memory(): Promise<{ server: number | null; generator: number }> {
    const generator = await this.#generator.memory();
    return { server: await this.#host.memory(), generator };
  }

  async #closeSessions(): Promise<void> {
    await this.#generator.close();
    await this.#settle();
  }

  /** Begins work once the trials beside this one are ready: what they take to start would be seen in its figures. */
  #together<Result>(work: () => Promise<Result>): Promise<Result> {
    const { gathered } = this.#settings;
    return gathered === undefined ? work() : this.#whileServed(gathered()).then(work);
  }

  #watched<Result>(work: () => Promise<Result>): Promise<Result> {
    const { watch } = this.#settings;
    return this.#whileServed(watch === undefined ? work() : watch.during(work));
  }

  /** Waits for the work. If the server or the relay ends, rejects with how it ended, which is the cause of the losses. */
  async #whileServed<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await Promise.race([work, this.#ended()]);
    } catch (error) {
      const { signal } = this.#settings;
      if (signal.aborted) throw signal.reason;
      // A worker may notice the server's end before this process does.
      throw await Promise.race([this.#ended().catch((ended: unknown) => ended), sleep(NOTICE_MS, error)]);
    }
  }

  /** Rejects when the server ends without being stopped, or the relay. */
  #ended(): Promise<never> {
    const { link } = this.#settings;
    return isRelayed(link) ? Promise.race([this.#host.ended(), link.ended()]) : this.#host.ended();
  }
}
