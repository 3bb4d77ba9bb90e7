import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { TicksUp } from './axes.tsx';
import { linearTicks, logDomain, logTicks, round, tickLabel } from './axis.ts';
import { Chart, EndLabel, Series } from './chart.tsx';
import { spread } from './placing.ts';

const WIDTH = 540;
const PLOT = { left: 56, right: 418, top: 20 };
const GAP = 34;
const LABEL_GAP = 15;
/** Room above the first panel for marks of what could not be measured. */
const REFUSED = 20;

export type Panel = {
  readonly title: string;
  readonly unit: string;
  readonly kind: 'log' | 'linear' | 'share';
  readonly height: number;
};

export type LinePoint = {
  readonly x: number;
  /** One value a panel, in the panel's unit; null where there is none or a logarithm has no place for it. */
  readonly values: readonly (number | null)[];
  /** Text without the name of the series. */
  readonly text: string;
};

export type LineSeries = {
  readonly name: string;
  readonly points: readonly LinePoint[];
  /** Places where nothing could be measured, with the reason; drawn at the upper edge. */
  readonly refused: readonly { readonly x: number; readonly text: string }[];
};

type Props = {
  readonly panels: readonly Panel[];
  readonly series: readonly LineSeries[];
  readonly axis: { readonly label: string; readonly kind: 'log' | 'linear'; readonly ticks?: readonly number[] };
  readonly styles: SeriesStyles;
  readonly label: string;
  /** Tells which series are drawn grey among many. */
  readonly isDimmed?: (name: string) => boolean;
};

type Scale = (value: number) => number;
type Laid = {
  readonly panel: Panel;
  readonly top: number;
  readonly bottom: number;
  readonly y: Scale;
  readonly ticks: number[];
};

/** Draws lines over one shared axis, with a panel for each figure: two scales in one panel would invite to read one against the other. */
export function LinePanels({ panels, series, axis, styles, label, isDimmed = () => false }: Props) {
  const top = PLOT.top + (series.some(({ refused }) => refused.length > 0) ? REFUSED : 0);
  const laid = layOut(panels, series, top);
  const bottom = laid.at(-1)?.bottom ?? top;
  const places = series.flatMap(({ points, refused }) => [...points, ...refused].map(({ x }) => x));
  const domain = axis.kind === 'log' ? logDomain(places) : ([0, Math.max(1, ...places)] satisfies [number, number]);
  const across =
    axis.kind === 'log' ? scaleLog(domain, [PLOT.left, PLOT.right]) : scaleLinear(domain, [PLOT.left, PLOT.right]);
  const x: Scale = (value) => round(across(value));
  const ticks = axis.ticks ?? (axis.kind === 'log' ? logTicks(...domain) : linearTicks(...domain));
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label}>
      {laid.map((one) => (
        <Frame key={one.panel.title} laid={one} />
      ))}
      {ticks.map((tick) => (
        <g key={tick}>
          {laid.map((one) => (
            <line key={one.panel.title} className="grid" x1={x(tick)} x2={x(tick)} y1={one.top} y2={one.bottom} />
          ))}
          <text className="tick" x={x(tick)} y={bottom + 16} textAnchor="middle">
            {tickLabel(tick)}
          </text>
        </g>
      ))}
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        {axis.label}
      </text>
      <Lines series={series} laid={laid} x={x} styles={styles} isDimmed={isDimmed} />
    </Chart>
  );
}

function layOut(panels: readonly Panel[], series: readonly LineSeries[], start: number): Laid[] {
  let top = start;
  return panels.map((panel, index) => {
    const values = series.flatMap(({ points }) => points.flatMap((point) => point.values[index] ?? []));
    const bottom = top + panel.height;
    const { y, ticks } = scaleOf(panel, values, [bottom, top]);
    const one = { panel, top, bottom, y, ticks };
    top = bottom + GAP;
    return one;
  });
}

