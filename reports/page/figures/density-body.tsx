import { countOf, figures, list, share as percent } from '../../model/format.ts';
import type { Row } from '../../model/model.ts';
import { densities, humpsOf } from '../../stats/density.ts';
import { type Distribution, deepestPercentile } from '../../stats/distribution.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { logScale, logTicks, round } from '../charts/axis.ts';
import { Chart, EndLabel, Series } from '../charts/chart.tsx';
import { FigureBody, Heads, SeriesHead } from '../parts/parts.tsx';
import type { SeriesStyles } from '../parts/series-style.ts';

const WIDTH = 540;
const PLOT = { left: 142, right: 480, top: 8 };
const ROW = 36;
/** Number of rows beyond which each has less room. */
const MAX_ROOMY = 10;
const ROW_OF_MANY = 26;
/** Smallest share of a bin that is read out and listed. */
const MIN_SHARE = 0.01;

export type PooledRow = { readonly row: Row; readonly distribution: Distribution };

type Line = { readonly row: Row; readonly shares: readonly number[]; readonly tallest: number };
type View = { readonly edges: readonly number[]; readonly lines: readonly Line[]; readonly takeaway: string };

/** Bins the latencies of every row that has enough samples for a distribution. */
export function densityView(pooled: readonly PooledRow[]): View {
  const enough = pooled.filter(({ distribution: { count } }) => deepestPercentile(count) !== null);
  const { edges, shares } = densities(enough.map(({ distribution }) => distribution));
  const lines = enough.map(({ row }, index): Line => {
    const own = shares[index] ?? [];
    return { row, shares: own, tallest: Math.max(...own) };
  });
  return { edges, lines, takeaway: takeawayOf(lines.filter(({ row }) => !row.floor)) };
}

function takeawayOf(choices: readonly Line[]): string {
  if (choices.length === 0) return 'No choice has enough valid samples for a distribution.';
  const humps = choices.map(({ row, shares }) => ({ name: row.name, count: humpsOf(shares) }));
  const several = humps.filter(({ count }) => count > 1).map(({ name, count }) => `${name} ${count}`);
  const single = humps.length - several.length;
  const all = countOf(humps.length, 'choice');
  return several.length === 0
    ? `Pooled over trials, the latencies of ${all} form one hump${humps.length === 1 ? '' : ' each'}.`
    : `Pooled over trials, the latencies of ${single} of ${all} form one hump; the others form more: ${list(several, 'and')}.`;
}

type Props = { readonly view: View; readonly title: string; readonly styles: SeriesStyles };

export const DensityBody = ({ view, title, styles }: Props) => (
  <FigureBody
    title={title}
    note={
      'Share of messages by latency. Each bin is wider than the one before by the same factor, and all rows have the same bins. Each row is as high ' +
      'as its own tallest bin, whose share stands beside it. A peak counts as a hump if the row falls to half its height on both sides. One message in a ' +
      'thousand may lie beyond either end. Trials are pooled to show the shape only: two humps may be two kinds of messages, or trials that differ.'
    }
    data={<DensityData view={view} styles={styles} />}
  >
    {view.lines.length === 0 ? <p className="empty">Nothing to draw.</p> : <DensityRows view={view} styles={styles} />}
  </FigureBody>
);

function DensityRows({ view: { edges, lines, takeaway }, styles }: Omit<Props, 'title'>) {
  const height = lines.length > MAX_ROOMY ? ROW_OF_MANY : ROW;
  const bottom = PLOT.top + lines.length * height;
  const [low, high] = [(edges[0] ?? 0) * 1e3, (edges.at(-1) ?? 1) * 1e3];
  const x = logScale([low, high], [PLOT.left, PLOT.right]);
  const left = (bin: number): number => round(x((edges[bin] ?? 0) * 1e3));
  return (
    <Chart width={WIDTH} height={bottom + 40} label={takeaway} nearest="row">
      <TicksAcross ticks={logTicks(low, high)} at={x} top={PLOT.top} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        latency, ms (log)
      </text>
      {lines.map(({ row, shares, tallest }, index) => {
        const base = PLOT.top + (index + 1) * height - 3;
        const top = (share: number): number => round(base - (share / tallest) * (height - 8));
        const steps = shares.map((share, bin) => `V${top(share)}H${left(bin + 1)}`).join('');
        return (
          <Series
            key={row.caseId}
            name={row.name}
            style={styles(row.name)}
            points={stopsIn(shares, tallest).map((bin) => ({
              x: (left(bin) + left(bin + 1)) / 2,
              y: top(shares[bin] ?? 0),
              text: `${percent(shares[bin] ?? 0)} ${binText(edges, bin)}`,
            }))}
          >
            <path className="density" d={`M${left(0)} ${base}${steps}V${base}Z`} />
            <EndLabel
              name={row.name}
              style={styles(row.name)}
              x={0}
              y={base - height / 2 + 6}
              from={null}
              length={17}
            />
            <text className="tick" x={WIDTH} y={base - height / 2 + 10} textAnchor="end">
              {percent(tallest)}
            </text>
          </Series>
        );
      })}
    </Chart>
  );
}

/** Bins at which the reader can stop; the tallest is always among them. */
const stopsIn = (shares: readonly number[], tallest: number): number[] =>
  [...shares.keys()].filter((bin) => (shares[bin] ?? 0) >= Math.min(MIN_SHARE, tallest));

const milliseconds = (seconds: number | undefined): string => figures((seconds ?? Number.NaN) * 1e3);

const binText = (edges: readonly number[], bin: number): string =>
  `from ${milliseconds(edges[bin])} to ${milliseconds(edges[bin + 1])} ms`;

const HEADERS = ['Humps', 'Tallest bin from, ms', 'to, ms', 'Its share'];

function DensityData({ view: { edges, lines }, styles }: Omit<Props, 'title'>) {
  return (
    <table>
      <caption>Shares of messages by latency, pooled over the valid trials</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <Heads of={HEADERS} className="number" />
          <th scope="col">Bins of at least {percent(MIN_SHARE)}, ms: share</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ row, shares, tallest }) => {
          const bin = shares.indexOf(tallest);
          return (
            <tr key={row.caseId}>
              <SeriesHead name={row.name} styles={styles} />
              <td className="number">{humpsOf(shares)}</td>
              <td className="number">{milliseconds(edges[bin])}</td>
              <td className="number">{milliseconds(edges[bin + 1])}</td>
              <td className="number">{percent(tallest)}</td>
              <td className="reasons">
                {stopsIn(shares, tallest)
                  .map(
                    (one) =>
                      `${milliseconds(edges[one])}–${milliseconds(edges[one + 1])}: ${percent(shares[one] ?? 0)}`,
                  )
                  .join(', ')}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
