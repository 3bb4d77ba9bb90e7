import {
  type Axis,
  KEEPS_UP,
  keptUpTo,
  overheadOf,
  type Sweep,
  type SweepPoint,
  type SweepSeries,
  seriesOf,
  sweepsOf,
} from '../../analysis/figures/sweep.ts';
import { layerSentence } from '../../analysis/sentences.ts';
import { boundMark, figures, integer, list, tolerance } from '../../model/format.ts';
import type { Analysis, Group, WireRow } from '../../model/model.ts';
import { dimmedByName } from '../charts/chart.tsx';
import { LinePanels, type LineSeries, type Panel } from '../charts/line-panels.tsx';
import { Figure } from '../parts/parts.tsx';
import type { SeriesStyles } from '../parts/series-style.ts';
import { SumsTable } from '../parts/sums-table.tsx';

type Props = { readonly groups: readonly Group[]; readonly wire: readonly WireRow[]; readonly styles: SeriesStyles };

const sweepsIn = (groups: readonly Group[]): Sweep[] =>
  (['rate', 'clients', 'size'] as const).flatMap((axis) => sweepsOf(groups, axis));

/** True if the run has a question at several rates, numbers of clients or sizes. */
export const hasSweeps = ({ groups, wire }: Pick<Analysis, 'groups' | 'wire'>): boolean =>
  sweepsIn(groups).length > 0 || overheadOf(wire).series.length > 0;

/** Section of figures by rate, number of clients and size. */
export function SweepSection({ groups, wire, styles }: Props) {
  const sweeps = sweepsIn(groups);
  const measured = overheadOf(wire);
  return (
    <section id="scale" className="block">
      <h2>From small to large</h2>
      <div className="figures">
        {sweeps.map((sweep) => (
          <SweepFigure key={`${sweep.axis} ${sweep.title}`} sweep={sweep} styles={styles} />
        ))}
        {measured.series.length === 0 ? null : (
          <OverheadFigure
            title="Overhead by message size"
            series={measured.series}
            layer={measured.layer}
            styles={styles}
          />
        )}
      </div>
    </section>
  );
}

const P99: Panel = { title: 'p99', unit: 'ms', kind: 'log', height: 210 };
const ACHIEVED: Panel = { title: 'share of offered messages delivered', unit: '%', kind: 'share', height: 90 };
const OVERHEAD: Panel = { title: 'overhead', unit: '% of the payload', kind: 'log', height: 260 };

const AXES: Readonly<Record<Axis, { title: string; label: string; panels: readonly Panel[] }>> = {
  rate: { title: 'Offered and achieved', label: 'offered messages per second (log)', panels: [ACHIEVED, P99] },
  clients: { title: 'Latency by number of clients', label: 'clients (log)', panels: [P99] },
  size: { title: 'Overhead by message size', label: 'bytes of a message (log)', panels: [OVERHEAD] },
};

function SweepFigure({ sweep, styles }: { readonly sweep: Sweep; readonly styles: SeriesStyles }) {
  const series = seriesOf(sweep);
  const { title, label, panels } = AXES[sweep.axis];
  if (sweep.axis === 'size') {
    const layer = sweep.groups[0]?.layer ?? null;
    return <OverheadFigure title={`${title}: ${sweep.title}`} series={series} layer={layer} styles={styles} />;
  }
  const takeaway = sweep.axis === 'rate' ? rateTakeaway(series) : clientsTakeaway(series);
  return (
    <Figure
      title={`${title}: ${sweep.title}`}
      takeaway={takeaway}
      note={
        'Medians over the valid trials.' +
        (series.some(({ points }) => points.some(({ p99 }) => p99 === null))
          ? ' ✕ at the upper edge: no p99 was measured there; the table gives the reason.'
          : '') +
        (sweep.axis === 'rate' ? ' Beyond the knee of a line, latency is that of a growing queue.' : '')
      }
      data={<SweepData series={series} axis={sweep.axis} />}
    >
      <LinePanels
        panels={panels}
        series={series.map((one) => linesOf(one, sweep.axis))}
        axis={{ label, kind: 'log', ticks: sweep.groups.map(({ question }) => question[sweep.axis]) }}
        styles={styles}
        label={takeaway}
        isDimmed={dimmedOf(sweep)}
      />
    </Figure>
  );
}

