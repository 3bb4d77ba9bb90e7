import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { boundMark, figures, share as percent } from '../../model/format.ts';
import type { Group, Row, SharePoint } from '../../model/model.ts';
import { TicksAcross, TicksUp } from '../charts/axes.tsx';
import { logDomain, logTicks, round } from '../charts/axis.ts';
import { Chart, dimmedIn, EndLabel, type RowLinesProps, Series } from '../charts/chart.tsx';
import type { Point } from '../charts/points.ts';
import { Choice, DISTRIBUTION } from '../parts/choices.tsx';
import { Figure, Heads, SeriesHead } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { distributionTakeaway, overloadNote } from './captions.ts';

const WIDTH = 540;
const PLOT = { left: 46, right: 396, top: 12 };
const HEIGHT = 240;
const FOOT = 42;
const LABEL_GAP = 17;
const MIN_GAP = 14;

const TICKS = [0, 25, 50, 75, 100];
/** Shares at which the reader can stop, and that the table lists. */
const NAMED = [0.05, 0.25, 0.5, 0.75, 0.95];

type Props = { readonly id: string; readonly group: Group; readonly styles: SeriesStyles };

/** Shape of the latencies: one hump or two, narrow or wide. Percentiles alone hide it. */
export function DistributionFigure({ id, group, styles }: Props) {
  const rows = group.rows.filter(({ pooled }) => pooled.length > 0);
  const takeaway = distributionTakeaway(group);
  return (
    <Figure
      id={id}
      title="Distribution of latency"
      takeaway={takeaway}
      choices={
        <Choice
          name={DISTRIBUTION}
          label="Show"
          options={[
            ['cumulative', 'cumulative: share within a time'],
            ['density', 'density: share at a time'],
          ]}
        />
      }
      note={
        'Share of messages that arrived within a time, from 1 % to 99 %. A steep line means that latencies are much alike; a flat stretch ' +
        'between two rises means two kinds of messages. Mark: half of the messages. Trials are pooled to show the shape only; verdicts compare trials.' +
        overloadNote(rows)
      }
      data={<DistributionData rows={rows} styles={styles} />}
    >
      {rows.length === 0 ? (
        <p className="empty">Nothing to draw.</p>
      ) : (
        <Shares rows={rows} styles={styles} label={takeaway} isDimmed={dimmedIn(group)} />
      )}
    </Figure>
  );
}

function Shares({ rows, styles, label, isDimmed }: RowLinesProps) {
  const [low, high] = logDomain(rows.flatMap(({ pooled }) => pooled.map(({ seconds }) => seconds * 1e3)));
  const bottom = PLOT.top + Math.max(HEIGHT, rows.length * MIN_GAP);
  const x = scaleLog([low, high], [PLOT.left, PLOT.right]);
  const y = scaleLinear([0, 1], [bottom, PLOT.top]);
  const path = line<SharePoint>(
    ({ seconds }) => x(seconds * 1e3),
    ({ share }) => y(share),
  ).digits(1);
  // All lines end at the top, so their labels stand in the order in which half of the messages had arrived.
  const order = rows.toSorted((a, b) => halfOf(a) - halfOf(b));
  const gap = rows.length * LABEL_GAP > bottom - PLOT.top ? MIN_GAP : LABEL_GAP;
  const pointOf = ({ share, seconds }: SharePoint): Point => ({
    x: x(seconds * 1e3),
    y: y(share),
    text: `${percent(share)} within ${figures(seconds * 1e3)} ms`,
  });
  return (
    <Chart width={WIDTH} height={bottom + FOOT} label={label}>
      <TicksUp ticks={TICKS} at={(tick) => y(tick / 100)} text={(tick) => `${tick} %`} plot={PLOT} />
      <TicksAcross ticks={logTicks(low, high)} at={x} top={PLOT.top} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        latency, ms (log)
      </text>
      {order.map((row, place) => {
        const style = styles(row.name);
        const height = PLOT.top + 6 + place * gap;
        return (
          <Series
            key={row.caseId}
            name={row.name}
            style={style}
            points={row.pooled.filter(({ share }) => NAMED.includes(share)).map(pointOf)}
            dimmed={isDimmed(row)}
          >
            <path className="series-line" d={path([...row.pooled]) ?? ''} strokeDasharray={style.dash} />
            <path
              className="series-mark"
              d={markerPath(style, 40)}
              transform={`translate(${round(x(halfOf(row) * 1e3))} ${round(y(0.5))})`}
            />
            <EndLabel
              name={`${boundMark(row.overload !== null)}${row.name}`}
              style={style}
              x={PLOT.right + 16}
              y={height}
              from={null}
              length={18}
            />
          </Series>
        );
      })}
    </Chart>
  );
}

const secondsAt = ({ pooled }: Row, wanted: number): number | undefined =>
  pooled.find(({ share }) => share === wanted)?.seconds;

const halfOf = (row: Row): number => secondsAt(row, 0.5) ?? 0;

function DistributionData({ rows, styles }: Pick<RowLinesProps, 'rows' | 'styles'>) {
  return (
    <table>
      <caption>Latency in ms within which a share of messages arrived, pooled over the valid trials</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <Heads of={NAMED.map(percent)} className="number" />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.caseId}>
            <SeriesHead name={row.name} styles={styles} />
            {NAMED.map((share) => (
              <td key={share} className="number">
                {boundMark(row.overload !== null) + figures((secondsAt(row, share) ?? 0) * 1e3)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
