import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { type LoadBin, type LoadCurve, type LoadPoint, loadCurve } from '../../analysis/figures/load-curve.ts';
import { boundMark, cellFigure, figures, integer } from '../../model/format.ts';
import { objectiveText } from '../../model/group.ts';
import type { Group, Objective, Row } from '../../model/model.ts';
import { TicksUp } from '../charts/axes.tsx';
import { linearTicks, logDomain, logTicks, round, tickLabel } from '../charts/axis.ts';
import { Chart, dimmedIn, EndLabel, Series } from '../charts/chart.tsx';
import { spread } from '../charts/placing.ts';
import type { Point } from '../charts/points.ts';
import { Figure, Heads, SeriesHead } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { loadNote, loadTakeaway } from './captions.ts';

const WIDTH = 540;
const HEIGHT = 486;
const PLOT = { left: 52, right: 418, top: 124, bottom: 440 };
/** Edges of the upper panel. */
const ACHIEVED = { top: 18, bottom: 92 };
const LABEL_GAP = 17;
/** Number of rates up to which each has a label: they are long, and with more only whole decades have room for one. */
const MAX_LABELS = 6;

type Props = { readonly id: string; readonly group: Group; readonly styles: SeriesStyles };
type Searched = { readonly row: Row; readonly curve: LoadCurve; readonly capacity: Capacity | null };
type Capacity = { readonly rate: number; readonly p99: number; readonly isBound: boolean };

/** Latency and deliveries by offered load, with the knee that one number cannot show. */
export function LoadFigure({ id, group, styles }: Props) {
  const all = group.rows.map((row): Searched => ({ row, curve: loadCurve(row.searches), capacity: capacityOf(row) }));
  const series = all.filter(({ curve }) => curve.points.length > 0);
  const takeaway = loadTakeaway(group);
  return (
    <Figure
      id={id}
      title="Latency against offered load"
      takeaway={takeaway}
      note={loadNote(group.rows)}
      data={<LoadData series={all} styles={styles} />}
    >
      {series.length === 0 ? (
        <p className="empty">Nothing to draw.</p>
      ) : (
        <Curves
          series={series}
          objective={group.question.objective}
          styles={styles}
          label={takeaway}
          isDimmed={dimmedIn(group)}
        />
      )}
    </Figure>
  );
}

function capacityOf({ cells: { capacity, p99 } }: Row): Capacity | null {
  if (capacity.state === 'not shown' || p99.state === 'not shown' || capacity.median <= 0) return null;
  return { rate: capacity.median, p99: p99.median, isBound: capacity.bounded > 0 };
}

type CurvesProps = {
  readonly series: readonly Searched[];
  readonly objective: Objective | null;
  readonly styles: SeriesStyles;
  readonly label: string;
  readonly isDimmed: (row: Row) => boolean;
};

