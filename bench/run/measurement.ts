import { decode, merge } from '../load/histogram.ts';
import type { Recording, WorkerUsage } from '../load/recording.ts';
import { summariseTimeline } from '../load/timeline.ts';
import { maxBesideWaitShare } from '../plan/beside.ts';
import type { Contention } from '../results/machine/cores.ts';
import { BYTES_ABOVE_TLS, NOT_BETWEEN_NODES, SERVER_NOT_OURS } from '../results/not-measured.ts';
import { MIN_BOUNDS } from '../results/rules.ts';
import type {
  Measurement,
  Messages,
  NotMeasured,
  Overload,
  ProcessUsage,
  Relayed,
  Usage,
  Wire,
} from '../results/schema.ts';
import { summarise as percentilesOf, summariseLatency } from '../results/summary.ts';
import { ranElsewhere, receiversOf } from '../results/values.ts';
import type { Extras, Part, PlannedCase, Reading, Snapshot } from '../scenarios/shape.ts';
import { hasBackplane } from '../scenarios/shared/nodes.ts';
import { commandShown } from '../security/redact.ts';
import { capabilitiesOf } from '../transports/index.ts';
import { LOCAL_HOST } from './environment.ts';
import type { LinkCounters } from './link.ts';
import type { MachineObservation } from './machine/watch.ts';
import { judge, MACHINE_RULES } from './validity.ts';

export type Judged = ReturnType<typeof judge> & { measurement: Omit<Measurement, 'block' | 'order' | 'startedAt'> };

/** Converts a reading to the form of the results and judges it. Pure. */
export function summarise(
  planned: PlannedCase,
  reading: Reading,
  extras: Extras = {},
  machine?: MachineObservation,
): Judged {
  const { recording, seconds, clients = planned.clients } = reading;
  const { scenario } = planned;
  const { accounting, rules } = scenario.kind;
  const messages = countMessages(planned, reading);
  const overdueBounds = isOverloaded(planned, messages) ? recording.overdueBounds : undefined;
  const parts = partsBetween(reading);
  const usage = usageOf(reading);
  const relay = relayedBetween(reading.before.relay, reading.after.relay);
  const histograms = {
    response: recording.response,
    service: recording.service,
    lag: recording.lag,
    connect: reading.connect,
    ...(recording.last === null ? {} : { last: recording.last }),
    ...(overdueBounds === undefined ? {} : { overdue: overdueBounds }),
    ...(recording.sameNode === undefined ? {} : { sameNode: recording.sameNode }),
    ...(recording.otherNode === undefined ? {} : { otherNode: recording.otherNode }),
  };
  const allPairs = allPairsOf(recording);
  const notMeasured = [
    ...(allPairs?.notMeasured ?? []),
    ...(ranElsewhere(planned) ? SERVER_NOT_OURS : []),
    ...(planned.target === null ? [] : bytesNotMeasured(reading)),
    ...(hasBackplane(planned) && recording.sameNode === undefined ? [NOT_BETWEEN_NODES] : []),
    ...(reading.contention?.notMeasured ?? []),
  ];
  const measurement: Judged['measurement'] = {
    seconds,
    messages,
    latency: { ...histograms, summary: summariseLatency(histograms) },
    ...(accounting.timeline && recording.timeline !== undefined
      ? { timeline: summariseTimeline(recording.timeline, seconds) }
      : {}),
    wire: wireOf(reading, planned.entry),
    usage,
    ...(machine?.quota === undefined
      ? {}
      : { throttled: { times: machine.quota.times, seconds: machine.quota.seconds } }),
    processes: withWaits(processesOf(usage, recording, planned, parts), reading.contention),
    ...(reading.contention?.cores === undefined ? {} : { cores: [...reading.contention.cores] }),
    ...(recording.clocks === undefined ? {} : { clocks: [...recording.clocks] }),
    ...(allPairs === undefined ? {} : { allPairs: allPairs.figures }),
    ...(notMeasured.length === 0 ? {} : { notMeasured }),
    ...(overdueBounds === undefined ? {} : { overload: overloadOf(planned, reading, overdueBounds) }),
    ...(relay === undefined ? {} : { relay }),
    ...(recording.tickSeconds === undefined ? {} : { clockTickSeconds: recording.tickSeconds }),
    ...extras,
  };
  const times = decode(recording[accounting.samples]);
  const samples = times.totalCount;
  const { reliable } = capabilitiesOf(planned);
  const { cores } = measurement;
  const seen = {
    messages,
    recording,
    usage,
    clients,
    reaches: scenario.reaches,
    reliable,
    samples,
    ...(allPairs === undefined ? {} : { between: allPairs.figures.between }),
    medianSeconds: samples === 0 ? undefined : times.getValueAtPercentile(50) / 1e9,
    machine,
    cores,
    relay,
    maxBesideWaitShare: maxBesideWaitShare(planned),
  };
  return { measurement, ...judge(seen, [...rules, ...MACHINE_RULES]) };
}

