import { bandText, cellFigure, cellInterval, inUnit, verdictFigures } from '../../model/format.ts';
import { extreme, type Metric, type MetricId } from '../../model/metrics.ts';
import type { Cell, Column, Group, Row } from '../../model/model.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { linearScale, linearTicks, logDomain, logScale, logTicks, round } from '../charts/axis.ts';
import { Chart, Series } from '../charts/chart.tsx';
import { AXIS, Choice, METRIC } from '../parts/choices.tsx';
import { FigureBody, FigureFrame, SeriesHead, shortened, VerdictWord } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { intervalTakeaway } from './captions.ts';

const WIDTH = 540;
const PLOT = { left: 136, right: 430, top: 8 };
const ROW = 40;
/** Number of rows beyond which each has less room, so that all can be seen at once. */
const MAX_ROOMY = 10;
const ROW_OF_MANY = 30;

export type Axis = 'log' | 'linear';
type Asked = { readonly metric: MetricId; readonly axis: Axis };
type ShownRow = { readonly row: Row; readonly cell: Extract<Cell, { state: 'shown' }> };

/** Everything that is drawn of one metric of a question, and its finding. */
type Intervals = {
  readonly column: Column;
  readonly axis: Axis;
  readonly title: string;
  readonly takeaway: string;
  readonly rows: readonly { readonly row: Row; readonly cell: Cell }[];
  readonly shown: readonly ShownRow[];
};

type Props = { readonly id: string; readonly group: Group; readonly styles: SeriesStyles };

/** Medians with their intervals and every trial behind them: how far apart they are, and how much trials scatter. */
export function IntervalFigure({ id, group, styles }: Props) {
  const view = intervalsOf(group, { metric: group.primary, axis: 'log' });
  const { title, takeaway } = view;
  return (
    <FigureFrame id={id} title={title} takeaway={takeaway} choices={<IntervalChoices group={group} />}>
      <IntervalBody view={view} styles={styles} />
    </FigureFrame>
  );
}

/** Choice of metric and axis. The question's own metric comes first, then those for which any row has a figure. */
function IntervalChoices({ group: { metrics, primary, columns, rows } }: Pick<Props, 'group'>) {
  const others = metrics.filter((id) => id !== primary && rows.some(({ cells }) => cells[id].state === 'shown'));
  return (
    <>
      {others.length === 0 ? null : (
        <Choice
          name={METRIC}
          label="Metric"
          options={[primary, ...others].map((id) => [id, heading(columns[id].metric)])}
        />
      )}
      <Choice
        name={AXIS}
        label="Axis"
        options={[
          ['log', 'logarithmic'],
          ['linear', 'linear, with zero'],
        ]}
      />
    </>
  );
}

export function intervalsOf(group: Group, { metric: id, axis }: Asked): Intervals {
  const column = group.columns[id];
  const { metric } = column;
  const rows = group.rows.map((row) => ({ row, cell: row.cells[id] }));
  // Rows come in the order of the question's own metric.
  const sorted = id === group.primary ? rows : rows.toSorted((a, b) => placeOf(a, metric) - placeOf(b, metric));
  return {
    column,
    axis,
    title: `${heading(metric)}: medians, intervals, trials`,
    takeaway: intervalTakeaway(group, id),
    rows: sorted,
    shown: sorted.flatMap(({ row, cell }): ShownRow[] => (cell.state === 'shown' ? [{ row, cell }] : [])),
  };
}

/** Sort key: the best choice comes first, rows without a figure after all that have one, and floors last. */
function placeOf({ row, cell }: { readonly row: Row; readonly cell: Cell }, { best }: Metric): number {
  if (row.floor) return Number.MAX_VALUE;
  if (cell.state === 'not shown') return Number.MAX_VALUE / 2;
  if (best === 'less' && cell.bounded > 0) return Number.MAX_VALUE / 4;
  return best === 'less' ? cell.median : -cell.median;
}

type BodyProps = { readonly view: Intervals; readonly styles: SeriesStyles };

export function IntervalBody({ view, styles }: BodyProps) {
  const { column, axis, title, shown } = view;
  const { metric } = column;
  const zeros = axis === 'log' && shown.some(({ cell }) => cell.values.some(({ value }) => value <= 0));
  return (
    <FigureBody
      title={title}
      note={
        `Mark: median. Bar: its 95 % interval, drawn if there are at least 6 valid trials. Short ticks: the valid trials. ` +
        `Shaded: the ${extreme(metric)} choice ${bandText(column)}. The bars are not the test: verdicts come from the interval of the ratio.` +
        (zeros ? ' A logarithmic axis has no zero: such values stand at the left edge.' : '') +
        (shown.some(({ cell }) => cell.bounded > 0) ? ' ≥: a lower bound.' : '')
      }
      data={<IntervalData view={view} styles={styles} />}
    >
      {shown.length === 0 ? <p className="empty">Nothing to draw.</p> : <IntervalChart view={view} styles={styles} />}
    </FigureBody>
  );
}

