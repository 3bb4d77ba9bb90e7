import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { NO_NETWORK } from '../../../bench/results/dimensions.ts';
import {
  type NetworkFigures,
  type NetworkSeries,
  networkSeries,
  networkTitle,
  type OverNetworks,
} from '../../analysis/figures/networks.ts';
import { boundMark, figures, list } from '../../model/format.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { linearTicks, round } from '../charts/axis.ts';
import { Chart, dimmedByName, EndLabel, Series } from '../charts/chart.tsx';
import { spread } from '../charts/placing.ts';
import { Figure, shortened } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { SumsTable } from '../parts/sums-table.tsx';

const WIDTH = 540;
const PLOT = { left: 118, right: 408, top: 14 };
const ROW = 44;

type Props = { readonly of: OverNetworks; readonly results: NetworkFigures; readonly styles: SeriesStyles };

/** Latency of each transport over several networks, on one linear axis: on a logarithmic one a perfect wire looks important. */
export function NetworksFigure({ of, results, styles }: Props) {
  const series = networkSeries(of);
  const takeaway = networksTakeaway(of, series, results);
  return (
    <Figure
      title={`p99 by network: ${of.title}`}
      takeaway={takeaway}
      note={
        'Medians over the valid trials, on one linear axis from zero. Networks stand in the order of their round trips; ' +
        'a line is one transport, and says nothing of what lies between two networks.' +
        leftOutText(of)
      }
      data={<NetworksData of={of} series={series} results={results} />}
    >
      <Rows of={of} series={series} results={results} styles={styles} label={takeaway} />
    </Figure>
  );
}

/** Says which questions of the scenario have no place on the axis, and why. */
function leftOutText({ leftOut }: OverNetworks): string {
  if (leftOut.length === 0) return '';
  const parts = leftOut.map(({ title, because }) => `${title} (other ${because})`);
  return ` Left out, because only one load and one TLS may stand on an axis: ${parts.join('; ')}.`;
}

type Known = { readonly name: string; readonly seconds: number; readonly bounded: boolean };

/** Choices with a p99 over one network, the fastest first. */
const knownAt = (series: readonly NetworkSeries[], index: number): Known[] =>
  series
    .filter(({ floor }) => !floor)
    .flatMap(({ name, points }) => {
      const p99 = points[index]?.p99;
      return p99 === undefined || 'reason' in p99 ? [] : [{ name, ...p99 }];
    })
    .toSorted((a, b) => a.seconds - b.seconds);

function networksTakeaway({ groups }: OverNetworks, series: readonly NetworkSeries[], results: NetworkFigures): string {
  const ranges = groups.flatMap(({ question: { network } }, index) => {
    const known = knownAt(series, index);
    const [first, last] = [known.at(0), known.at(-1)];
    if (first === undefined || last === undefined) return [];
    const where = network === NO_NETWORK ? 'without a network' : `over ${networkTitle(results, network)}`;
    return [
      first === last
        ? `${ms(first)} (${first.name}) ${where}`
        : `${ms(first)} (${first.name}) to ${ms(last)} (${last.name}) ${where}`,
    ];
  });
  return ranges.length === 0 ? 'No choice has enough valid samples for p99.' : `Median p99: ${list(ranges, 'and')}.`;
}

const ms = ({ seconds, bounded }: Pick<Known, 'seconds' | 'bounded'>): string =>
  `${boundMark(bounded)}${figures(seconds * 1e3)} ms`;

function Rows({ of, series, results, styles, label }: Props & { series: readonly NetworkSeries[]; label: string }) {
  const { groups } = of;
  const bottom = PLOT.top + groups.length * ROW;
  const values = series.flatMap(({ points }) =>
    points.flatMap(({ p99 }) => ('reason' in p99 ? [] : [p99.seconds * 1e3])),
  );
  const max = Math.max(1, ...values);
  const x = scaleLinear([0, max], [PLOT.left, PLOT.right]);
  const middle = (index: number): number => PLOT.top + (index + 0.5) * ROW;
  const drawn = series.map((one) => ({
    ...one,
    places: one.points.flatMap(({ network, p99 }, index) =>
      'reason' in p99
        ? []
        : [
            {
              x: round(x(p99.seconds * 1e3)),
              y: middle(index),
              text: `${networkTitle(results, network)}: p99 ${ms(p99)}`,
            },
          ],
    ),
  }));
  const ends = drawn.map(({ places }) => places.at(-1) ?? { x: PLOT.right, y: bottom });
  const gap = Math.min(16, (bottom - PLOT.top) / Math.max(1, drawn.length));
  // Labels stand in the order of the last network, from the slowest at the top.
  const heights = spread(
    ends.map(({ x: end }) => PLOT.top + ((PLOT.right - end) / (PLOT.right - PLOT.left)) * (bottom - PLOT.top)),
    gap,
    PLOT.top + 6,
    bottom - 6,
  );
  const isDimmed = groups[0] === undefined ? () => false : dimmedByName(groups[0]);
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label}>
      {groups.map(({ id, question: { network } }, index) => (
        <g key={id}>
          <line className="grid" x1={PLOT.left} x2={PLOT.right} y1={middle(index)} y2={middle(index)} />
          <text className="tick" x={PLOT.left - 8} y={middle(index) + 4} textAnchor="end">
            <title>{networkTitle(results, network)}</title>
            {shortened(network, 17)}
          </text>
        </g>
      ))}
      <TicksAcross ticks={linearTicks(0, max)} at={x} top={PLOT.top} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        p99, ms
      </text>
      {drawn.map(({ name, places }, index) => {
        const style = styles(name);
        const path = line<(typeof places)[number]>(
          (place) => place.x,
          (place) => place.y,
        )(places);
        return (
          <Series key={name} name={name} style={style} points={places} dimmed={isDimmed(name)}>
            <path className="series-line" d={path ?? ''} strokeDasharray={style.dash} />
            {places.map((place) => (
              <path
                key={place.y}
                className="series-mark"
                d={markerPath(style, 44)}
                transform={`translate(${place.x} ${place.y})`}
              />
            ))}
            <EndLabel
              name={name}
              style={style}
              x={PLOT.right + 18}
              y={heights[index] ?? bottom}
              from={null}
              length={13}
            />
          </Series>
        );
      })}
    </Chart>
  );
}

type DataProps = {
  readonly of: OverNetworks;
  readonly series: readonly NetworkSeries[];
  readonly results: NetworkFigures;
};

function NetworksData({ of, series, results }: DataProps) {
  return (
    <SumsTable
      caption="p50 and p99 by network in ms, medians over the valid trials"
      heads={of.groups.map(({ question: { network } }) => networkTitle(results, network))}
      rows={series.map(({ name, points }) => ({
        key: name,
        name,
        cells: points.map(({ p50, p99 }) =>
          'reason' in p99 && 'reason' in p50 ? `— ${p99.reason}` : `${cell(p50)} · ${cell(p99)}`,
        ),
      }))}
    />
  );
}

const cell = (one: NetworkSeries['points'][number]['p50']): string =>
  'reason' in one ? '—' : `${boundMark(one.bounded)}${figures(one.seconds * 1e3)}`;
