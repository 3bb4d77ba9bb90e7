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
  /** Of the results' file. */
  readonly sha256: string;
};

const DOWNLOADS: readonly { readonly id: Download; readonly name: string; readonly what: string }[] = [
  {
    id: 'results',
    name: 'Results (JSON)',
    what: 'what this page carries: everything but the histograms of each trial and its course, which are in results.json',
  },
  { id: 'trials', name: 'Trials (CSV)', what: 'a line a trial, in seconds, bytes and counts, with every digit' },
  {
    id: 'histograms',
    name: 'Histograms (.hlog)',
    what: 'HdrHistogram interval log 1.3, in nanoseconds: response latency, the valid trials of a case together; each trial’s own, and what else was timed, are written by the command above',
  },
];

/** Trials. */
const MANY = 500;

/** Everything that was counted, to be looked through and taken away. */
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
        <Fact term="This page again">
          <code>npm run report -- results.json</code>
        </Fact>
        <Fact term="Trials and histograms, all of them">
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
        <TrialsTable key={group.id} group={group} id={trialsId(index)} many={trials > MANY} />
      ))}
    </section>
  );
}
