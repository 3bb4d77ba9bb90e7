export const METRICS = [
  { id: 'p50', title: 'p50 latency', quantity: 'seconds', unit: 'ms', scale: 1e3, band: 'time' },
  { id: 'p99', title: 'p99 latency', quantity: 'seconds', unit: 'ms', scale: 1e3, band: 'time' },
  { id: 'bytes', title: 'bytes per message', quantity: 'bytes', unit: 'B', scale: 1, band: 'bytes' },
  { id: 'cpu', title: 'server CPU per message', quantity: 'seconds', unit: 'µs', scale: 1e6, band: 'time' },
  { id: 'memory', title: 'server memory', quantity: 'bytes', unit: 'MiB', scale: 1 / 2 ** 20, band: 'time' },
  { id: 'connect', title: 'connect time', quantity: 'seconds', unit: 'ms', scale: 1e3, band: 'time' },
] as const;

/** Of every metric here less is better. `unit` and `scale` are for showing; values are in the base unit `quantity`. */
export type Metric = (typeof METRICS)[number];
export type MetricId = Metric['id'];

export function metric(id: MetricId): Metric {
  const found = METRICS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`No metric is called ${id}`);
  return found;
}

/** A record over all metrics, spelled out so that the compiler sees each of them. */
export const forEachMetric = <T>(make: (id: MetricId) => T): Record<MetricId, T> => ({
  p50: make('p50'),
  p99: make('p99'),
  bytes: make('bytes'),
  cpu: make('cpu'),
  memory: make('memory'),
  connect: make('connect'),
});
