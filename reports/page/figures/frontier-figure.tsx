import { scaleLog } from 'd3-scale';
import { frontierOf, type Placed } from '../../analysis/figures/frontier.ts';
import { layerSentence } from '../../analysis/sentences.ts';
import { batchingText } from '../../kinds/batching.ts';
import { figures, list } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';
import { TicksAcross, TicksUp } from '../charts/axes.tsx';
import { logDomain, logTicks, round } from '../charts/axis.ts';
import { Chart, EndLabel, Series } from '../charts/chart.tsx';
import { placeInColumn, placeLabels } from '../charts/placing.ts';
import { Figure, shortened } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { SumsTable } from '../parts/sums-table.tsx';

const WIDTH = 540;
const PLOT = { left: 56, top: 20 };
/** Ends of the plot where names stand beside their marks; and where marks crowd, so that names stand in a column. */
const BESIDE = { right: 532, bottom: 316 };
const COLUMN = { right: 392, gap: 14 };
/** Room below the plot for ticks and the title of the axis. */
const FOOT = 44;
/** Estimated width of a letter in a label: names are placed before anything can measure them. */
const LETTER = 6.7;

type Props = { readonly id: string; readonly group: Group; readonly styles: SeriesStyles };
type Point = Placed & {
  readonly caseId: string;
  readonly floor: boolean;
  readonly leads: boolean;
  /** Says that several messages share the bytes of each; empty if none do. */
  readonly shared: string;
};

/** Latency against bytes: for each choice off the frontier, one on it is no worse in either. */
export function FrontierFigure({ id, group, styles }: Props) {
  const points = pointsOf(group);
  const choices = points.filter(({ floor }) => !floor);
  if (choices.length < 2) return null;
  const frontier = choices.filter(({ leads }) => leads);
  const takeaway = frontierTakeaway(frontier, choices.length);
  return (
    <Figure
      id={id}
      title="Latency against bytes"
      takeaway={takeaway}
      note={`Points are medians; whether two of them differ is for the verdicts to say. Filled, on the stepped line (the frontier): no other choice is at least as good in both. Hollow: another choice is.${points.length > choices.length ? ' The floor is a yardstick and takes no part.' : ''} Only transports with a p99 that is no lower bound are shown; ${layerSentence(group.layer)}.`}
      data={<FrontierData points={points} />}
    >
      <Scatter points={points} frontier={frontier} styles={styles} label={takeaway} />
    </Figure>
  );
}

function pointsOf({ rows, columns, question }: Group): Point[] {
  const placed = rows.flatMap(({ caseId, name, floor, batched, cells: { p99, bytes } }) =>
    p99.state === 'shown' && p99.bounded === 0 && bytes.state === 'shown' && p99.median > 0 && bytes.median > 0
      ? [
          {
            caseId,
            name,
            floor,
            x: p99.median,
            y: bytes.median,
            shared: batchingText({ batched }, columns.bytes.metric, question),
          },
        ]
      : [],
  );
  const leading = new Set(frontierOf(placed.filter(({ floor }) => !floor)).map(({ caseId }) => caseId));
  return placed
    .map((point) => ({ ...point, leads: leading.has(point.caseId) }))
    .toSorted((a, b) => Number(b.leads) - Number(a.leads) || a.x - b.x);
}

function frontierTakeaway(frontier: readonly Point[], choices: number): string {
  const described = ({ name, x, y, shared }: Point) => `${name} (${figures(x * 1e3)} ms, ${figures(y)} B)${shared}`;
  const [only, another] = frontier;
  const names = list(frontier.map(described), 'and');
  if (only !== undefined && another === undefined)
    return `${names} has both the lowest p99 and the fewest bytes of all ${choices} choices.`;
  const rest = choices - frontier.length;
  const others =
    rest === 0
      ? 'no choice is beaten in both'
      : `for ${rest === 1 ? 'the other choice' : `each of the other ${rest}`}, one of these is at least as good in both`;
  return `${names} are on the frontier, where fewer bytes cost latency; ${others}.`;
}

type ScatterProps = {
  readonly points: readonly Point[];
  readonly frontier: readonly Point[];
  readonly styles: SeriesStyles;
  readonly label: string;
};

