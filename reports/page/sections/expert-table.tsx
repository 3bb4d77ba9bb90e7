import { metric as metricOf } from '../../kinds/lookup.ts';
import { figures, verdictFigures } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';
import { Name, Scroll, VerdictWord } from '../parts/parts.tsx';

/** Table of rank tests and effect sizes, for readers who want them beside the verdict; they decide nothing. */
export function ExpertTable({ group }: { group: Group }) {
  const comparisons = group.metrics.map(metricOf).flatMap((metric) => {
    const best = group.rows.find(({ caseId }) => caseId === group.columns[metric.id].best);
    return group.rows.flatMap(({ name, cells }) => {
      const cell = cells[metric.id];
      if (cell.state === 'not shown' || cell.verdict === null || best === undefined) return [];
      const { verdict, practical, expert } = cell;
      return [{ metric, name, best: best.name, verdict, practical: practical ?? verdict, expert }];
    });
  });
  if (comparisons.length === 0) return null;
  return (
    <details className="every-trial">
      <summary>Expert columns: ratio, rank test, effect size</summary>
      <Scroll label={`Expert columns: ${group.title}`}>
        <table className="sortable">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col">Case</th>
              <th scope="col">Against</th>
              <th scope="col">Statistical verdict</th>
              <th scope="col">In practice</th>
              <th scope="col" className="number">
                Ratio (simultaneous 95 %)
              </th>
              <th scope="col" className="number">
                Paired trials
              </th>
              <th scope="col" className="number">
                Mann-Whitney p
              </th>
              <th scope="col" className="number">
                p, Holm
              </th>
              <th scope="col" className="number">
                Cliff’s δ
              </th>
            </tr>
          </thead>
          <tbody>
            {comparisons.map(({ metric, name, best, verdict, practical, expert }) => (
              <tr key={`${metric.id} ${name}`}>
                <td className="metric-name">{metric.title}</td>
                <th scope="row">
                  <Name>{name}</Name>
                </th>
                <td>
                  <Name>{best}</Name>
                </td>
                <td>
                  <VerdictWord word={verdict.word} />
                </td>
                <td>{practical.word === verdict.word ? 'the same' : practical.word}</td>
                <td className={'reason' in verdict ? 'reasons' : 'number'}>
                  {'reason' in verdict ? verdict.reason : verdictFigures(verdict)}
                </td>
                <td className="number">{expert === null ? '—' : expert.pairs}</td>
                <td className="number">{expert === null ? '—' : figures(expert.p)}</td>
                <td className="number">{expert === null ? '—' : figures(expert.pHolm)}</td>
                <td className="number">{expert === null ? '—' : expert.cliffsDelta.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}