function scaleOf({ kind }: Panel, values: readonly number[], range: [number, number]): { y: Scale; ticks: number[] } {
  if (kind === 'log') {
    const domain = logDomain(values);
    return { y: scaleLog(domain, range), ticks: logTicks(...domain) };
  }
  // A share is of a whole, and shows how much of it is gone; a tick above leaves room for the marks at 100 %.
  const domain: [number, number] =
    kind === 'share' ? [Math.min(90, ...values), 102] : [Math.min(0, ...values), Math.max(1e-9, ...values)];
  return {
    y: scaleLinear(domain, range),
    ticks: linearTicks(...domain).filter((tick) => kind !== 'share' || tick <= 100),
  };
}

const Frame = ({ laid: { panel, top, y, ticks } }: { laid: Laid }) => (
  <g>
    <text className="axis" x={0} y={top - 7}>
      {panel.title}
      {panel.unit === '' ? '' : `, ${panel.unit}`}
      {panel.kind === 'log' ? ' (log)' : ''}
    </text>
    <TicksUp ticks={ticks} at={y} plot={PLOT} />
  </g>
);

type LinesProps = {
  readonly series: readonly LineSeries[];
  readonly laid: readonly Laid[];
  readonly x: Scale;
  readonly styles: SeriesStyles;
  readonly isDimmed: (name: string) => boolean;
};

/** Draws the series, with labels beside their ends in the last panel. */
function Lines({ series, laid, x, styles, isDimmed }: LinesProps) {
  const last = laid.length - 1;
  const end = laid[last];
  const top = laid[0]?.top ?? 0;
  const bottom = end?.bottom ?? 0;
  const ends = series.map(({ points }): [number, number] => {
    const point = points.findLast(({ values }) => values[last] != null);
    const value = point?.values[last];
    return point === undefined || value == null || end === undefined
      ? [PLOT.right, bottom]
      : [x(point.x), end.y(value)];
  });
  const heights = spread(
    ends.map(([, height]) => height),
    Math.min(LABEL_GAP, (bottom - top) / Math.max(1, series.length - 1)),
    top,
    bottom,
  );
  return series.map(({ name, points, refused }, index) => {
    const style = styles(name);
    const [endX, endY] = ends[index] ?? [PLOT.right, bottom];
    const labelY = heights[index] ?? endY;
    return (
      <Series
        key={name}
        name={name}
        style={style}
        dimmed={isDimmed(name)}
        points={[
          ...points.flatMap(({ x: at, values, text }) => {
            // Each point is one stop, in the last panel that has it: its text has the figures of all panels.
            const panel = values.findLastIndex((value) => value !== null);
            const value = values[panel];
            const y = laid[panel]?.y;
            return value == null || y === undefined ? [] : [{ x: x(at), y: y(value), text }];
          }),
          ...refused.map(({ x: at, text }) => ({ x: x(at), y: PLOT.top - 3, text })),
        ]}
      >
        {laid.map(({ panel, y }, at) => {
          const drawn = points.flatMap((point) => {
            const value = point.values[at];
            return value == null ? [] : [{ x: x(point.x), y: round(y(value)) }];
          });
          const path = line<(typeof drawn)[number]>(
            (point) => point.x,
            (point) => point.y,
          )(drawn);
          return (
            <g key={panel.title}>
              <path className="series-line" d={path ?? ''} strokeDasharray={style.dash} />
              {drawn.map((point) => (
                <path
                  key={point.x}
                  className="series-mark"
                  d={markerPath(style, 40)}
                  transform={`translate(${point.x} ${point.y})`}
                />
              ))}
            </g>
          );
        })}
        {refused.map((one) => (
          <path key={one.x} className="not-offered" d={`M${x(one.x) - 3} ${PLOT.top - 6}l6 6m0-6l-6 6`} />
        ))}
        <EndLabel name={name} style={style} x={PLOT.right + 14} y={labelY} from={[endX, endY]} length={13} />
      </Series>
    );
  });
}