function IntervalChart({ view, styles }: BodyProps) {
  const { column, axis, shown, takeaway } = view;
  const { metric, band, absolute, best } = column;
  const height = shown.length > MAX_ROOMY ? ROW_OF_MANY : ROW;
  const bottom = PLOT.top + shown.length * height;
  const everything = shown.flatMap(({ cell }) => [
    cell.median,
    ...cell.values.map(({ value }) => value),
    ...(cell.interval === null ? [] : [cell.interval.low, cell.interval.high]),
  ]);
  const { x, ticks } = scaleOf(
    axis,
    everything.map((value) => value * metric.scale),
  );
  const at = (value: number): number => round(x(value * metric.scale));
  const leader = shown.find(({ row }) => row.caseId === best)?.cell.median;
  const within = (value: number) => Math.min(PLOT.right, Math.max(PLOT.left, value > 0 ? at(value) : PLOT.left));
  const low = leader === undefined ? 0 : Math.min(leader / (1 + band), leader - absolute);
  const high = leader === undefined ? 0 : Math.max(leader * (1 + band), leader + absolute);
  return (
    <Chart width={WIDTH} height={bottom + 40} label={takeaway} nearest="row">
      {leader === undefined ? null : (
        <rect
          className="band"
          x={within(low)}
          width={Math.max(1, within(high) - within(low))}
          y={PLOT.top}
          height={bottom - PLOT.top}
        />
      )}
      <TicksAcross ticks={ticks} at={x} top={PLOT.top} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        {metric.name}, {metric.unit} ({axis})
      </text>
      {shown.map(({ row, cell }, index) => {
        const style = styles(row.name);
        const middle = PLOT.top + (index + 0.5) * height;
        return (
          <Series
            key={row.caseId}
            name={row.name}
            style={style}
            points={[
              { x: at(cell.median), y: middle, text: medianText(metric, cell) },
              ...cell.values.map(({ block, value }) => ({
                x: at(value),
                y: middle + 10,
                text: `trial ${block + 1}: ${inUnit(metric, value)} ${metric.unit}`,
              })),
            ]}
          >
            <line className="row-line" x1={0} x2={WIDTH} y1={middle + height / 2} y2={middle + height / 2} />
            <text className="label" x={0} y={middle + 4}>
              <title>{row.name}</title>
              {shortened(row.name, 19)}
            </text>
            {cell.values.map(({ block, value }) => (
              <line key={block} className="trial" x1={at(value)} x2={at(value)} y1={middle + 7} y2={middle + 13} />
            ))}
            {cell.interval === null ? null : (
              <line className="bar" x1={at(cell.interval.low)} x2={at(cell.interval.high)} y1={middle} y2={middle} />
            )}
            <path
              className="series-mark"
              d={markerPath(style, 70)}
              transform={`translate(${at(cell.median)} ${middle})`}
            />
            <text className="label" x={WIDTH} y={cell.interval === null ? middle + 4 : middle - 2} textAnchor="end">
              {cellFigure(metric, cell)}
            </text>
            {cell.interval === null ? null : (
              <text className="tick" x={WIDTH} y={middle + 13} textAnchor="end">
                {cellInterval(metric, cell)}
              </text>
            )}
          </Series>
        );
      })}
    </Chart>
  );
}

function scaleOf(axis: Axis, values: readonly number[]): { x: (value: number) => number; ticks: number[] } {
  const range = [PLOT.left, PLOT.right] as const;
  if (axis === 'log') {
    const [low, high] = logDomain(values);
    return { x: logScale([low, high], range), ticks: logTicks(low, high) };
  }
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values) * 1.04];
  // If all values are zero, they still need an axis to stand on.
  const end = high > low ? high : low + 1;
  return { x: linearScale([low, end], range), ticks: linearTicks(low, end) };
}

const medianText = (metric: Metric, cell: ShownRow['cell']): string =>
  `median ${cellFigure(metric, cell)} ${metric.unit}` +
  (cell.interval === null ? '' : `, 95 % interval ${cellInterval(metric, cell)}`) +
  (cell.practical === null ? '' : `, ${cell.practical.word}`);

function IntervalData({ view, styles }: BodyProps) {
  const { metric } = view.column;
  return (
    <table>
      <caption>
        {heading(metric)} in {metric.unit}
      </caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <th scope="col" className="number">
            Median
          </th>
          <th scope="col" className="number">
            95 % interval
          </th>
          <th scope="col">Verdict</th>
          <th scope="col" className="number">
            Ratio (interval)
          </th>
          <th scope="col">Valid trials, by block</th>
        </tr>
      </thead>
      <tbody>
        {view.rows.map(({ row: { caseId, name, floor }, cell }) => {
          return (
            <tr key={caseId}>
              <SeriesHead name={name} styles={styles} />
              {cell.state === 'not shown' ? (
                <td colSpan={5}>not shown: {cell.reason}</td>
              ) : (
                <>
                  <td className="number">{cellFigure(metric, cell)}</td>
                  <td className="number">{cell.interval === null ? '—' : cellInterval(metric, cell)}</td>
                  <td>
                    {cell.practical === null ? (
                      floor ? (
                        'floor'
                      ) : (
                        extreme(metric)
                      )
                    ) : (
                      <VerdictWord word={cell.practical.word} />
                    )}
                  </td>
                  <td className="number">{(cell.practical && verdictFigures(cell.practical)) ?? '—'}</td>
                  <td className="reasons">{cell.values.map(({ value }) => inUnit(metric, value)).join(', ')}</td>
                </>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Capitalises a title, but for a percentile: `p99 latency` is written so everywhere. */
const heading = ({ title }: { title: string }): string =>
  /^p\d/.test(title) ? title : `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`;
