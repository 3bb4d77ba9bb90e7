import { scaleLog } from 'd3-scale';
import { cellFigure, cellInterval, inUnit, tolerance, verdictFigures } from '../analysis/format.ts';
import { extreme, type Metric } from '../analysis/metrics.ts';
import type { Cell, Group, Row } from '../analysis/model.ts';
import { TicksAcross } from './axes.tsx';
import { logDomain, logTicks } from './axis.ts';
import { intervalTakeaway } from './captions.ts';
import { Chart, Series } from './chart.tsx';
import { type Identities, markerPath } from './identity.ts';
import { Figure, SeriesHead, shortened, VerdictWord } from './parts.tsx';

const WIDTH = 540;
const PLOT = { left: 136, right: 430, top: 8 };
const ROW = 40;
/** Of more rows than this, each has less room: all should be seen at once. */
const MOST_ROOMY = 10;
const ROW_OF_MANY = 30;

type Props = { readonly id: string; readonly group: Group; readonly identities: Identities };
type ShownRow = { readonly row: Row; readonly cell: Extract<Cell, { state: 'shown' }> };

/** Medians with their intervals and every trial behind them: how far apart, against how much scatter. */
export function IntervalFigure({ id, group, identities }: Props) {
  const { metric, band } = group.columns[group.primary];
  const shown = group.rows.flatMap((row): ShownRow[] => {
    const cell = row.cells[group.primary];
    return cell.state === 'shown' ? [{ row, cell }] : [];
  });
  const takeaway = intervalTakeaway(group);
  const zeros = shown.some(({ cell }) => cell.values.some(({ value }) => value <= 0));
  return (
    <Figure
      id={id}
      title={`${heading(metric)}: medians, intervals, trials`}
      takeaway={takeaway}
      note={
        `Mark: median; bar: its 95 % interval, drawn from 6 valid trials on; short ticks: each valid trial; ` +
        `shaded: the ${extreme(metric)} choice ${tolerance(band)}. A row’s own bar is not the test: verdicts come from the interval of the ratio.` +
        (zeros ? ' Zero has no place on a logarithmic axis: it stands at the left edge.' : '') +
        (shown.some(({ cell }) => cell.bounded > 0) ? ' ≥: a lower bound.' : '')
      }
      data={<IntervalData group={group} identities={identities} />}
    >
      {shown.length === 0 ? (
        <p className="empty">Nothing to draw.</p>
      ) : (
        <Intervals group={group} shown={shown} identities={identities} label={takeaway} />
      )}
    </Figure>
  );
}

type IntervalsProps = Omit<Props, 'id'> & { readonly shown: readonly ShownRow[]; readonly label: string };

function Intervals({ group, shown, identities, label }: IntervalsProps) {
  const { metric, band, best } = group.columns[group.primary];
  const height = shown.length > MOST_ROOMY ? ROW_OF_MANY : ROW;
  const bottom = PLOT.top + shown.length * height;
  const everything = shown.flatMap(({ cell }) => [
    cell.median,
    ...cell.values.map(({ value }) => value),
    ...(cell.interval === null ? [] : [cell.interval.low, cell.interval.high]),
  ]);
  const [low, high] = logDomain(everything.map((value) => value * metric.scale));
  const x = scaleLog([low, high], [PLOT.left, PLOT.right]).clamp(true);
  const at = (value: number): number => Math.round(x(value * metric.scale) * 10) / 10;
  const leader = shown.find(({ row }) => row.caseId === best)?.cell.median;
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      {leader === undefined ? null : (
        <rect
          className="band"
          x={at(leader / (1 + band))}
          width={Math.max(1, at(leader * (1 + band)) - at(leader / (1 + band)))}
          y={PLOT.top}
          height={bottom - PLOT.top}
        />
      )}
      <TicksAcross ticks={logTicks(low, high)} at={x} top={PLOT.top} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        {metric.name}, {metric.unit} (log)
      </text>
      {shown.map(({ row, cell }, index) => {
        const identity = identities(row.name);
        const middle = PLOT.top + (index + 0.5) * height;
        return (
          <Series
            key={row.caseId}
            name={row.name}
            identity={identity}
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
              d={markerPath(identity, 70)}
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

const medianText = (metric: Metric, cell: ShownRow['cell']): string =>
  `median ${cellFigure(metric, cell)} ${metric.unit}` +
  (cell.interval === null ? '' : `, 95 % interval ${cellInterval(metric, cell)}`) +
  (cell.verdict === null ? '' : `, ${cell.verdict.word}`);

function IntervalData({ group, identities }: Omit<Props, 'id'>) {
  const { metric } = group.columns[group.primary];
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
        {group.rows.map(({ caseId, name, floor, cells }) => {
          const cell = cells[group.primary];
          return (
            <tr key={caseId}>
              <SeriesHead name={name} identities={identities} />
              {cell.state === 'not shown' ? (
                <td colSpan={5}>not shown: {cell.reason}</td>
              ) : (
                <>
                  <td className="number">{cellFigure(metric, cell)}</td>
                  <td className="number">{cell.interval === null ? '—' : cellInterval(metric, cell)}</td>
                  <td>
                    {cell.verdict === null ? (
                      floor ? (
                        'floor'
                      ) : (
                        extreme(metric)
                      )
                    ) : (
                      <VerdictWord word={cell.verdict.word} />
                    )}
                  </td>
                  <td className="number">{(cell.verdict && verdictFigures(cell.verdict)) ?? '—'}</td>
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

/** `p99 latency` stays as it is written everywhere. */
const heading = ({ title }: { title: string }): string =>
  /^p\d/.test(title) ? title : `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`;