const dimmedOf = ({ groups: [first] }: Sweep): ((name: string) => boolean) =>
  first === undefined ? () => false : dimmedByName(first);

function linesOf({ name, points }: SweepSeries, axis: Axis): LineSeries {
  return {
    name,
    points: points.map((point) => ({
      x: point.at,
      values: valuesOf(point, axis),
      text: pointText(point, axis),
    })),
    refused: points.flatMap(({ at, p99, reason }) =>
      axis === 'size' || p99 !== null ? [] : [{ x: at, text: `${integer(at)} ${UNITS[axis]}: ${reason}` }],
    ),
  };
}

const UNITS: Readonly<Record<Axis, string>> = { rate: 'msg/s', clients: 'clients', size: 'B' };

function valuesOf({ p99, achieved, overhead }: SweepPoint, axis: Axis): (number | null)[] {
  const positive = (value: number | null, scale: number) => (value === null || value <= 0 ? null : value * scale);
  if (axis === 'size') return [positive(overhead, 100)];
  const latency = positive(p99, 1e3);
  return axis === 'rate' ? [achieved === null ? null : achieved * 100, latency] : [latency];
}

function pointText({ at, p99, bounded, achieved, overhead }: SweepPoint, axis: Axis): string {
  const parts =
    axis === 'size'
      ? [overhead === null ? 'not shown' : `${figures(overhead * 100)} % overhead`]
      : [
          ...(axis === 'rate' && achieved !== null ? [`${figures(achieved * 100)} % delivered`] : []),
          p99 === null ? 'no p99' : `p99 ${boundMark(bounded)}${figures(p99 * 1e3)} ms`,
        ];
  return `${integer(at)} ${UNITS[axis]}: ${parts.join(', ')}`;
}

const choicesOf = (series: readonly SweepSeries[]) => series.filter(({ floor }) => !floor);

function rateTakeaway(series: readonly SweepSeries[]): string {
  const highest = Math.max(...series.flatMap(({ points }) => points.map(({ at }) => at)));
  const kept = choicesOf(series).map(({ name, points }) => ({ name, upTo: keptUpTo(points) }));
  const behind = kept.filter(({ upTo }) => upTo === null || upTo < highest);
  const nearlyAll = `${KEEPS_UP * 100} % of the offered messages`;
  if (behind.length === 0)
    return `Every choice delivers at least ${nearlyAll} up to ${integer(highest)} msg/s: no knee was reached.`;
  const limits = behind.map(({ name, upTo }) =>
    upTo === null ? `with ${name} at no rate` : `with ${name} up to ${integer(upTo)} msg/s`,
  );
  const rest = kept.length - behind.length;
  return `At least ${nearlyAll} are shown to arrive ${list(limits, 'and')}${rest === 0 ? '' : `; with the other ${rest} up to ${integer(highest)} msg/s`}.`;
}

/** Relative change of medians that is not worth a word. */
const STAYS = 0.05;

function clientsTakeaway(series: readonly SweepSeries[]): string {
  const grown = choicesOf(series).flatMap(({ name, points }) => {
    const known = points.flatMap(({ at, p99, bounded }) => (p99 === null || p99 <= 0 || bounded ? [] : [{ at, p99 }]));
    const [first, last] = [known.at(0), known.at(-1)];
    return first === undefined || last === undefined || first === last
      ? []
      : [{ name, factor: last.p99 / first.p99, from: first.at, to: last.at }];
  });
  const sorted = grown.toSorted((a, b) => a.factor - b.factor);
  const [least, most] = [sorted.at(0), sorted.at(-1)];
  if (least === undefined || most === undefined) return 'No choice has a p99 at two numbers of clients.';
  const described = ({ name, factor, from, to }: (typeof grown)[number]) =>
    `${figures(factor, 2)}× as long with ${name} from ${integer(from)} to ${integer(to)} clients`;
  if (grown.every(({ factor }) => Math.abs(Math.log(factor)) < Math.log(1 + STAYS)))
    return `p99 stays within ${tolerance(STAYS)} for every choice from ${integer(least.from)} to ${integer(most.to)} clients.`;
  return least === most
    ? `p99 becomes ${described(most)}.`
    : `p99 becomes ${described(least)}, and ${described(most)}.`;
}

