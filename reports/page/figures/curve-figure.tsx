import { scaleLog } from 'd3-scale';
import { area, line } from 'd3-shape';
import { isNamed, PERCENTILES } from '../../analysis/figures/curve.ts';
import { boundMark, figures } from '../../model/format.ts';
import type { CurvePoint, Group, Row } from '../../model/model.ts';
import { TicksAcross, TicksUp } from '../charts/axes.tsx';
import { logDomain, logTicks, round } from '../charts/axis.ts';
import { Chart, dimmedIn, EndLabel, type RowLinesProps, Series } from '../charts/chart.tsx';
import { spread } from '../charts/placing.ts';
import type { Point } from '../charts/points.ts';
import { NumberField, OBJECTIVE } from '../parts/choices.tsx';
import { Figure, Heads, SeriesHead } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { curveTakeaway, overloadNote } from './captions.ts';

const WIDTH = 540;
const PLOT = { left: 46, right: 396, top: 12 };
const HEIGHT = 306;
/** Room below the plot for ticks and the title of the axis. */
const FOOT = 42;
const LABEL_GAP = 17;
/** Gap between labels where there are many; the plot grows with them. */
const MIN_GAP = 14;

const [FIRST] = PERCENTILES;

const NOTE =
  'Thick line: median over the valid trials at each percentile. Shaded: from the fastest trial to the slowest. A line is dotted where a ' +
  'single trial has fewer than 10 samples beyond the percentile, and ends where all trials together have fewer.';

type Props = { readonly id: string; readonly group: Group; readonly styles: SeriesStyles };

export function CurveFigure({ id, group, styles }: Props) {
  const rows = group.rows.filter(({ curve }) => curve.length > 0);
  return (
    <Figure
      id={id}
      title="Latency by percentile"
      takeaway={curveTakeaway(group)}
      choices={rows.length === 0 ? undefined : <NumberField name={OBJECTIVE} label="Objective, ms" />}
      note={NOTE + overloadNote(rows)}
      data={<CurveData rows={rows} styles={styles} />}
    >
      {rows.length === 0 ? (
        <p className="empty">Nothing to draw.</p>
      ) : (
        <Curves rows={rows} styles={styles} label={curveTakeaway(group)} isDimmed={dimmedIn(group)} />
      )}
    </Figure>
  );
}

