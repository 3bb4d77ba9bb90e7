import type { ComparedRow, RawPair, Side } from '../../compare/compare-model.ts';
import { change, figureOrDash, signed, verdictFigures } from '../../model/format.ts';
import { Name, VerdictWord } from '../parts/parts.tsx';
import type { ExpertColumn } from './comparison-state.ts';

type ComparedProps = {
  readonly caption: string;
  readonly rows: readonly ComparedRow[];
  readonly columns: readonly ExpertColumn[];
};

/** Table of every comparison of a question: base, new, change and verdict. */
export function ComparedTable({ caption, rows, columns }: ComparedProps) {
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
          {columns.map((column) => (
            <NumberHead key={column}>{HEADS[column]}</NumberHead>
          ))}
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
              <td className="figure-name">{metric.column}</td>
              <td className="number">{figureOrDash(metric, row.base)}</td>
              <td className="number">{figureOrDash(metric, row.next)}</td>
              <td className="number">{row.ratio === null ? '—' : change(row.ratio)}</td>
              <td>
                <VerdictWord word={verdict.word} />
              </td>
              <td className={'reason' in verdict ? 'reasons' : 'number'}>
                {'reason' in verdict ? verdict.reason : verdictFigures(verdict)}
              </td>
              <td className="figure-name">{row.magnitude ?? '—'}</td>
              {columns.map((column) => (
                <td key={column} className="number">
                  {expertText(row, column)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const HEADS: Readonly<Record<ExpertColumn, string>> = {
  delta: 'Cliff’s δ',
  p: 'p (Holm)',
  n: 'Trials, base / new',
  interval: 'Interval, if wider than 95 % bootstrap',
  statistical: 'Verdict without --band',
};

function expertText({ expert, statistical, base, next }: ComparedRow, column: ExpertColumn): string {
  const trialsOf = (side: Side): number => (side.state === 'shown' ? side.trials : 0);
  if (column === 'n') return `${trialsOf(base)} / ${trialsOf(next)}`;
  if (column === 'statistical') return statistical.word;
  if (expert === null) return '—';
  switch (column) {
    case 'delta':
      return signed(expert.cliffsDelta);
    case 'p':
      return expert.pHolm < 0.001 ? '< 0.001' : expert.pHolm.toFixed(3);
    case 'interval': {
      const level = Number((expert.interval.level * 100).toFixed(2));
      return `${expert.interval.trimmed ? 'Yuen' : 'Welch'} ${level} %`;
    }
  }
}

/** Table of figures side by side, for cases that answer different questions. */
export function RawTable({ pairs }: { pairs: readonly RawPair[] }) {
  return (
    <table>
      <caption>Figures of different questions, without verdicts</caption>
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
              <td className="figure-name">{metric.column}</td>
              <td className="number">{figureOrDash(metric, base)}</td>
              <td className="number">{figureOrDash(metric, next)}</td>
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
