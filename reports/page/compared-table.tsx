import type { ComparedRow, RawPair, Side } from '../analysis/compare-model.ts';
import { cellFigure, change, verdictFigures } from '../analysis/format.ts';
import type { Metric } from '../analysis/metrics.ts';
import { Name, VerdictWord } from './parts.tsx';

/** Base, new, change and verdict of every comparison of a question. */
export function ComparedTable({ caption, rows }: { caption: string; rows: readonly ComparedRow[] }) {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <th scope="col">Figure</th>
          <NumberHead>Base</NumberHead>
          <NumberHead>New</NumberHead>
          <NumberHead>Change</NumberHead>
          <th scope="col">Verdict</th>
          <NumberHead>Ratio (95 %)</NumberHead>
          <th scope="col">How much</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const { verdict, metric, floor } = row;
          return (
            <tr key={`${row.caseId} ${metric.id}`}>
              <th scope="row">
                <Name>{row.name}</Name>
                {floor ? ' (floor)' : ''}
              </th>
              <td>{metric.column}</td>
              <td className="number">{sideText(metric, row.base)}</td>
              <td className="number">{sideText(metric, row.next)}</td>
              <td className="number">{row.ratio === null ? '—' : change(row.ratio)}</td>
              <td>
                <VerdictWord word={verdict.word} />
              </td>
              <td className={'reason' in verdict ? 'reasons' : 'number'}>
                {'reason' in verdict ? verdict.reason : verdictFigures(verdict)}
              </td>
              <td>{row.magnitude ?? '—'}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Figures side by side, of cases that were asked different questions. */
export function RawTable({ pairs }: { pairs: readonly RawPair[] }) {
  return (
    <table>
      <caption>Figures of unlike questions: no verdicts</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <th scope="col">Scenario</th>
          <th scope="col">What differs</th>
          <th scope="col">Figure</th>
          <NumberHead>Base</NumberHead>
          <NumberHead>New</NumberHead>
        </tr>
      </thead>
      <tbody>
        {pairs.flatMap((pair) =>
          pair.figures.map(({ metric, base, next }) => (
            <tr key={`${pair.name} ${pair.base} ${metric.id}`}>
              <th scope="row">
                <Name>{pair.name}</Name>
              </th>
              <td>{pair.scenario}</td>
              <td>{pair.because.map((one) => `${one.what} ${one.base} → ${one.next}`).join('; ')}</td>
              <td>{metric.column}</td>
              <td className="number">{sideText(metric, base)}</td>
              <td className="number">{sideText(metric, next)}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}

const NumberHead = ({ children }: { children: string }) => (
  <th scope="col" className="number">
    {children}
  </th>
);

const sideText = (metric: Metric, side: Side): string => (side.state === 'shown' ? cellFigure(metric, side) : '—');
