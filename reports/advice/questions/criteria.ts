import type { MeasuredCriterion } from '../../kinds/shape.ts';

/** Criteria that have weights. Those that nobody can measure are judged; each scenario kind names the metrics for the others. */
// biome-ignore format: a criterion, one line
export const CRITERIA = [
  { id: 'p99', name: 'tail latency', judged: false },
  { id: 'throughput', name: 'throughput', judged: false },
  { id: 'bytes', name: 'bytes on the wire', judged: false },
  { id: 'cpu', name: 'server CPU', judged: false },
  { id: 'memory', name: 'server memory', judged: false },
  { id: 'simplicity', name: 'simplicity of running it', judged: true },
  { id: 'features', name: 'reconnecting and other features', judged: true },
] as const satisfies readonly CriterionShape[];

type CriterionShape =
  | { readonly id: MeasuredCriterion; readonly name: string; readonly judged: false }
  | { readonly id: string; readonly name: string; readonly judged: true };

export type Criterion = (typeof CRITERIA)[number];
export type CriterionId = Criterion['id'];
export type Weights = Readonly<Record<CriterionId, number>>;

export const criterionOf = (id: CriterionId): Criterion => {
  const found = CRITERIA.find((criterion) => criterion.id === id);
  if (found === undefined) throw new Error(`No criterion is called ${id}`);
  return found;
};

/** Weights with 0 for every criterion that is not given. */
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
