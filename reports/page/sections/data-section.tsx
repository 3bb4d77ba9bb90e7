import type { Results } from '../../../bench/results/schema.ts';
import { countOf } from '../../model/format.ts';
import type { Analysis } from '../../model/model.ts';
import type { Download } from '../../raw/names.ts';
import { Fact, Name } from '../parts/parts.tsx';
import { trialsId } from '../parts/sections.ts';
import { TrialsTable } from './trials.tsx';

type Props = {
  readonly results: Results;
  readonly analysis: Analysis;
  /** Hash of the results file. */
  readonly sha256: string;
};

const DOWNLOADS: readonly { readonly id: Download; readonly name: string; readonly what: string }[] = [
  {
    id: 'results',
    name: 'Results (JSON)',
    what: 'the data inside this page: everything except the histograms and the latency over time of each trial, which results.json has',
  },
  { id: 'trials', name: 'Trials (CSV)', what: 'one line per trial, in seconds, bytes and counts, with all digits' },
  {
    id: 'histograms',
    name: 'Histograms (.hlog)',
    what: 'HdrHistogram interval log 1.3, in nanoseconds: response latency of each case over its valid trials; the command above also writes those of each trial and the other times that were recorded',
  },
];

/** Number of trials up to which the tables are read in with the page. */
const MAX_TRIALS = 500;

/** Section of everything that was counted, to look through and to take away. */
export function DataSection({ results, analysis, sha256 }: Props) {
  const trials = analysis.groups.flatMap(({ rows }) => rows.flatMap((row) => row.trials)).length;
  return (
    <section id="data" className="block">
      <h2>Raw data</h2>
      <dl className="facts data-facts">
        <Fact term="Run">
          <Name>{results.id}</Name>
        </Fact>
        <Fact term="Schema">
          <code>{results.schema}</code>
        </Fact>
        <Fact term="SHA-256 of results.json">
          <code>{sha256}</code>
        </Fact>
        <Fact term="Make this page again">
          <code>npm run report -- results.json</code>
        </Fact>
        <Fact term="Write all trials and histograms">
          <code>npm run report -- results.json --csv trials.csv --hlog histograms.hlog</code>
        </Fact>
      </dl>
      <ul className="downloads needs-script">
        {DOWNLOADS.map(({ id, name, what }) => (
          <li key={id}>
            <button type="button" data-download={id}>
              {name}
            </button>{' '}
            <span className="quiet">{what}</span>
          </li>
        ))}
      </ul>
      <p className="download-said needs-script" role="status" />
      {trials === 0 ? null : (
        <div className="trial-filter needs-script">
          <label>
            Show trials with{' '}
            <input
              type="search"
              id="trial-filter"
              placeholder="ws suspect block-3"
              autoComplete="off"
              spellCheck={false}
            />
          </label>{' '}
          <span className="quiet" role="status" data-all={trials}>
            {countOf(trials, 'trial')}
          </span>
        </div>
      )}
      {analysis.groups.map((group, index) => (
        <TrialsTable key={group.id} group={group} id={trialsId(index)} many={trials > MAX_TRIALS} />
      ))}
    </section>
  );
}
