import type { Results } from '../../bench/results/schema.ts';

/** What can be taken away from a report, and how its file is called: after the run, in characters that every file system takes. */
export const DOWNLOADS = {
  results: { ending: 'results.json', type: 'application/json' },
  trials: { ending: 'trials.csv', type: 'text/csv' },
  histograms: { ending: 'histograms.hlog', type: 'text/plain' },
} as const;

export type Download = keyof typeof DOWNLOADS;

export const fileNameOf = ({ id }: Pick<Results, 'id'>, download: Download): string =>
  `${id
    .replace(/[^\w.-]+/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 100)}-${DOWNLOADS[download].ending}`;