type OverheadProps = {
  readonly title: string;
  readonly series: readonly SweepSeries[];
  readonly layer: Group['layer'];
  readonly styles: SeriesStyles;
};

function OverheadFigure({ title, series, layer, styles }: OverheadProps) {
  const takeaway = overheadTakeaway(series);
  const sizes = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].toSorted((a, b) => a - b);
  return (
    <Figure
      title={title}
      takeaway={takeaway}
      note={`Measured bytes of both ways together; ${layerSentence(layer)}. Messages that compression made smaller than their payload have no place on a logarithmic axis; they are in the table.`}
      data={<SweepData series={series} axis="size" />}
    >
      <LinePanels
        panels={AXES.size.panels}
        series={series.map((one) => linesOf(one, 'size'))}
        axis={{ label: AXES.size.label, kind: 'log', ticks: sizes }}
        styles={styles}
        label={takeaway}
      />
    </Figure>
  );
}

/** Overhead, as a share of the payload, below which framing hardly matters. */
const LITTLE = 0.1;

function overheadTakeaway(series: readonly SweepSeries[]): string {
  const ends = choicesOf(series).flatMap(({ name, points }) => {
    const known = points.flatMap(({ at, overhead }) => (overhead === null ? [] : [{ at, overhead }]));
    const [first, last] = [known.at(0), known.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [{ name, first, last, little: known.find(({ overhead }) => overhead < LITTLE)?.at ?? null }];
  });
  const heaviest = ends.toSorted((a, b) => b.first.overhead - a.first.overhead).at(0);
  if (heaviest === undefined) return 'No overhead was counted at any size.';
  const { name, first, last } = heaviest;
  const never = ends.filter(({ little }) => little === null);
  const latest = Math.max(...ends.flatMap(({ little }) => little ?? []));
  const rest =
    never.length === 0
      ? `From ${integer(latest)} B on, overhead is below ${LITTLE * 100} % for every choice.`
      : `Overhead stays above ${LITTLE * 100} % at every size for ${list(
          never.map((one) => one.name),
          'and',
        )}.`;
  return `${name} adds the most overhead: ${figures(first.overhead * 100)} % at ${integer(first.at)} B and ${figures(last.overhead * 100)} % at ${integer(last.at)} B. ${rest}`;
}

type DataProps = { readonly series: readonly SweepSeries[]; readonly axis: Axis };

function SweepData({ series, axis }: DataProps) {
  const places = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].toSorted((a, b) => a - b);
  const caption = {
    rate: 'Share of offered messages delivered, and p99',
    clients: 'p99',
    size: 'Overhead over the payload',
  }[axis];
  return (
    <SumsTable
      caption={`${caption}, medians over the valid trials`}
      heads={places.map((at) => `${integer(at)} ${UNITS[axis]}`)}
      rows={series.map(({ name, points }) => ({
        key: name,
        name,
        cells: places.map((at) => {
          const point = points.find((candidate) => candidate.at === at);
          return point === undefined ? '—' : cellText(point, axis);
        }),
      }))}
    />
  );
}

function cellText({ p99, bounded, achieved, overhead, reason }: SweepPoint, axis: Axis): string {
  if (axis === 'size')
    return overhead === null ? `not shown: ${reason ?? 'nothing sent'}` : `${figures(overhead * 100)} %`;
  if (p99 === null) return `not shown: ${reason ?? ''}`;
  const latency = `${boundMark(bounded)}${figures(p99 * 1e3)} ms`;
  return axis === 'rate' && achieved !== null ? `${figures(achieved * 100)} %, ${latency}` : latency;
}
