import { renderToStaticMarkup } from 'react-dom/server';
import type { Comparison } from '../../compare/compare-model.ts';
import type { View } from './comparison-state.ts';
import { ComparisonClaim, ComparisonPill, ComparisonView, RunLine } from './comparison-view.tsx';

export const renderComparisonTitle = ({ base, next }: Comparison): string =>
  renderToStaticMarkup(<title>{`Wirebench: ${base.id} → ${next.id}`}</title>);

export const renderComparisonBody = (comparison: Comparison, view: View): string =>
  renderToStaticMarkup(<ComparisonPage comparison={comparison} view={view} />);

function ComparisonPage({ comparison, view }: { comparison: Comparison; view: View }) {
  const { base, next } = comparison;
  return (
    <body>
      <a className="skip" href="#answer">
        Skip to the answer
      </a>
      <header className="page-header">
        <div className="page-header-line">
          <p className="brand">Wirebench</p>
          <ComparisonPill comparison={comparison} />
        </div>
        <RunLine which="Base" run={base} />
        <RunLine which="New" run={next} />
      </header>
      <main>
        <section id="answer" className="answers">
          <h1 className="visually-hidden">Two runs compared</h1>
          <ComparisonClaim comparison={comparison} />
        </section>
        <div id="comparison">
          <ComparisonView comparison={comparison} view={view} heading="h2" />
        </div>
      </main>
    </body>
  );
}