function Curves({ series, objective, styles, label, isDimmed }: CurvesProps) {
  const limit = objective?.seconds ?? null;
  const rates = series.flatMap(({ curve: { points } }) => points.map(({ rate }) => rate));
  const times = series.flatMap(({ curve: { points, line: bins } }) => [
    ...points.map(({ p99 }) => p99),
    ...bins.flatMap(({ p50 }) => p50 ?? []),
  ]);
  const [left, right] = logDomain(rates);
  const [low, high] = logDomain([...times, ...(limit === null ? [] : [limit])].map((seconds) => seconds * 1e3));
  const rateTicks = logTicks(left, right);
  const x = scaleLog([left, right], [PLOT.left, PLOT.right]);
  const y = scaleLog([low, high], [PLOT.bottom, PLOT.top]);
  const lowest = Math.min(90, ...series.flatMap(({ curve }) => curve.line.map(({ achieved }) => achieved * 100)));
  const delivered = scaleLinear([lowest, 102], [ACHIEVED.bottom, ACHIEVED.top]);
  const at = (rate: number, seconds: number): [number, number] => [x(rate), y(seconds * 1e3)];
  const place = (rate: number, seconds: number) => {
    const [left, top] = at(rate, seconds);
    return { x: left, y: top };
  };
  const ends = series.map(({ curve }): [number, number] => {
    const last = curve.line.at(-1) ?? curve.points.at(-1);
    return last === undefined ? [PLOT.right, PLOT.bottom] : at(last.rate, last.p99);
  });
  const heights = spread(
    ends.map(([, height]) => height),
    Math.min(LABEL_GAP, (PLOT.bottom - PLOT.top) / series.length),
    PLOT.top,
    PLOT.bottom,
  );
  const achievedPath = line<LoadBin>(
    ({ rate }) => x(rate),
    ({ achieved }) => delivered(achieved * 100),
  ).digits(1);
  const pointOf = ({ rate, achieved, p50, p99 }: LoadBin): Point => ({
    ...place(rate, p99),
    text:
      `${figures(rate)} msg/s offered, ${figures(achieved * 100)} % delivered: p99 ${figures(p99 * 1e3)} ms` +
      (p50 === null ? '' : `, p50 ${figures(p50 * 1e3)} ms`),
  });
  const capacityPoint = ({ rate, p99, isBound }: Capacity): Point => ({
    ...place(rate, p99),
    text: `capacity ${boundMark(isBound)}${figures(rate)} msg/s, p99 ${figures(p99 * 1e3)} ms`,
  });
  return (
    <Chart width={WIDTH} height={HEIGHT} label={label}>
      <TicksUp ticks={logTicks(low, high)} at={y} plot={PLOT} />
      <Achieved x={x} y={delivered} low={lowest} rates={rateTicks} />
      {rateTicks.map((tick) => (
        <g key={tick}>
          <line className="grid" x1={round(x(tick))} x2={round(x(tick))} y1={PLOT.top} y2={PLOT.bottom} />
          {rateTicks.length <= MAX_LABELS || Number.isInteger(Math.log10(tick)) ? (
            <text className="tick" x={round(x(tick))} y={PLOT.bottom + 16} textAnchor="middle">
              {tickLabel(tick)}
            </text>
          ) : null}
        </g>
      ))}
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={PLOT.bottom + 36} textAnchor="middle">
        offered messages per second (log)
      </text>
      <text className="axis" x={0} y={PLOT.top - 8}>
        latency, ms (log)
      </text>
      {objective === null || limit === null ? null : (
        <g>
          <line
            className="objective"
            x1={PLOT.left}
            x2={PLOT.right}
            y1={round(y(limit * 1e3))}
            y2={round(y(limit * 1e3))}
          />
          <text className="tick" x={PLOT.left + 4} y={round(y(limit * 1e3) - 5)}>
            {objectiveText(objective)}
          </text>
        </g>
      )}
      {series.map(({ row, curve, capacity }, index) => {
        const style = styles(row.name);
        const [endX, endY] = ends[index] ?? [PLOT.right, PLOT.bottom];
        const labelY = heights[index] ?? endY;
        const path = (read: (bin: LoadBin) => number | null): string =>
          line<LoadBin>(
            ({ rate }) => x(rate),
            (bin) => y((read(bin) ?? 1) * 1e3),
          )
            .defined((bin) => read(bin) !== null)
            .digits(1)(curve.line) ?? '';
        const dots = (outcome: LoadPoint['outcome'], shape: (x: number, y: number) => string): string =>
          curve.points
            .filter((point) => point.outcome === outcome)
            .map(({ rate, p99 }) => shape(...at(rate, p99)))
            .join('');
        return (
          <Series
            key={row.caseId}
            name={row.name}
            style={style}
            points={[...curve.line.map(pointOf), ...(capacity === null ? [] : [capacityPoint(capacity)])]}
            dimmed={isDimmed(row)}
          >
            <path className="series-line" d={achievedPath(curve.line) ?? ''} strokeDasharray={style.dash} />
            <path className="series-line thin" d={path(({ p50 }) => p50)} strokeDasharray={style.dash} />
            <path className="series-line" d={path(({ p99 }) => p99)} strokeDasharray={style.dash} />
            <path className="met" d={dots('met', dot)} />
            <path className="missed" d={dots('missed', dot)} />
            <path className="not-offered" d={dots('generator', cross)} />
            {capacity === null ? null : (
              <path
                className="series-mark found"
                d={markerPath(style, 130)}
                transform={`translate(${at(capacity.rate, capacity.p99).map(round).join(' ')})`}
              />
            )}
            <EndLabel name={row.name} style={style} x={PLOT.right + 16} y={labelY} from={[endX, endY]} length={13} />
          </Series>
        );
      })}
    </Chart>
  );
}

type AchievedProps = {
  readonly x: (rate: number) => number;
  readonly y: (percent: number) => number;
  readonly low: number;
  readonly rates: readonly number[];
};

/** Frame of the upper panel, over the same rates: two scales in one panel would invite to read one against the other. */
const Achieved = ({ x, y, low, rates }: AchievedProps) => (
  <g>
    <text className="axis" x={0} y={ACHIEVED.top - 7}>
      share of offered messages delivered, %
    </text>
    <TicksUp ticks={linearTicks(low, 100)} at={y} plot={PLOT} />
    {rates.map((rate) => (
      <line key={rate} className="grid" {...upright(round(x(rate)))} y1={ACHIEVED.top} y2={ACHIEVED.bottom} />
    ))}
  </g>
);

const upright = (at: number) => ({ x1: at, x2: at });

/** Part of one path with a dot for each of the dozens of steps that a search has. */
const dot = (x: number, y: number): string => `M${round(x - 2.2)} ${round(y)}a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0-4.4 0`;
const cross = (x: number, y: number): string => `M${round(x - 2.5)} ${round(y - 2.5)}l5 5m0-5l-5 5`;

function LoadData({ series, styles }: { series: readonly Searched[]; styles: SeriesStyles }) {
  return (
    <table>
      <caption>Steps of all valid trials, grouped by about the same rate; medians</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <Heads
            of={['Capacity, msg/s', 'Offered, msg/s', 'Delivered %', 'Steps', 'Met', 'p50 ms', 'p99 ms']}
            className="number"
          />
        </tr>
      </thead>
      <tbody>
        {series.flatMap(({ row, curve }) =>
          curve.line.map(({ rate, achieved, steps, met, p50, p99 }) => (
            <tr key={`${row.caseId} ${rate}`}>
              <SeriesHead name={row.name} styles={styles} />
              <td className="number">{capacityText(row)}</td>
              <td className="number">{figures(rate)}</td>
              <td className="number">{figures(achieved * 100)}</td>
              <td className="number">{integer(steps)}</td>
              <td className="number">{integer(met)}</td>
              <td className="number">{p50 === null ? '—' : figures(p50 * 1e3)}</td>
              <td className="number">{figures(p99 * 1e3)}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}

const capacityText = ({ cells: { capacity } }: Row): string =>
  capacity.state === 'shown' ? cellFigure({ scale: 1 }, capacity) : '—';