export function countMessages(planned: PlannedCase, reading: Reading): Messages {
  const { due, recording } = reading;
  const { sent, unsent, onTime, delivered, duplicated, reordered, corrupt, unexpected, errors } = recording;
  const { foreign, backlog, example } = recording;
  const expected = sent * receivers(planned, reading);
  const lost = expected - delivered;
  // A worker does not know which messages of the others' sessions were sent.
  const unknown = planned.scenario.reaches !== 'sender' && (unsent > 0 || Object.keys(errors).length > 0);
  const overdue = unknown ? 0 : Math.max(0, Math.min(recording.overdue ?? 0, lost));
  return {
    due,
    sent,
    unsent,
    onTime,
    expected,
    delivered,
    lost,
    ...(recording.overdue === undefined ? {} : { overdue }),
    duplicated,
    reordered,
    corrupt,
    ...(example === undefined ? {} : { example }),
    unexpected,
    ...(planned.target === null ? {} : { foreign }),
    ...(backlog === 0 ? {} : { backlog }),
    errors,
  };
}

const receivers = ({ scenario, clients: all }: PlannedCase, { clients = all }: Reading): number =>
  receiversOf(scenario.reaches, clients);

/** True if messages at the case's own rate were still queued when the drain ended. */
const isOverloaded = ({ scenario }: PlannedCase, { overdue = 0 }: Messages): boolean =>
  overdue > 0 && scenario.kind.uses.rate === 'offered';

function overloadOf(planned: PlannedCase, reading: Reading, bounds: string): Overload {
  const { recording, seconds } = reading;
  const { delivered, backlog, response } = recording;
  return {
    sustainedRate: (delivered + backlog) / receivers(planned, reading) / Math.max(recording.seconds, seconds),
    atLeast: percentilesOf(response, bounds),
  };
}

export function usageOf({ idle, before, after, recording, workers }: Reading): Usage {
  const redis = partsBetween({ before, after }).find(({ role }) => role === 'redis');
  const { cpuSeconds, rssBytes, rssStartBytes, loopDelayP99Seconds, busy } = recording;
  return {
    server: { cpuSeconds: after.cpuSeconds - before.cpuSeconds, rssBytes: after.rssBytes, rssIdleBytes: idle.rssBytes },
    generator: { cpuSeconds, rssBytes, rssStartBytes, loopDelayP99: loopDelayP99Seconds, busy, workers },
    ...(redis === undefined ? {} : { backplane: { cpuSeconds: redis.cpuSeconds, rssBytes: redis.rssBytes } }),
  };
}

/** Processes of a service of several servers over the window; empty if there is one. */
function partsBetween({ before, after }: Pick<Reading, 'before' | 'after'>): Part[] {
  return (after.parts ?? []).map((part) => {
    const first = before.parts?.find(({ role }) => role === part.role);
    return { ...part, cpuSeconds: Math.max(0, part.cpuSeconds - (first?.cpuSeconds ?? 0)) };
  });
}

const NODE = `node ${process.versions.node}`;

/** Processes that took part, without the cores that they are pinned to; those of a command count as one. */
function processesOf(
  usage: Usage,
  { workers = [] }: Recording,
  planned: PlannedCase,
  parts: readonly Part[],
): ProcessUsage[] {
  const local = (
    role: string,
    runtime: string,
    { cpuSeconds, rssBytes, host = LOCAL_HOST }: Omit<WorkerUsage, 'role' | 'runtime'>,
  ) => ({
    role,
    host,
    runtime,
    cpuSeconds,
    rssBytes,
  });
  const runtime = planned.exec === undefined ? NODE : commandShown(planned.exec);
  return [
    ...(ranElsewhere(planned) || parts.length > 0 ? [] : [local('server', runtime, usage.server)]),
    ...parts.flatMap(({ role, isOutside, runtime: own = NODE, ...used }) =>
      isOutside ? [] : [local(role, own, used)],
    ),
    ...workers.map((worker) => local(worker.role ?? 'generator', worker.runtime ?? NODE, worker)),
  ];
}

