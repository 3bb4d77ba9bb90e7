import type { Capacity, MeasuredTrial } from '../../bench/results/schema.ts';
import type { Sample } from '../stats/bootstrap.ts';
import type { Decoded, Shown } from '../stats/distribution.ts';
import type { MetricId } from './metrics.ts';
import type { CurvePoint, SharePoint, TrialView } from './model.ts';

/** A measured trial with its histograms decoded, once for all that is read from them. */
export type DecodedTrial = {
  readonly trial: MeasuredTrial;
  readonly response: Decoded;
  readonly service: Decoded;
  readonly lag: Decoded;
  readonly connect: Decoded;
  /** Only where a message has several receivers. */
  readonly last: Decoded | null;
};

/** A metric's values by block over the valid trials that show it, and why there are none where there are none. */
export type Reading = {
  readonly sample: Sample;
  readonly median: number;
  readonly reason: string;
  /** Number of values that are lower bounds. */
  readonly bounded: number;
  /** R² of the worst of the lines that the values are slopes of; null where they are none. */
  readonly fit: number | null;
};

export type Readings = Readonly<Record<MetricId, Reading>>;

/** One case of a group, with everything read out of its trials. */
export type Member = {
  readonly caseId: string;
  readonly name: string;
  readonly flag: string;
  readonly label: string | null;
  readonly transport: string;
  readonly title: string;
  readonly floor: boolean;
  readonly validTrials: number;
  readonly readings: Readings;
  readonly curve: readonly CurvePoint[];
  readonly pooled: readonly SharePoint[];
  readonly payload: Shown;
  readonly socketBytes: Shown;
  readonly searches: readonly Capacity[];
  readonly trials: readonly TrialView[];
};
