import type { Results } from '../../bench/results/schema.ts';

/** Files that a report offers for download. */
export const DOWNLOADS = {
  results: { ending: 'results.json', type: 'application/json' },
  trials: { ending: 'trials.csv', type: 'text/csv' },
  histograms: { ending: 'histograms.hlog', type: 'text/plain' },
} as const;

export type Download = keyof typeof DOWNLOADS;

/** File name after the run's id, in characters that every file system accepts. */
export const fileNameOf = ({ id }: Pick<Results, 'id'>, download: Download): string =>
  `${id
    .replace(/[^\w.-]+/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 100)}-${DOWNLOADS[download].ending}`;
