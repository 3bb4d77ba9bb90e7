import type { Results } from '../../../bench/results/schema.ts';
import { countOf, utcMinute } from '../../model/format.ts';
import { plannedTrials } from '../../model/group.ts';
import type { Analysis } from '../../model/model.ts';
import { Phrases, Prose } from '../parts/parts.tsx';

export function Header({ results, analysis: { status } }: { results: Results; analysis: Analysis }) {
  const { environment } = results;
  return (
    <header className="page-header">
      <div className="page-header-line">
        <p className="brand">Wirebench</p>
        <p className={`pill pill-${status.kind}`}>{status.label}</p>
        <p className="run">
          <span>{utcMinute(results.startedAt)}</span> <span className="run-id">{results.id}</span>
        </p>
        <Actions />
      </div>
      <p className="environment-line">
        {[
          environment.cpu,
          countOf(environment.cores, 'core'),
          `${environment.platform} ${environment.kernel}`,
          `Node ${environment.node}`,
          environment.link,
          trialsText(results),
        ].join(' · ')}
      </p>
    </header>
  );
}

/** Number of trials per case: `6 trials per case`, or `3 to 6 trials per case` where some have fewer. */
function trialsText({ plan, cases }: Results): string {
  const fewest = Math.min(plan.trials, ...cases.map(({ id }) => plannedTrials(plan, id)));
  const from = fewest < plan.trials ? `${fewest} to ` : '';
  return `${from}${countOf(plan.trials, 'trial')} per case`;
}

const THEMES = { system: 'System', light: 'Light', dark: 'Dark' };

const Actions = () => (
  <div className="actions needs-script">
    <label className="theme">
      <span>Theme</span>{' '}
      <select id="theme" aria-label="Theme" autoComplete="off">
        {Object.entries(THEMES).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
    <button type="button" id="print">
      Print
    </button>
    <button type="button" id="copy-summary">
      Copy summary
    </button>
    <button type="button" id="show-keys" aria-label="Keyboard help" aria-keyshortcuts="?" aria-haspopup="dialog">
      ?
    </button>
    <span id="said" className="said" role="status" />
  </div>
);

/** Banners with what must be known before anything below is read. */
export function Banners({ analysis: { status, sameTwice, unfit, cautions } }: { analysis: Analysis }) {
  return (
    <>
      {'consequence' in status ? (
        <p className={`banner banner-${status.kind}`}>
          {status.kind === 'quick' ? null : <strong>{status.label}</strong>} <Prose>{status.consequence}</Prose>
        </p>
      ) : null}
      {sameTwice === null ? null : (
        <p className={`banner ${sameTwice.mistaken.length === 0 ? 'banner-same' : 'banner-interrupted'}`}>
          <Phrases sentence={sameTwice.sentence} />
        </p>
      )}
      {unfit.map(({ name, observed, fix }) => (
        <p key={name} className="banner banner-interrupted">
          <strong>Not fit to measure on:</strong> {name}: {observed} → <Prose>{fix}</Prose>
        </p>
      ))}
      {cautions.map((text) => (
        <p key={text} className="banner banner-quick">
          <Prose>{text}</Prose>
        </p>
      ))}
    </>
  );
}
