import type { Results } from '../../bench/results/schema.ts';
import { countOf, utcMinute } from '../analysis/format.ts';
import { scenarioText } from '../analysis/group.ts';
import type { Analysis } from '../analysis/model.ts';
import { Phrases } from './parts.tsx';
import { sectionId } from './sections.ts';

export function Header({ results, analysis }: { results: Results; analysis: Analysis }) {
  const { environment, plan } = results;
  const { status, groups } = analysis;
  return (
    <header className="page-header">
      <div className="page-header-line">
        <p className="brand">Wirebench</p>
        <p className={`pill pill-${status.kind}`}>{status.label}</p>
        <p className="run">
          <span>{utcMinute(results.startedAt)}</span> <span className="run-id">{results.id}</span>
        </p>
      </div>
      <p className="environment-line">
        {[
          environment.cpu,
          countOf(environment.cores, 'core'),
          `${environment.platform} ${environment.kernel}`,
          `Node ${environment.node}`,
          environment.link,
          `${countOf(plan.trials, 'trial')} a case`,
        ].join(' · ')}
      </p>
      <nav aria-label="Sections">
        <ul>
          <li>
            <a href="#answer">Answer</a>
          </li>
          {groups.map(({ id, title }, index) => (
            <li key={id}>
              <a className="nav-question" href={`#${sectionId(index)}`}>
                {navTitle(title, groups)}
              </a>
            </li>
          ))}
          {analysis.wire.length > 0 ? (
            <li>
              <a href="#wire">Wire</a>
            </li>
          ) : null}
          {analysis.micro.length > 0 ? (
            <li>
              <a href="#micro">Protocol work</a>
            </li>
          ) : null}
          {analysis.warnings.length > 0 ? (
            <li>
              <a href="#warnings">Warnings</a>
            </li>
          ) : null}
          <li>
            <a href="#reading">How to read this</a>
          </li>
          <li>
            <a href="#implementations">Implementations</a>
          </li>
          <li>
            <a href="#environment">Environment</a>
          </li>
        </ul>
      </nav>
    </header>
  );
}

/** The scenario alone says which section is meant, as long as the run asks it only one question. */
function navTitle(title: string, groups: Analysis['groups']): string {
  const group = groups.find((candidate) => candidate.title === title);
  if (group === undefined) return title;
  const { scenario } = group.question;
  const alone = groups.filter(({ question }) => question.scenario === scenario).length === 1;
  return alone ? scenarioText(group.question) : title;
}

/** What must be known before anything below is read. */
export function Banners({ analysis: { status, sameTwice, unfit } }: { analysis: Analysis }) {
  return (
    <>
      {'consequence' in status ? (
        <p className={`banner banner-${status.kind}`}>
          {status.kind === 'quick' ? null : <strong>{status.label}</strong>} {status.consequence}
        </p>
      ) : null}
      {sameTwice === null ? null : (
        <p className={`banner ${sameTwice.mistaken.length === 0 ? 'banner-same' : 'banner-interrupted'}`}>
          <Phrases sentence={sameTwice.sentence} />
        </p>
      )}
      {unfit.map(({ name, observed, fix }) => (
        <p key={name} className="banner banner-interrupted">
          <strong>Not fit to measure on:</strong> {name}: {observed} → {fix}
        </p>
      ))}
    </>
  );
}
