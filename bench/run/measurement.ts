import { decode } from '../load/histogram.ts';
import type { Recording } from '../load/recording.ts';
import { summariseTimeline } from '../load/timeline.ts';
import { BYTES_ABOVE_TLS, SERVER_NOT_OURS } from '../results/not-measured.ts';
import type { Measurement, Messages, NotMeasured, Overload, ProcessUsage, Usage, Wire } from '../results/schema.ts';
import { summarise as percentilesOf, summariseLatency } from '../results/summary.ts';
import { receiversOf } from '../results/values.ts';
import type { Extras, PlannedCase, Reading, Snapshot } from '../scenarios/shape.ts';
import { capabilitiesOf } from '../transports/index.ts';
import { LOCAL_HOST } from './environment.ts';
import type { LinkCounters } from './link.ts';
import { judge } from './validity.ts';

export type Judged = ReturnType<typeof judge> & { measurement: Omit<Measurement, 'block' | 'order' | 'startedAt'> };

/** Converts a reading to the form of the results and judges it. Pure. */
export function summarise(planned: PlannedCase, reading: Reading, extras: Extras = {}): Judged {
  const { recording, seconds } = reading;
  const { clients, scenario } = planned;
  const { accounting, rules } = scenario.kind;
  const messages = countMessages(planned, reading);
  const overdueBounds = isOverloaded(planned, messages) ? recording.overdueBounds : undefined;
  const usage = usageOf(reading);
  const histograms = {
    response: recording.response,
    service: recording.service,
    lag: recording.lag,
    connect: reading.connect,
    ...(recording.last === null ? {} : { last: recording.last }),
    ...(overdueBounds === undefined ? {} : { overdue: overdueBounds }),
  };
  const ours = planned.target === null;
  const measurement: Judged['measurement'] = {
    seconds,
    messages,
    latency: { ...histograms, summary: summariseLatency(histograms) },
    ...(accounting.timeline && recording.timeline !== undefined
      ? { timeline: summariseTimeline(recording.timeline, seconds) }
      : {}),
    wire: wireOf(reading, planned.entry),
    usage,
    processes: processesOf(usage, recording, ours),
    ...(ours ? {} : { notMeasured: [...SERVER_NOT_OURS, ...bytesNotMeasured(reading)] }),
    ...(overdueBounds === undefined ? {} : { overload: overloadOf(planned, reading, overdueBounds) }),
    ...extras,
  };
  const samples = decode(recording[accounting.samples]).totalCount;
  const { reliable } = capabilitiesOf(planned);
  const observation = { messages, recording, usage, clients, reaches: scenario.reaches, reliable, samples };
  return { measurement, ...judge(observation, rules) };
}

export function countMessages(planned: PlannedCase, { due, recording }: Reading): Messages {
  const { sent, unsent, onTime, delivered, duplicated, reordered, corrupt, unexpected, errors } = recording;
  const { foreign, backlog, example } = recording;
  const expected = sent * receivers(planned);
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

const receivers = ({ scenario, clients }: PlannedCase): number => receiversOf(scenario.reaches, clients);

/** True if messages at the case's own rate were still queued when the drain ended. */
const isOverloaded = ({ scenario }: PlannedCase, { overdue = 0 }: Messages): boolean =>
  overdue > 0 && scenario.kind.uses.rate === 'offered';

function overloadOf(planned: PlannedCase, { recording, seconds }: Reading, bounds: string): Overload {
  const { delivered, backlog, response } = recording;
  return {
    sustainedRate: (delivered + backlog) / receivers(planned) / Math.max(recording.seconds, seconds),
    atLeast: percentilesOf(response, bounds),
  };
}

export function usageOf({ idle, before, after, recording, workers }: Reading): Usage {
  const { cpuSeconds, rssBytes, rssStartBytes, loopDelayP99Seconds, busy } = recording;
  return {
    server: { cpuSeconds: after.cpuSeconds - before.cpuSeconds, rssBytes: after.rssBytes, rssIdleBytes: idle.rssBytes },
    generator: { cpuSeconds, rssBytes, rssStartBytes, loopDelayP99: loopDelayP99Seconds, busy, workers },
  };
}

/** Processes of ours that took part, without the cores that they are pinned to. */
function processesOf(usage: Usage, { workers = [] }: Recording, ours: boolean): ProcessUsage[] {
  const runtime = `node ${process.versions.node}`;
  const local = (role: string, { cpuSeconds, rssBytes }: Pick<ProcessUsage, 'cpuSeconds' | 'rssBytes'>) => ({
    role,
    host: LOCAL_HOST,
    runtime,
    cpuSeconds,
    rssBytes,
  });
  return [...(ours ? [local('server', usage.server)] : []), ...workers.map((worker) => local('generator', worker))];
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
  };
}
