import type { Case } from '../../bench/results/schema.ts';

export type Kind = NonNullable<Case['kind']>;

const FASTER = { better: 'faster', worse: 'slower' };
const LIGHTER = { better: 'lighter', worse: 'heavier' };
const CHEAPER = { better: 'cheaper', worse: 'dearer' };
const FEWER = { better: 'lower', worse: 'higher' };
const HIGHER = { better: 'higher', worse: 'lower' };

const MS = { unit: 'ms', scale: 1e3, band: 'time', best: 'less' } as const;
const MICROSECONDS = { unit: 'µs', scale: 1e6, band: 'time', best: 'less' } as const;
const KIB = { unit: 'KiB', scale: 1 / 2 ** 10, band: 'time', best: 'less' } as const;
const BYTES = { unit: 'B', scale: 1, band: 'bytes', best: 'less' } as const;

const PER_HOUR = 'per session and hour';

/**
 * Every metric, in the order of a table's columns. `kinds`: the scenarios it is read from. `best`: which way is better.
 * `name` is what sentences call it, `header` and `column` head a column of the page and of the terminal, where columns
 * go in rising order of `keep` when there is no room. Values are in seconds, bytes or counts; `unit` and `scale` are for
 * showing. `band: 'bytes'` marks what is counted on the wire.
 */
// biome-ignore format: a metric, two lines
export const METRICS = [
  { id: 'capacity', kinds: ['capacity'], name: 'capacity', title: 'capacity', header: 'Capacity', column: 'capacity msg/s', keep: 9,
    unit: 'msg/s', scale: 1, band: 'time', best: 'more', words: HIGHER },
  { id: 'throughput', kinds: ['closed'], name: 'messages per second in a closed loop', title: 'messages per second in a closed loop', header: 'Messages per second, closed loop', column: 'msg/s closed loop', keep: 9,
    unit: 'msg/s', scale: 1, band: 'time', best: 'more', words: HIGHER },
  { id: 'sessionMemory', kinds: ['idle'], name: 'server memory per session', title: 'server memory per session', header: 'Server memory / session', column: 'memory KiB/session', keep: 9,
    ...KIB, words: LIGHTER },
  { id: 'connectP50', kinds: ['connect'], name: 'p50', title: 'p50 time to a usable session', header: 'Usable session p50', column: 'p50 ms', keep: 9,
    ...MS, words: FASTER },
  { id: 'connectP99', kinds: ['connect'], name: 'p99', title: 'p99 time to a usable session', header: 'Usable session p99', column: 'p99 ms', keep: 5,
    ...MS, words: FASTER },
  { id: 'p50', kinds: ['load', 'capacity'], name: 'p50', title: 'p50 latency', header: 'p50', column: 'p50 ms', keep: 4,
    ...MS, words: FASTER },
  { id: 'p99', kinds: ['load', 'capacity'], name: 'p99', title: 'p99 latency', header: 'p99', column: 'p99 ms', keep: 6,
    ...MS, words: FASTER },
  { id: 'bytes', kinds: ['load', 'capacity'], name: 'bytes per message', title: 'bytes per message', header: 'Bytes / msg', column: 'B/msg', keep: 5,
    ...BYTES, words: LIGHTER },
  { id: 'generatorCpu', kinds: ['closed'], name: 'generator CPU per message', title: 'generator CPU per message', header: 'Generator CPU / msg', column: 'generator µs/msg', keep: 2,
    ...MICROSECONDS, words: CHEAPER },
  { id: 'cpu', kinds: ['load', 'capacity', 'closed'], name: 'server CPU per message', title: 'server CPU per message', header: 'Server CPU / msg', column: 'CPU µs/msg', keep: 3,
    ...MICROSECONDS, words: CHEAPER },
  { id: 'memory', kinds: ['load'], name: 'server memory', title: 'server memory', header: 'Server memory', column: 'memory MiB', keep: 2,
    unit: 'MiB', scale: 1 / 2 ** 20, band: 'time', best: 'less', words: LIGHTER },
  { id: 'connect', kinds: ['load'], name: 'connect time', title: 'connect time', header: 'Connect', column: 'connect ms', keep: 1,
    ...MS, words: FASTER },
  { id: 'idleBytes', kinds: ['idle'], name: `bytes ${PER_HOUR}`, title: `bytes ${PER_HOUR}`, header: 'Bytes / session and hour', column: 'B/session/h', keep: 5,
    ...BYTES, words: LIGHTER },
  { id: 'idlePackets', kinds: ['idle'], name: `packets ${PER_HOUR}`, title: `packets ${PER_HOUR}`, header: 'Packets / session and hour', column: 'packets/session/h', keep: 2,
    unit: '', scale: 1, band: 'bytes', best: 'less', words: FEWER },
  { id: 'idleCpu', kinds: ['idle'], name: `server CPU ${PER_HOUR}`, title: `server CPU ${PER_HOUR}`, header: 'Server CPU / session and hour', column: 'CPU ms/session/h', keep: 3,
    ...MS, words: CHEAPER },
  { id: 'generatorMemory', kinds: ['idle'], name: 'generator memory per session', title: 'generator memory per session', header: 'Generator memory / session', column: 'generator KiB/session', keep: 1,
    ...KIB, words: LIGHTER },
  { id: 'sessionRate', kinds: ['connect'], name: 'sessions per second', title: 'sessions per second', header: 'Sessions opened', column: 'sessions/s', keep: 4,
    unit: 'sessions/s', scale: 1, band: 'time', best: 'more', words: HIGHER },
  { id: 'setupBytes', kinds: ['connect'], name: 'set-up bytes per session', title: 'set-up bytes per session', header: 'Set-up bytes / session', column: 'set-up B', keep: 3,
    ...BYTES, words: LIGHTER },
] as const;

export type Metric = (typeof METRICS)[number];
export type MetricId = Metric['id'];

export function metric(id: MetricId): Metric {
  const found = METRICS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`No metric is called ${id}`);
  return found;
}

/** The columns of a kind of scenario. */
export const metricsOf = (kind: Kind): MetricId[] =>
  METRICS.filter(({ kinds }) => kinds.some((candidate) => candidate === kind)).map(({ id }) => id);

/** `lowest` or `highest`: what the best choice of a column is. */
export const extreme = ({ best }: Pick<Metric, 'best'>): 'lowest' | 'highest' =>
  best === 'less' ? 'lowest' : 'highest';

/** `at p99`, `in capacity`. */
export const place = ({ name }: Pick<Metric, 'name'>): string => `${/^p\d/.test(name) ? 'at' : 'in'} ${name}`;

/** A record over all metrics, spelled out so that the compiler sees each of them. */
export const forEachMetric = <T>(make: (id: MetricId) => T): Record<MetricId, T> => ({
  capacity: make('capacity'),
  throughput: make('throughput'),
  sessionMemory: make('sessionMemory'),
  connectP50: make('connectP50'),
  connectP99: make('connectP99'),
  p50: make('p50'),
  p99: make('p99'),
  bytes: make('bytes'),
  generatorCpu: make('generatorCpu'),
  cpu: make('cpu'),
  memory: make('memory'),
  connect: make('connect'),
  idleBytes: make('idleBytes'),
  idlePackets: make('idlePackets'),
  idleCpu: make('idleCpu'),
  generatorMemory: make('generatorMemory'),
  sessionRate: make('sessionRate'),
  setupBytes: make('setupBytes'),
});