function Scatter({ points, frontier, styles, label }: ScatterProps) {
  const across = logDomain(
    points.map(({ x }) => x * 1e3),
    1.25,
  );
  const up = logDomain(
    points.map(({ y }) => y),
    1.2,
  );
  const texts = points.map(({ name }) => shortened(name, 20));
  const scaled = (right: number, bottom: number) => {
    const x = scaleLog(across, [PLOT.left, right]);
    const y = scaleLog(up, [bottom, PLOT.top]);
    const at = (point: Placed): [number, number] => [round(x(point.x * 1e3)), round(y(point.y))];
    return { x, y, at, right, bottom };
  };
  const wide = scaled(BESIDE.right, BESIDE.bottom);
  const places = placeLabels(
    points.map((point, index) => {
      const [left, top] = wide.at(point);
      return { x: left, y: top, width: (texts[index]?.length ?? 0) * LETTER };
    }),
    { left: PLOT.left, right: WIDTH, top: PLOT.top - 10, bottom: BESIDE.bottom },
  );
  const crowded = places.includes(null);
  const narrow = scaled(COLUMN.right, Math.max(BESIDE.bottom, PLOT.top + (points.length - 1) * COLUMN.gap));
  const { x, y, at, right, bottom } = crowded ? narrow : wide;
  const column = { x: right + 16, top: PLOT.top, bottom, gap: COLUMN.gap };
  const heights = placeInColumn(
    points.map((point) => {
      const [left, top] = at(point);
      return { x: left, y: top };
    }),
    column,
  );
  return (
    <Chart width={WIDTH} height={bottom + FOOT} label={label}>
      <TicksUp ticks={logTicks(...up)} at={y} plot={{ ...PLOT, right }} />
      <TicksAcross ticks={logTicks(...across)} at={x} top={PLOT.top} bottom={bottom} />
      <text className="axis" x={(PLOT.left + right) / 2} y={bottom + 36} textAnchor="middle">
        p99, ms (log)
      </text>
      <text className="axis" x={0} y={PLOT.top - 8}>
        bytes per message (log)
      </text>
      <path className="frontier" d={stepsThrough(frontier.toSorted((a, b) => a.x - b.x).map(at))} />
      {points.map((point, index) => {
        const style = styles(point.name);
        const [left, top] = at(point);
        const place = places[index] ?? null;
        const mark = point.leads || point.floor ? 'series-mark' : 'dominated';
        const text = point.leads ? 'label halo leads' : 'label halo';
        return (
          <Series
            key={point.caseId}
            name={point.name}
            style={style}
            points={[
              {
                x: left,
                y: top,
                text: `p99 ${figures(point.x * 1e3)} ms, ${figures(point.y)} B per message, ${standing(point)}`,
              },
            ]}
          >
            {crowded || place === null ? (
              <EndLabel
                name={point.name}
                style={style}
                x={column.x}
                y={heights[index] ?? top}
                from={[left, top]}
                length={18}
                classes={{ mark, label: text }}
              />
            ) : (
              <text className={text} x={round(place.x)} y={round(place.y)}>
                {texts[index]}
              </text>
            )}
            <path
              className={mark}
              d={markerPath(style, point.leads ? 90 : 60)}
              transform={`translate(${left} ${top})`}
            />
          </Series>
        );
      })}
    </Chart>
  );
}

const standing = ({ leads, floor }: Point): string =>
  floor ? 'the floor' : leads ? 'on the frontier' : 'off the frontier';

/** Draws the frontier in steps: nothing that was measured lies below a step. */
const stepsThrough = (points: readonly [number, number][]): string =>
  points.map(([left, top], index) => (index === 0 ? `M${left} ${top}` : `H${left}V${top}`)).join('');

function FrontierData({ points }: { points: readonly Point[] }) {
  return (
    <SumsTable
      caption="Medians over the valid trials"
      heads={['p99 ms', 'Bytes / msg', 'Standing']}
      rows={points.map((point) => ({
        key: point.caseId,
        name: point.name,
        cells: [figures(point.x * 1e3), figures(point.y), standing(point)],
      }))}
    />
  );
}
