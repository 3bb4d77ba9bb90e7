import type { Capacity, MeasuredTrial } from '../../bench/results/schema.ts';
import type { Sample } from '../stats/bootstrap.ts';
import type { Decoded, Shown } from '../stats/distribution.ts';
import type { MetricId } from './metrics.ts';
import type { Batched, CurvePoint, Overloaded, SharePoint, TrialView } from './model.ts';

/** A measured trial with its histograms decoded once. */
export type DecodedTrial = {
  readonly trial: MeasuredTrial;
  /** Response of delivered messages; in an overloaded trial with the lower bounds of the overdue ones. */
  readonly response: Decoded;
  /** Response of delivered messages alone. */
  readonly delivered: Decoded;
  readonly service: Decoded;
  readonly lag: Decoded;
  readonly connect: Decoded;
  /** Null unless a message has several receivers. */
  readonly last: Decoded | null;
  /** Between sessions of one node, and of different ones. Null unless there are several. */
  readonly sameNode: Decoded | null;
  readonly otherNode: Decoded | null;
};

/** Values of a metric by block over the valid trials that have one. `reason` says why there are none. */
export type Reading = {
  readonly sample: Sample;
  readonly median: number;
  readonly reason: string;
  /** Number of values that are lower bounds. */
  readonly bounded: number;
  /** Lowest R² of the lines that the values are slopes of; null if they are not slopes. */
  readonly fit: number | null;
};

export type Readings = Readonly<Record<MetricId, Reading>>;

/** A case of a group with all that is read from its trials. */
export type Member = {
  readonly caseId: string;
  readonly name: string;
  readonly flag: string;
  readonly label: string | null;
  readonly transport: string;
  readonly title: string;
  readonly floor: boolean;
  readonly validTrials: number;
  readonly overload: Overloaded | null;
  readonly batched: Batched | null;
  readonly readings: Readings;
  readonly curve: readonly CurvePoint[];
  readonly pooled: readonly SharePoint[];
  readonly payload: Shown;
  readonly socketBytes: Shown;
  readonly searches: readonly Capacity[];
  readonly trials: readonly TrialView[];
};
