import type { Distribution } from './histogram.ts';
import { whyNotMeasured } from './not-measured.ts';
import type { Case, MeasuredTrial, Results } from './schema.ts';

/** Histograms of a trial, in the order in which they are written. */
export const HISTOGRAMS = [
  'response',
  'service',
  'lag',
  'connect',
  'last',
  'overdue',
  'sameNode',
  'otherNode',
] as const;
export type HistogramName = (typeof HISTOGRAMS)[number];

/** Names of the histograms that a trial has. */
export const histogramsOf = (trial: MeasuredTrial): HistogramName[] =>
  HISTOGRAMS.filter(
    (name) => trial.latency[name] !== undefined && whyNotMeasured(trial, [`latency.${name}`]) === undefined,
  );

/** Damage of a histogram as a clause that names its trial; undefined if there is none. @param decoded null if it cannot be decoded */
export function damageOf(
  { id }: Pick<Case, 'id'>,
  { block, latency: { summary, ...encoded } }: Pick<MeasuredTrial, 'block' | 'latency'>,
  name: HistogramName,
  decoded: Pick<Distribution, 'count'> | null,
): string | undefined {
  const which = `the histogram “${name}” of trial ${block + 1} of ${id}`;
  if (decoded === null) return encoded[name] === '' ? `${which} is missing` : `${which} cannot be decoded`;
  const counted = summary?.[name]?.count ?? decoded.count;
  return counted === decoded.count
    ? undefined
    : `${which} has ${decoded.count} samples, and its summary counts ${counted}`;
}

/** Maximum number of damages that a message lists. */
const MAX_LISTED = 3;

/** Message about a damaged file, with the remedy. */
export function damageText(file: string, damages: readonly string[]): string {
  const more = damages.length > MAX_LISTED ? [`and ${damages.length - MAX_LISTED} more`] : [];
  return `${file} is damaged: ${[...damages.slice(0, MAX_LISTED), ...more].join('; ')}. Give an undamaged copy of the results.json that the run wrote, or measure again.`;
}

/** Cases and trials that a run has twice, as clauses. */
export const repeatedIn = ({ cases }: Results): string[] => [
  ...twice(cases.map(({ id }) => id)).map((id) => `two cases are ${id}`),
  ...cases.flatMap(({ id, trials }) =>
    twice(trials.map(({ order }) => order)).map((order) => `two trials of ${id} are number ${order + 1} of the run`),
  ),
];

/** True if a run has trials and none of their histograms, as a page carries it. */
export function lacksHistograms({ cases }: Results): boolean {
  const measured = cases.flatMap(({ trials }) => trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial])));
  const encoded = measured.flatMap((trial) => histogramsOf(trial).map((name) => trial.latency[name]));
  return encoded.length > 0 && encoded.every((text) => text === '');
}

/** All damages of a run. @param decode throws if it cannot decode */
export function damagesIn(results: Results, decode: (base64: string) => Distribution): string[] {
  const decoded = (base64: string): Distribution | null => {
    try {
      return decode(base64);
    } catch {
      return null;
    }
  };
  return [
    ...repeatedIn(results),
    ...results.cases.flatMap((one) =>
      one.trials.flatMap((trial) =>
        trial.state === 'failed'
          ? []
          : histogramsOf(trial).flatMap((name) => damageOf(one, trial, name, decoded(trial.latency[name] ?? '')) ?? []),
      ),
    ),
  ];
}

const twice = <Key>(keys: readonly Key[]): Key[] => [
  ...new Set(keys.filter((key, index) => keys.indexOf(key) !== index)),
];
