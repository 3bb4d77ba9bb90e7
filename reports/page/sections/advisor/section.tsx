import type { Results } from '../../../../bench/results/schema.ts';
import { advise } from '../../../advice/advise.ts';
import type { Advice } from '../../../advice/model.ts';
import { needOf } from '../../../advice/questions/needs.ts';
import { PRESETS, type Preset } from '../../../advice/questions/presets.ts';
import { shapeOf } from '../../../kinds/lookup.ts';
import { share } from '../../../model/format.ts';
import { objectiveText } from '../../../model/group.ts';
import type { Analysis } from '../../../model/model.ts';
import { Name, Scroll } from '../../parts/parts.tsx';
import type { SeriesStyles } from '../../parts/series-style.ts';
import { canAdvise } from './facts.ts';
import { FactsTable } from './facts-table.tsx';

type Props = { readonly results: Results; readonly analysis: Analysis };

/** Styles of transports, as the page hands them to its script. */
type StyleEntries = readonly (readonly [name: string, family: string, symbolId: string])[];

/** Section on which transport fits a project: tables for all readers, and questions if the script runs. */
export function AdvisorSection({ results, analysis, styles }: Props & { readonly styles: SeriesStyles }) {
  if (!canAdvise(analysis)) return null;
  return (
    <section id="advisor" className="block">
      <h2>Advisor: which one fits your project?</h2>
      <p className="lead">
        The fastest transport is no use if it cannot do what you need. Your needs rule transports out, your load picks
        the measured case, and your weights decide among the rest. Nothing that you enter leaves this page.
      </p>
      <div
        id="advisor-panel"
        className="needs-script"
        data-scenarios={scenariosOf(analysis).join(' ')}
        data-networks={networksOf(analysis).join(' ') || undefined}
        data-styles={JSON.stringify(styleEntriesOf(analysis, styles))}
      />
      <details className="advisor-table" open>
        <summary>What each kind of project would get from this run</summary>
        <PresetsTable results={results} analysis={analysis} />
      </details>
      <details className="advisor-table" open>
        <summary>Every transport against every need, with sources</summary>
        <FactsTable results={results} analysis={analysis} />
      </details>
      <h3 className="advisor-terminal">The advisor in a terminal</h3>
      <Scroll label="Command that asks the same questions">
        <pre>
          <code>npm run choose -- results.json</code>
        </pre>
      </Scroll>
    </section>
  );
}

/** Lists every choice by name, family and symbol: the script need not know how they are drawn. */
const styleEntriesOf = ({ groups }: Analysis, styles: SeriesStyles): StyleEntries => {
  const names = new Set(groups.flatMap(({ rows }) => rows.filter(({ floor }) => !floor).map(({ name }) => name)));
  return [...names].map((name) => [name, styles(name).family, styles(name).symbolId]);
};

/** Names of scenarios that the reader may judge by; names are data, and only plain ones can be chosen. */
const scenariosOf = ({ groups }: Analysis): string[] => [
  ...new Set(
    groups
      .filter(({ question }) => shapeOf(question).advice?.need === 'traffic' && /^[\w-]+$/.test(question.scenario))
      .map(({ question }) => question.scenario),
  ),
];

/** Ids of the networks that the reader may judge by; none where there is only one. */
function networksOf({ groups }: Analysis): string[] {
  const networks = new Set(
    groups
      .filter(({ question }) => shapeOf(question).advice?.need === 'traffic' && !/\s/.test(question.network))
      .map(({ question }) => question.network),
  );
  return networks.size < 2 ? [] : [...networks];
}

/** Table of advice to readers who only name a use: the load is the run's own, needs and weights are those of the preset. */
function PresetsTable({ results, analysis }: Props) {
  return (
    <Scroll label="What each kind of project would get from this run">
      <table className="advisor-presets">
        <thead>
          <tr>
            <th scope="col">Project</th>
            <th scope="col">Its needs</th>
            <th scope="col">Advice from this run</th>
            <th scope="col">Comes first in</th>
          </tr>
        </thead>
        <tbody>
          {PRESETS.map((preset) => {
            const advice = advise({ results, analysis }, answersOf(preset));
            return (
              <tr key={preset.id}>
                <th scope="row">
                  {preset.title} <small>--preset {preset.id}</small>
                </th>
                <td>{[...preset.needs.map((id) => needOf(id).name), objectiveText(preset.objective)].join(', ')}</td>
                <td>
                  <strong>
                    <Name>{advice.heading}</Name>
                  </strong>
                  {advice.tieBreaker === null ? null : <small>{advice.tieBreaker}</small>}
                </td>
                <td>{sharesOf(advice)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="note">
        Each row assumes the needs, weights and objective that most such projects would begin with, and the measured
        case that is nearest to the use. The last column is the share of 10,000 draws of trials and weights in which a
        transport comes first; below 70 % the choice is a toss-up. For other needs, loads or weights:{' '}
        <code>npm run choose -- results.json --preset chat --need browser,binary</code>
      </p>
    </Scroll>
  );
}

const answersOf = ({ id, needs, weights, scenario, objective: { percentile, seconds } }: Preset) => ({
  preset: id,
  needs,
  weights,
  objective: { percentile, seconds },
  judged: [],
  judgement: true,
  load: { scenario: null, preferred: scenario, clients: null, rate: null, size: null },
});

const sharesOf = ({ robustness }: Advice): string =>
  robustness === null
    ? '—'
    : robustness.both
        .filter(({ share: won }) => won >= 0.005)
        .slice(0, 3)
        .map(({ name, share: won }) => `${name} ${share(won)}`)
        .join(', ');
