import { batchMark } from '../../kinds/batching.ts';
import { metric as metricOf } from '../../kinds/lookup.ts';
import { MIN_FIT } from '../../kinds/shared/measuring.ts';
import {
  amountText,
  cellFactor,
  cellFigure,
  cellInterval,
  figures,
  list,
  tolerance,
  verdictFigures,
} from '../../model/format.ts';
import { leadText, type Metric, type MetricId, place } from '../../model/metrics.ts';
import type { Cell, Group, Row } from '../../model/model.ts';
import { OVERLOADED } from '../../model/verdict.ts';
import { Name, Prose, Scroll, Swatch, VerdictWord } from '../parts/parts.tsx';
import type { SeriesStyles } from '../parts/series-style.ts';

type Props = { readonly group: Group; readonly styles: SeriesStyles };

/** Table with a row a transport: what was measured, its interval, and its verdict against the best of each column. */
export function DecisionTable({ group, styles }: Props) {
  const footnotes = footnotesOf(group);
  return (
    <>
      <Scroll label={`Decision table: ${group.title}`}>
        <table className="decision">
          <caption className="visually-hidden">{group.title}</caption>
          <thead>
            <tr>
              <th scope="col">Transport</th>
              {group.metrics.map(metricOf).map(({ id, header, unit, best }) => (
                <th
                  key={id}
                  scope="col"
                  data-metric={id}
                  className={id === group.primary ? 'number primary' : 'number'}
                  aria-sort={id === group.primary ? (best === 'less' ? 'ascending' : 'descending') : undefined}
                >
                  {header} <small className="unit">{unit}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {group.rows.map((row) => (
              <tr key={row.caseId} className={row.floor ? 'floor' : undefined}>
                <th scope="row">
                  <RowHead row={row} styles={styles} />
                </th>
                {group.metrics.map((id) => (
                  <MetricCell key={id} group={group} row={row} id={id} footnotes={footnotes} />
                ))}
              </tr>
            ))}
            {group.unsupported.map(({ name, word, reason }) => (
              <tr key={name}>
                <th scope="row">
                  <Name>{name}</Name>
                </th>
                <td colSpan={group.metrics.length}>
                  <span className="in-view">
                    <VerdictWord word={word} /> <Prose>{reason}</Prose>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <Legend group={group} footnotes={footnotes} />
    </>
  );
}

function RowHead({ row, styles }: { row: Row; styles: SeriesStyles }) {
  return (
    <span className="row-head">
      <Swatch style={styles(row.name)} />
      <span className="row-name">
        <Name>{row.name}</Name>{' '}
        <small>
          {row.floor ? 'floor: ' : ''}
          <Name>{row.title}</Name>
          {row.overload === null ? '' : `; ${OVERLOADED} at ${figures(row.overload.sustainedRate)} msg/s`}
        </small>
      </span>
    </span>
  );
}

type CellProps = {
  readonly group: Group;
  readonly row: Row;
  readonly id: MetricId;
  readonly footnotes: readonly string[];
};

function MetricCell({ group, row, id, footnotes }: CellProps) {
  const cell = row.cells[id];
  const { metric, best } = group.columns[id];
  if (cell.state === 'not shown') {
    return (
      <td className="number absent" title={cell.reason}>
        <span className="value">not shown</span>
        <sup>{footnotes.indexOf(cell.reason) + 1}</sup>
      </td>
    );
  }
  const leads =
    (row.caseId === best && !isBoundOfLess(cell, metric)) ||
    (!row.floor && isZero(cell) && isZero(cellOf(group, best, id)));
  return (
    <td className={`number shade-${row.floor ? 0 : shadeOf(cell)}${leads ? ' leads' : ''}`}>
      <span className="cell-line">
        <span className="value">{cellFigure(metric, cell) + batchMark(row, metric)}</span>{' '}
        <span className="factor">{leads ? '' : cellFactor(cell)}</span>
      </span>{' '}
      <span className="cell-line">
        <span className="interval">{cellInterval(metric, cell)}</span>{' '}
        <Standing cell={cell} leads={leads} metric={metric} />
      </span>
      {cell.fit === null ? null : (
        <span className={cell.fit < MIN_FIT ? 'fit poor' : 'fit'}>
          {cell.fit < MIN_FIT ? '! ' : ''}R² {figures(cell.fit)}
        </span>
      )}
    </td>
  );
}

const cellOf = ({ rows }: Group, caseId: string | null, id: MetricId): Cell | undefined =>
  rows.find((row) => row.caseId === caseId)?.cells[id];

/** True if the cell has a lower bound of something of which less is better: it leads nothing. */
const isBoundOfLess = (cell: Extract<Cell, { state: 'shown' }>, { best }: Metric): boolean =>
  cell.bounded > 0 && best === 'less';

/** True for a median of zero: no figure is lower, so all that have it lead, although they have no ratio. */
const isZero = (cell: Cell | undefined): boolean => cell?.state === 'shown' && cell.median === 0;

type StandingProps = {
  readonly cell: Extract<Cell, { state: 'shown' }>;
  readonly leads: boolean;
  readonly metric: Metric;
};

function Standing({ cell, leads, metric }: StandingProps) {
  if (leads) return <span className="verdict">{leadText(metric, cell)}</span>;
  if (cell.practical === null) return null;
  const verdict = cell.practical;
  const detail = 'reason' in verdict ? verdict.reason : (verdictFigures(verdict) ?? '');
  return (
    <span title={detail}>
      <VerdictWord word={verdict.word} />
    </span>
  );
}

/** Shade of a cell from 0 to 7: one more for each factor of √2 between it and the best; none for a difference that does not count. */
function shadeOf({ factor, practical }: Extract<Cell, { state: 'shown' }>): number {
  if (factor === null || practical === null || practical.word === 'no practical difference') return 0;
  const distance = Math.max(factor, 1 / factor);
  return distance <= 1.05 ? 0 : Math.min(7, Math.max(1, Math.round(Math.log2(distance) * 2)));
}

const footnotesOf = ({ rows, metrics }: Group): string[] => [
  ...new Set(
    rows.flatMap(({ cells }) =>
      metrics.flatMap((id) => {
        const cell = cells[id];
        return cell.state === 'not shown' ? [cell.reason] : [];
      }),
    ),
  ),
];

function Legend({ group, footnotes }: { group: Group; footnotes: readonly string[] }) {
  const { columns, rows, metrics, notes } = group;
  const intervals = rows.some(({ cells }) =>
    metrics.some((id) => {
      const cell = cells[id];
      return cell.state === 'shown' && cell.interval !== null;
    }),
  );
  const counted = metrics.find((id) => metricOf(id).band === 'bytes');
  const bytes = counted === undefined ? '' : ` (bytes: ${tolerance(columns[counted].band)})`;
  const amounts = metrics.flatMap((id) => {
    const { metric, absolute } = columns[id];
    return absolute > 0 ? [`${amountText(metric, absolute)} ${place(metric)}`] : [];
  });
  return (
    <div className="note">
      {notes.map((note) => (
        <p key={note}>
          <Prose>{note}</Prose>
        </p>
      ))}
      <p>
        Each cell has the median over trials{intervals ? ' with its 95 % interval' : ''}, its ratio to the column’s best
        choice (×), and the verdict against that choice. {directionsOf(metrics)} Differences within{' '}
        {tolerance(columns[group.primary].band)}
        {bytes} are too small to count.{' '}
        {amounts.length === 0
          ? ''
          : `Less than ${list(amounts, 'or')} is no practical difference, whatever the ratio. `}
        {rows.some(({ floor }) => floor) ? FLOOR_NOTE : ''}
      </p>
      {footnotes.length === 0 ? null : (
        <ol className="footnotes">
          {footnotes.map((reason) => (
            <li key={reason}>
              Not shown: <Prose>{reason}</Prose>.
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** Says in which columns higher is better and in which lower. */
function directionsOf(metrics: readonly MetricId[]): string {
  const more = metrics.map(metricOf).filter(({ best }) => best === 'more');
  if (more.length === 0) return 'Lower is better in every column.';
  return `Higher is better in ${list(
    more.map(({ title }) => title),
    'and',
  )}, lower in every other column.`;
}

const FLOOR_NOTE = 'The floor is the cost of the harness itself: a yardstick, not a choice.';
