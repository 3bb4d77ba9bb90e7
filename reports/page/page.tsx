import { renderToStaticMarkup } from 'react-dom/server';
import type { Results } from '../../bench/results/schema.ts';
import type { Analysis, Group } from '../analysis/model.ts';
import { Answers } from './answer.tsx';
import { BytesFigure } from './bytes-figure.tsx';
import { CurveFigure } from './curve-figure.tsx';
import { DecisionTable } from './decision-table.tsx';
import { ExpertTable } from './expert-table.tsx';
import { Banners, Header } from './header.tsx';
import { type Identities, identify } from './identity.ts';
import { IntervalFigure } from './interval-figure.tsx';
import { LoadFigure } from './load-figure.tsx';
import { MicroSection } from './micro-section.tsx';
import { Swatches, Warnings } from './parts.tsx';
import { Reading } from './reading.tsx';
import { sectionId } from './sections.ts';
import { Environment, Implementations } from './surroundings.tsx';
import { TrialsTable, ValidityCard } from './trials.tsx';
import { WireSection } from './wire-section.tsx';

export { renderComparisonBody, renderComparisonTitle } from './comparison-page.tsx';

/** Entry of the bundle: `render.ts` puts title and body into a document. */
export const renderTitle = ({ plan, id }: Results): string =>
  renderToStaticMarkup(<title>{`Wirebench: ${plan.scenarios.join(', ')} · ${id}`}</title>);

export const renderBody = (results: Results, analysis: Analysis): string =>
  renderToStaticMarkup(<Page results={results} analysis={analysis} />);

function Page({ results, analysis }: { results: Results; analysis: Analysis }) {
  const identities = identify(results);
  return (
    <body>
      <a className="skip" href="#answer">
        Skip to the answer
      </a>
      <Swatches identities={identities} />
      <Header results={results} analysis={analysis} />
      <Banners analysis={analysis} />
      <main>
        <Answers analysis={analysis} identities={identities} />
        {analysis.groups.map((group, index) => (
          <Question key={group.id} group={group} id={sectionId(index)} identities={identities} />
        ))}
        <WireSection rows={analysis.wire} />
        <MicroSection views={analysis.micro} />
        <Warnings warnings={analysis.warnings} />
        <Reading analysis={analysis} />
        <Implementations results={results} />
        <Environment results={results} analysis={analysis} />
      </main>
    </body>
  );
}

function Question({ group, id, identities }: { group: Group; id: string; identities: Identities }) {
  return (
    <section id={id} className="block">
      <h2 className="question-title">{group.title}</h2>
      <DecisionTable group={group} identities={identities} />
      <div className="figures">
        <KindFigures group={group} identities={identities} />
        <ValidityCard group={group} identities={identities} />
      </div>
      <TrialsTable group={group} identities={identities} />
      <ExpertTable group={group} />
    </section>
  );
}

type KindFiguresProps = { readonly group: Group; readonly identities: Identities };

/** A figure only where a kind of scenario has what it shows. */
function KindFigures({ group, identities }: KindFiguresProps) {
  const { kind } = group.question;
  return (
    <>
      {kind === 'load' ? <CurveFigure group={group} identities={identities} /> : null}
      {kind === 'capacity' ? <LoadFigure group={group} identities={identities} /> : null}
      <IntervalFigure group={group} identities={identities} />
      {group.metrics.includes('bytes') ? <BytesFigure group={group} identities={identities} /> : null}
    </>
  );
}
