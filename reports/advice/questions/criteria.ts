import type { Kind, MetricId } from '../../model/metrics.ts';

/** What weights are given to. `metrics`: what stands for it, by kind of scenario; none for what nobody can measure. */
// biome-ignore format: a criterion, one line
export const CRITERIA = [
  { id: 'p99', name: 'tail latency', judged: false, metrics: { load: 'p99' } },
  { id: 'throughput', name: 'throughput', judged: false, metrics: { capacity: 'capacity', closed: 'throughput' } },
  { id: 'bytes', name: 'bytes on the wire', judged: false, metrics: { load: 'bytes', idle: 'idleBytes' } },
  { id: 'cpu', name: 'server CPU', judged: false, metrics: { load: 'cpu', idle: 'idleCpu' } },
  { id: 'memory', name: 'server memory', judged: false, metrics: { load: 'memory', idle: 'sessionMemory' } },
  { id: 'simplicity', name: 'simplicity of running it', judged: true, metrics: {} },
  { id: 'features', name: 'reconnecting and other features', judged: true, metrics: {} },
] as const satisfies readonly CriterionShape[];

type CriterionShape = {
  readonly id: string;
  readonly name: string;
  readonly judged: boolean;
  readonly metrics: Partial<Readonly<Record<Kind, MetricId>>>;
};

export type CriterionId = (typeof CRITERIA)[number]['id'];
export type Criterion = CriterionShape & { readonly id: CriterionId };
export type Weights = Readonly<Record<CriterionId, number>>;

export const criterionOf = (id: CriterionId): Criterion => {
  const found = CRITERIA.find((criterion) => criterion.id === id);
  if (found === undefined) throw new Error(`No criterion is called ${id}`);
  return found;
};

/** Those that are not named count for nothing. */
export const weightsOf = (given: Partial<Weights>): Weights => ({
  p99: 0,
  throughput: 0,
  bytes: 0,
  cpu: 0,
  memory: 0,
  simplicity: 0,
  features: 0,
  ...given,
});

export const EQUAL: Weights = { p99: 1, throughput: 1, bytes: 1, cpu: 1, memory: 1, simplicity: 1, features: 1 };