function Curves({ rows, styles, label, isDimmed }: RowLinesProps) {
  const points = rows.flatMap(({ curve }) => curve);
  const times = points.flatMap(({ low, high }) => [low * 1e3, high * 1e3]);
  const deepest = Math.max(...points.map(({ percentile }) => percentile));
  const [low, high] = logDomain(times);
  const x = scaleLog([1 / (1 - FIRST), 1 / (1 - deepest)], [PLOT.left, PLOT.right]);
  const bottom = PLOT.top + Math.max(HEIGHT, rows.length * MIN_GAP);
  const y = scaleLog([low, high], [bottom, PLOT.top]);
  const at = ({ percentile, seconds }: CurvePoint): [number, number] => [x(1 / (1 - percentile)), y(seconds * 1e3)];
  const path = line<CurvePoint>(
    (point) => at(point)[0],
    (point) => at(point)[1],
  ).digits(1);
  const range = area<CurvePoint>(
    (point) => at(point)[0],
    ({ low }) => y(low * 1e3),
    ({ high }) => y(high * 1e3),
  ).digits(0);
  const ends = rows.map(({ curve }): [number, number] => {
    const last = curve.at(-1);
    return last === undefined ? [PLOT.right, bottom] : at(last);
  });
  const heights = spread(
    ends.map(([, height]) => height),
    rows.length * LABEL_GAP > bottom - PLOT.top ? MIN_GAP : LABEL_GAP,
    PLOT.top,
    bottom,
  );
  const pointsOf = ({ curve, overload }: Row): Point[] =>
    curve
      .filter(({ percentile }, index) => isNamed(percentile) || index === curve.length - 1)
      .map((point) => pointOf(point, overload));
  const pointOf = (point: CurvePoint, overload: Row['overload']): Point => {
    const [left, top] = at(point);
    return {
      x: left,
      y: top,
      text:
        `${percentileLabel(point.percentile)} %: ${boundMark(overload !== null)}${figures(point.seconds * 1e3)} ms, ` +
        `trials ${figures(point.low * 1e3)}–${figures(point.high * 1e3)}${point.firm ? '' : ', few samples beyond'}`,
    };
  };
  return (
    <Chart width={WIDTH} height={bottom + FOOT} label={label}>
      {/* Read by the script, which draws the objective that the reader gives. */}
      <g
        data-axis={[low, high, PLOT.left, PLOT.right, PLOT.top, bottom]
          .map((end) => Number(end.toPrecision(6)))
          .join(' ')}
      />
      <TicksUp ticks={logTicks(low, high)} at={y} plot={PLOT} />
      <TicksAcross
        ticks={PERCENTILES.filter((percentile) => percentile <= deepest + 1e-9)}
        at={(percentile) => x(1 / (1 - percentile))}
        text={percentileLabel}
        top={PLOT.top}
        bottom={bottom}
      />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        percentile (log of 1/(1−p))
      </text>
      <text className="axis" x={PLOT.left - 6} y={PLOT.top - 2} textAnchor="end">
        ms
      </text>
      {rows.map((row, index) => {
        const style = styles(row.name);
        const [endX, endY] = ends[index] ?? [PLOT.right, bottom];
        const labelY = heights[index] ?? endY;
        const marks = row.curve.filter(({ percentile }) => [0.5, 0.9].includes(percentile));
        return (
          <Series key={row.caseId} name={row.name} style={style} points={pointsOf(row)} dimmed={isDimmed(row)}>
            <path className="range" d={range(row.curve.filter((_, place) => place % 2 === 0)) ?? ''} />
            <path className="series-line" d={path(firmOf(row)) ?? ''} strokeDasharray={style.dash} />
            <path className="series-line few" d={path(fewOf(row)) ?? ''} />
            {[...marks.map(at), [endX, endY] as const].map(([markX, markY]) => (
              <path
                key={markX}
                className="series-mark"
                d={markerPath(style, 40)}
                transform={`translate(${round(markX)} ${round(markY)})`}
              />
            ))}
            <EndLabel
              name={markedName(row)}
              style={style}
              x={PLOT.right + 16}
              y={labelY}
              from={[endX, endY]}
              length={18}
            />
          </Series>
        );
      })}
    </Chart>
  );
}

function CurveData({ rows, styles }: Omit<RowLinesProps, 'label' | 'isDimmed'>) {
  const standard = PERCENTILES.filter((wanted) => rows.some(({ curve }) => valueAt(curve, wanted) !== undefined));
  return (
    <table>
      <caption>Latency in ms, median over the valid trials</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <Heads of={standard.map((percentile) => `${percentileLabel(percentile)} %`)} className="number" />
        </tr>
      </thead>
      <tbody>
        {rows.map(({ caseId, name, curve, overload }) => (
          <tr key={caseId}>
            <SeriesHead name={name} styles={styles} />
            {standard.map((percentile) => {
              const seconds = valueAt(curve, percentile);
              return (
                <td key={percentile} className="number">
                  {seconds === undefined ? 'not shown' : `${boundMark(overload !== null)}${figures(seconds * 1e3)}`}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const valueAt = (curve: readonly CurvePoint[], wanted: number): number | undefined =>
  curve.find(({ percentile, firm }) => firm && percentile === wanted)?.seconds;

const markedName = ({ name, overload }: Row): string => `${boundMark(overload !== null)}${name}`;

const firmOf = ({ curve }: Row): CurvePoint[] => curve.filter(({ firm }) => firm);

/** Part of a curve that rests on few samples, joined to its firm part. */
function fewOf({ curve }: Row): CurvePoint[] {
  const first = curve.findIndex(({ firm }) => !firm);
  return first < 0 ? [] : curve.slice(Math.max(0, first - 1));
}

const percentileLabel = (percentile: number): string => String(Number((percentile * 100).toPrecision(5)));
