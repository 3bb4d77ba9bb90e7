import { scaleLog } from 'd3-scale';
import { area, line } from 'd3-shape';
import { isNamed, PERCENTILES } from '../../analysis/figures/curve.ts';
import { figures } from '../../model/format.ts';
import type { CurvePoint, Group, Row } from '../../model/model.ts';
import { TicksAcross, TicksUp } from '../charts/axes.tsx';
import { logDomain, logTicks, round } from '../charts/axis.ts';
import { Chart, EndLabel, mutedIn, type RowLinesProps, Series } from '../charts/chart.tsx';
import type { Point } from '../charts/points.ts';
import { spread } from '../charts/spread.ts';
import { NumberField, OBJECTIVE } from '../parts/choices.tsx';
import { type Identities, markerPath } from '../parts/identity.ts';
import { Figure, Heads, SeriesHead } from '../parts/parts.tsx';
import { curveTakeaway } from './captions.ts';

const WIDTH = 540;
const PLOT = { left: 46, right: 396, top: 12 };
const HEIGHT = 306;
/** Below the plot: ticks and what they are of. */
const FOOT = 42;
const LABEL_GAP = 17;
/** Many labels stand closer, and the plot grows with them. */
const MIN_GAP = 14;

const [FIRST] = PERCENTILES;

const NOTE =
  'Thick: median over the valid trials at each percentile; shaded: from the fastest trial to the slowest. Dotted from where a trial by ' +
  'itself has fewer than 10 samples beyond, and at an end where all of them together have.';

type Props = { readonly id: string; readonly group: Group; readonly identities: Identities };

export function CurveFigure({ id, group, identities }: Props) {
  const rows = group.rows.filter(({ curve }) => curve.length > 0);
  return (
    <Figure
      id={id}
      title="Latency by percentile"
      takeaway={curveTakeaway(group)}
      choices={rows.length === 0 ? undefined : <NumberField name={OBJECTIVE} label="Objective, ms" />}
      note={NOTE}
      data={<CurveData rows={rows} identities={identities} />}
    >
      {rows.length === 0 ? (
        <p className="empty">Nothing to draw.</p>
      ) : (
        <Curves rows={rows} identities={identities} label={curveTakeaway(group)} isMuted={mutedIn(group)} />
      )}
    </Figure>
  );
}

function Curves({ rows, identities, label, isMuted }: RowLinesProps) {
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
  const pointsOf = ({ curve }: Row): Point[] =>
    curve.filter(({ percentile }, index) => isNamed(percentile) || index === curve.length - 1).map(pointOf);
  const pointOf = (point: CurvePoint): Point => {
    const [left, top] = at(point);
    return {
      x: left,
      y: top,
      text:
        `${percentileLabel(point.percentile)} %: ${figures(point.seconds * 1e3)} ms, ` +
        `trials ${figures(point.low * 1e3)}–${figures(point.high * 1e3)}${point.firm ? '' : ', few samples beyond'}`,
    };
  };
  return (
    <Chart width={WIDTH} height={bottom + FOOT} label={label}>
      {/* For the script, which draws an objective where a reader gives one. */}
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
        const identity = identities(row.name);
        const [endX, endY] = ends[index] ?? [PLOT.right, bottom];
        const labelY = heights[index] ?? endY;
        const marks = row.curve.filter(({ percentile }) => [0.5, 0.9].includes(percentile));
        return (
          <Series key={row.caseId} name={row.name} identity={identity} points={pointsOf(row)} muted={isMuted(row)}>
            <path className="range" d={range(row.curve.filter((_, place) => place % 2 === 0)) ?? ''} />
            <path className="series-line" d={path(firmOf(row)) ?? ''} strokeDasharray={identity.dash} />
            <path className="series-line few" d={path(fewOf(row)) ?? ''} />
            {[...marks.map(at), [endX, endY] as const].map(([markX, markY]) => (
              <path
                key={markX}
                className="series-mark"
                d={markerPath(identity, 40)}
                transform={`translate(${round(markX)} ${round(markY)})`}
              />
            ))}
            <EndLabel
              name={row.name}
              identity={identity}
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

function CurveData({ rows, identities }: Omit<RowLinesProps, 'label' | 'isMuted'>) {
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
        {rows.map(({ caseId, name, curve }) => (
          <tr key={caseId}>
            <SeriesHead name={name} identities={identities} />
            {standard.map((percentile) => {
              const seconds = valueAt(curve, percentile);
              return (
                <td key={percentile} className="number">
                  {seconds === undefined ? 'not shown' : figures(seconds * 1e3)}
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

const firmOf = ({ curve }: Row): CurvePoint[] => curve.filter(({ firm }) => firm);

/** From where it is firm no more. */
function fewOf({ curve }: Row): CurvePoint[] {
  const first = curve.findIndex(({ firm }) => !firm);
  return first < 0 ? [] : curve.slice(Math.max(0, first - 1));
}

const percentileLabel = (percentile: number): string => String(Number((percentile * 100).toPrecision(5)));
