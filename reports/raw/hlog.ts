import { histogramsOf } from '../../bench/results/damage.ts';
import { compressedPart, distributionOf, MAX_BYTES } from '../../bench/results/histogram.ts';
import type { Case, MeasuredTrial, Results } from '../../bench/results/schema.ts';
import { printable } from '../model/format.ts';
import { bytesOf, inflated } from './inflate.ts';
import type { Pooled } from './pooled.ts';

/**
 * Writes the histograms of a run as an HdrHistogram interval log, format 1.3: one line per histogram, in the order of the trials. The
 * tag is the case's id and what was timed (`ws/echo/c100/r1200/s128/text/response`), and for a trial that is not valid also its
 * state, so that nobody adds what the report does not count. Times are in seconds since the epoch, maxima in milliseconds, and the
 * values inside in nanoseconds. Empty histograms are left out.
 */
export async function histogramLog(results: Results): Promise<string> {
  const trials = results.cases
    .flatMap((one) => one.trials.flatMap((trial) => (trial.state === 'failed' ? [] : [{ one, trial }])))
    .toSorted((a, b) => a.trial.order - b.trial.order);
  const start = startOf(results);
  const lines = await Promise.all(trials.map(({ one, trial }) => linesOf(one, trial, start)));
  return logOf(results, lines.flat());
}

/**
 * Writes the pooled histograms that a page carries as an interval log: one line per case with the response latency of all its valid
 * trials, from the start of the first and as long as all of them together.
 */
export async function pooledLog(results: Results, pooled: Pooled): Promise<string> {
  const lines = await Promise.all(
    results.cases.map(async ({ id, trials }) => {
      const valid = trials.filter((trial) => trial.state === 'valid').toSorted((a, b) => a.order - b.order);
      const seconds = valid.reduce((sum, trial) => sum + trial.seconds, 0);
      const start = Math.max(startOf(results), secondsOf(valid[0]?.startedAt ?? '') ?? 0);
      return lineOf([id, 'response', 'pooled'], { start, seconds }, pooled[id]);
    }),
  );
  return logOf(results, lines.flat());
}

const startOf = ({ startedAt }: Results): number => secondsOf(startedAt) ?? 0;

function logOf(results: Results, lines: readonly string[]): string {
  return [
    `#[Wirebench run ${printable(results.id)}: values in nanoseconds, Interval_Max in milliseconds]`,
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${startOf(results).toFixed(3)} (seconds since epoch), ${printable(results.startedAt)}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...lines,
    '',
  ].join('\n');
}

async function linesOf(one: Case, trial: MeasuredTrial, runStart: number): Promise<string[]> {
  // Readers take a time before the log's own start for a time since that start.
  const start = Math.max(runStart, secondsOf(trial.startedAt) ?? runStart);
  const lines = await Promise.all(
    histogramsOf(trial).map((kind) =>
      lineOf(
        [one.id, kind, ...(trial.state === 'valid' ? [] : [trial.state])],
        { start, seconds: trial.seconds },
        trial.latency[kind],
      ),
    ),
  );
  return lines.flat();
}

type Interval = { readonly start: number; readonly seconds: number };

/** Line for a histogram; none if it is absent or empty. */
async function lineOf(
  tag: readonly string[],
  { start, seconds }: Interval,
  encoded: string | undefined,
): Promise<string[]> {
  const ends = encoded === undefined ? null : await endsOf(encoded);
  if (ends === null || ends.count === 0) return [];
  return [`Tag=${tagOf(tag)},${start.toFixed(3)},${seconds.toFixed(3)},${(ends.maxNs / 1e6).toFixed(3)},${encoded}`];
}

/** Tag without commas, spaces and line ends, which would end the field. */
const tagOf = (parts: readonly string[]): string => parts.join('/').replace(/[,\s\p{Cc}\p{Cf}]+/gu, '_');

function secondsOf(instant: string): number | null {
  const milliseconds = Date.parse(instant);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1e3;
}

/** Decodes a histogram's count and maximum; null if it is not a compressed V2 HdrHistogram. */
export async function endsOf(base64: string): Promise<{ readonly count: number; readonly maxNs: number } | null> {
  try {
    const bytes = await inflated(compressedPart(bytesOf(base64)), 'deflate', MAX_BYTES);
    const { count, seconds } = distributionOf(bytes);
    return { count, maxNs: Math.round((seconds.at(-1) ?? 0) * 1e9) };
  } catch {
    return null;
  }
}
