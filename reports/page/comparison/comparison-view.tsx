import type { ReactNode } from 'react';
import type { Comparison, RunFacts } from '../../compare/compare-model.ts';
import { utcMinute } from '../../model/format.ts';
import { Name, Phrases, Scroll, WarningList } from '../parts/parts.tsx';
import { RawTable } from './compared-table.tsx';
import type { View } from './comparison-state.ts';
import { ForestFigure } from './forest-figure.tsx';

type ViewProps = {
  readonly comparison: Comparison;
  readonly view: View;
  /** Controls that ask for another view; absent from the markup that stands without a script. */
  readonly controls?: ReactNode;
  /** Level of headings, one higher in a page of its own than in a report. */
  readonly heading: 'h2' | 'h3';
};

/** Everything that a comparison of two runs has, as the reader wants to see it. */
export function ComparisonView({ comparison, view, controls, heading: Heading }: ViewProps) {
  const { rows, raw, warnings } = comparison;
  const questions = [...Map.groupBy(rows, ({ question }) => question)];
  return (
    <>
      {rows.length === 0 ? null : controls}
      {questions.map(([question, those]) => (
        <section key={question} className="block">
          <Heading className="question-title">{question}</Heading>
          <ForestFigure question={question} rows={those} view={view} />
        </section>
      ))}
      {raw.length === 0 ? null : (
        <section className="block">
          <Heading>Not compared</Heading>
          <Scroll label="Figures of different questions">
            <RawTable pairs={raw} />
          </Scroll>
        </section>
      )}
      <section className="block">
        <Heading>Other differences between the runs</Heading>
        <Differences comparison={comparison} />
      </section>
      {warnings.length === 0 ? null : (
        <section className="block">
          <Heading>Warnings</Heading>
          <WarningList warnings={warnings} />
        </section>
      )}
    </>
  );
}

export const ComparisonClaim = ({ comparison: { headline } }: { comparison: Comparison }) => (
  <div className="answer answer-single">
    <p className="claim">
      <span className="claim-text">
        <Phrases sentence={headline} />
      </span>
    </p>
  </div>
);

export function ComparisonPill({ comparison: { invalid, crossEnvironment, rows } }: { comparison: Comparison }) {
  if (invalid || rows.length === 0)
    return <p className={`pill pill-${invalid ? 'invalid' : 'warnings'}`}>No verdicts</p>;
  if (crossEnvironment) return <p className="pill pill-warnings">Across environments</p>;
  return <p className="pill pill-valid">Two runs compared</p>;
}

export const RunLine = ({ which, run }: { which: string; run: RunFacts }) => (
  <p className="environment-line">
    {which}: {utcMinute(run.startedAt)} · <Name>{run.id}</Name> · {run.status.label}
  </p>
);

const CONSEQUENCES = {
  machine: 'may be the cause of any verdict, since environments differ',
  software: 'may be the change that you compare',
  settings: 'check that it is intended',
};

/** Table of differences between the runs besides their figures. */
function Differences({ comparison: { differences } }: { comparison: Comparison }) {
  if (differences.length === 0) {
    return <p>Machine, versions and settings of the two runs are the same, as far as they were recorded.</p>;
  }
  return (
    <Scroll label="Differences between the runs">
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Base</th>
            <th scope="col">New</th>
            <th scope="col">Consequence</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ what, base, next, of }) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{base}</td>
              <td>{next}</td>
              <td>{CONSEQUENCES[of]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
