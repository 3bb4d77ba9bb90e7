import type { Case, MeasuredTrial, Results } from '../../bench/results/schema.ts';
import { printable } from '../analysis/format.ts';
import { endsOf } from './hdr.ts';

/** In the order in which a trial's histograms are written. */
const KINDS = ['response', 'service', 'lag', 'connect', 'last'] as const;

/**
 * The histograms of a run as an HdrHistogram interval log, format 1.3: a line a histogram, in the order of the trials. Its tag is the
 * case's id and what was timed (`ws/echo/c100/r1200/s128/text/response`); of a trial that is not valid also its state, so
 * that nobody adds what the report does not count. Times stand in seconds since the epoch, the maximum in milliseconds, the
 * values inside in nanoseconds. Empty histograms are left out.
 */
export async function histogramLog(results: Results): Promise<string> {
  const trials = results.cases
    .flatMap((one) => one.trials.flatMap((trial) => (trial.state === 'failed' ? [] : [{ one, trial }])))
    .toSorted((a, b) => a.trial.order - b.trial.order);
  const start = secondsOf(results.startedAt) ?? 0;
  const lines = await Promise.all(trials.map(({ one, trial }) => linesOf(one, trial, start)));
  return [
    `#[Wirebench run ${printable(results.id)}: values in nanoseconds, Interval_Max in milliseconds]`,
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${start.toFixed(3)} (seconds since epoch), ${printable(results.startedAt)}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...lines.flat(),
    '',
  ].join('\n');
}

async function linesOf(one: Case, trial: MeasuredTrial, runStart: number): Promise<string[]> {
  // Earlier than the log's own start would make readers take it for a time since then.
  const start = Math.max(runStart, secondsOf(trial.startedAt) ?? runStart);
  const lines = await Promise.all(
    KINDS.map(async (kind) => {
      const encoded = trial.latency[kind];
      const ends = encoded === undefined ? null : await endsOf(encoded);
      if (ends === null || ends.count === 0) return [];
      const tag = tagOf([one.id, kind, ...(trial.state === 'valid' ? [] : [trial.state])]);
      return [`Tag=${tag},${start.toFixed(3)},${trial.seconds.toFixed(3)},${(ends.maxNs / 1e6).toFixed(3)},${encoded}`];
    }),
  );
  return lines.flat();
}

/** Commas, blanks and line ends would end the field. */
const tagOf = (parts: readonly string[]): string => parts.join('/').replace(/[,\s\p{Cc}]+/gu, '_');

function secondsOf(instant: string): number | null {
  const milliseconds = Date.parse(instant);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1e3;
}