/** Times of all pairs, where load workers on several hosts received each other's messages; undefined if there are none. */
export function allPairsOf({
  between,
  response,
  clocks = [],
}: Pick<Recording, 'between' | 'response' | 'clocks'>):
  | { figures: NonNullable<Measurement['allPairs']>; notMeasured: NotMeasured[] }
  | undefined {
  if (between === undefined) return undefined;
  const bounds = clocks.map(({ boundSeconds }) => boundSeconds).toSorted((a, b) => b - a);
  const boundSeconds = (bounds[0] ?? 0) + (bounds[1] ?? 0);
  const apart = decode(between.response);
  const figures = { boundSeconds, between: apart.totalCount, early: between.early };
  const all = merge([response, between.response]);
  const median = decode(all).getValueAtPercentile(50) / 1e9;
  if (clocks.length > 1 && median >= MIN_BOUNDS * boundSeconds)
    return { figures: { ...figures, response: all, summary: percentilesOf(all) }, notMeasured: [] };
  const bound = `± ${(boundSeconds * 1e6).toFixed(0)} µs`;
  const reason =
    clocks.length > 1
      ? `not measured, because the clocks of the hosts are known to ${bound}, and the median between them is ${(median * 1e6).toFixed(0)} µs (it must be ${MIN_BOUNDS} times as large)`
      : 'not measured, because the clocks of the hosts were not compared after the trial';
  return { figures, notMeasured: [{ path: 'allPairs.response', reason }] };
}

/** Adds the times that processes waited for a core; both are in the order of server, then load workers. */
function withWaits(processes: readonly ProcessUsage[], contention: Contention | undefined): ProcessUsage[] {
  return processes.map((one, index) => {
    const waitSeconds = contention?.waits[index];
    return waitSeconds === undefined ? one : { ...one, waitSeconds };
  });
}

/** Bytes that only a link would count: those below TLS of a client that hides them. */
const bytesNotMeasured = ({ after }: Reading): NotMeasured[] =>
  after.aboveTls && after.link === null ? [BYTES_ABOVE_TLS] : [];

function wireOf({ idle, ready, before, after }: Reading, { datagrams }: PlannedCase['entry']): Wire {
  const between = (of: (snapshot: Snapshot) => number) => ({
    window: of(after) - of(before),
    setup: of(ready) - of(idle),
  });
  const [up, down] = [between(({ bytesUp }) => bytesUp), between(({ bytesDown }) => bytesDown)];
  const socket = { up: up.window, down: down.window, setupUp: up.setup, setupDown: down.setup };
  const kind = datagrams === undefined ? {} : { datagrams };
  if ([idle, ready, before, after].some(({ link }) => link === null)) return { layer: 'socket', ...kind, ...socket };
  const link = (of: (counters: LinkCounters) => number) => between((snapshot) => of(snapshot.link as LinkCounters));
  const [linkUp, linkDown] = [link(({ bytesUp }) => bytesUp), link(({ bytesDown }) => bytesDown)];
  return {
    layer: 'link',
    ...kind,
    up: linkUp.window,
    down: linkDown.window,
    packetsUp: link(({ packetsUp }) => packetsUp).window,
    packetsDown: link(({ packetsDown }) => packetsDown).window,
    setupUp: linkUp.setup,
    setupDown: linkDown.setup,
    ...(datagrams === undefined ? { socket } : {}),
    ...sentOver({ idle, ready, before, after }),
  };
}

/** Bytes and packets that each side sent over a network, which the server's interface does not see all, and those that arrived. */
function sentOver({ idle, ready, before, after }: Pick<Reading, 'idle' | 'ready' | 'before' | 'after'>): Partial<Wire> {
  const window = relayedBetween(before.relay, after.relay);
  const setup = relayedBetween(idle.relay, ready.relay);
  if (window === undefined || setup === undefined) return {};
  return {
    up: window.up.offeredBytes,
    down: window.down.offeredBytes,
    packetsUp: window.up.offered,
    packetsDown: window.down.offered,
    arrivedUp: window.up.passedBytes,
    arrivedDown: window.down.passedBytes,
    setupUp: setup.up.offeredBytes,
    setupDown: setup.down.offeredBytes,
  };
}

/** Work of the relay between two counts; undefined without a network. */
function relayedBetween(first: Snapshot['relay'], last: Snapshot['relay']): Relayed | undefined {
  if (first === undefined || last === undefined) return undefined;
  const direction = (way: 'up' | 'down'): Relayed['up'] => {
    const of = (key: keyof Relayed['up']): number => last[way][key] - first[way][key];
    const cut = of('cut');
    return {
      offered: of('offered'),
      offeredBytes: of('offeredBytes'),
      lost: of('lost'),
      overflowed: of('overflowed'),
      ...(cut === 0 ? {} : { cut }),
      passed: of('passed'),
      passedBytes: of('passedBytes'),
    };
  };
  return {
    up: direction('up'),
    down: direction('down'),
    // Lags are those since the counts before.
    lagP99Seconds: last.lag?.p99 ?? null,
    lagMaxSeconds: last.lag?.max ?? null,
    receiveErrors: last.receiveErrors - first.receiveErrors,
    cpuSeconds: last.cpuSeconds - first.cpuSeconds,
  };
}
