import { renderToStaticMarkup } from 'react-dom/server';
import type { Comparison, RunFacts } from '../analysis/compare-model.ts';
import { utcMinute } from '../analysis/format.ts';
import { RawTable } from './compared-table.tsx';
import { ForestFigure } from './forest-figure.tsx';
import { Name, Phrases, Scroll, Warnings } from './parts.tsx';

export const renderComparisonTitle = ({ base, next }: Comparison): string =>
  renderToStaticMarkup(<title>{`Wirebench: ${base.id} → ${next.id}`}</title>);

export const renderComparisonBody = (comparison: Comparison): string =>
  renderToStaticMarkup(<ComparisonPage comparison={comparison} />);

function ComparisonPage({ comparison }: { comparison: Comparison }) {
  const { headline, base, next, rows, raw, warnings } = comparison;
  const questions = [...Map.groupBy(rows, ({ question }) => question)];
  return (
    <body>
      <a className="skip" href="#answer">
        Skip to the answer
      </a>
      <header className="page-header">
        <div className="page-header-line">
          <p className="brand">Wirebench</p>
          <Pill comparison={comparison} />
        </div>
        <RunLine which="Base" run={base} />
        <RunLine which="New" run={next} />
      </header>
      <main>
        <section id="answer" className="answers">
          <h1 className="visually-hidden">Two runs compared</h1>
          <div className="answer answer-single">
            <p className="claim">
              <span className="claim-text">
                <Phrases sentence={headline} />
              </span>
            </p>
          </div>
        </section>
        {questions.map(([question, those]) => (
          <section key={question} className="block">
            <h2 className="question-title">{question}</h2>
            <ForestFigure question={question} rows={those} />
          </section>
        ))}
        {raw.length === 0 ? null : (
          <section className="block">
            <h2>Not compared</h2>
            <Scroll label="Figures of unlike questions">
              <RawTable pairs={raw} />
            </Scroll>
          </section>
        )}
        <Differences comparison={comparison} />
        <Warnings warnings={warnings} />
      </main>
    </body>
  );
}

function Pill({ comparison: { invalid, crossEnvironment, rows } }: { comparison: Comparison }) {
  if (invalid || rows.length === 0)
    return <p className={`pill pill-${invalid ? 'invalid' : 'warnings'}`}>No verdicts</p>;
  if (crossEnvironment) return <p className="pill pill-warnings">Across environments</p>;
  return <p className="pill pill-valid">Two runs compared</p>;
}

const RunLine = ({ which, run }: { which: string; run: RunFacts }) => (
  <p className="environment-line">
    {which}: {utcMinute(run.startedAt)} · <Name>{run.id}</Name> · {run.status.label}
  </p>
);

const CONSEQUENCES = {
  machine: 'across environments: may be the cause of any verdict',
  software: 'may be what is compared',
  settings: 'make sure that it is meant',
};

/** What differs between the runs besides what was measured. */
function Differences({ comparison: { differences } }: { comparison: Comparison }) {
  return (
    <section className="block">
      <h2>What differs besides</h2>
      {differences.length === 0 ? (
        <p>Machine, versions and settings of the two runs are the same, as far as they were recorded.</p>
      ) : (
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
      )}
    </section>
  );
}
