import { type Neighbours, neighboursOf } from '../../analysis/figures/neighbours.ts';
import { fatesOf } from '../../kinds/slow.ts';
import { cellFigure, figures, list, ratio } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { linearScale, linearTicks, round } from '../charts/axis.ts';
import { type CasesProps, Chart, Series } from '../charts/chart.tsx';
import { Figure, shortened } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { SumsTable } from '../parts/sums-table.tsx';

const WIDTH = 540;
const PLOT = { left: 112, right: 280, top: 30 };
const ROW = 26;
/** Right end of the column of memory, and left end of that of fates. */
const MEMORY = 350;
const FATE = 366;

type Seen = Neighbours & { readonly fate: string | null };

/** Others' p99 without and with slow readers, growth of the server's memory, and what became of the slow ones. */
export function NeighboursFigure({ id, group, cases, styles }: CasesProps) {
  const seen = neighboursOf(cases, group).map((one): Seen => ({ ...one, fate: fatesOf(one) }));
  if (seen.length === 0) return null;
  const takeaway = takeawayOf(seen, group);
  return (
    <Figure
      id={id}
      title="Slow readers and their neighbours"
      takeaway={takeaway}
      note={
        'p99 of the subscribers that read: without slow readers (hollow) and with them (filled), medians over the valid trials, on a linear ' +
        'axis. Memory: the most that the server’s resident memory grew while readers were slow. At the right: what became of the slow ones.'
      }
      data={<NeighboursData seen={seen} group={group} />}
    >
      <Rows seen={seen} group={group} styles={styles} label={takeaway} />
    </Figure>
  );
}

/** Ratio up to which the others are not harmed. */
const HARMLESS = 1.25;

function takeawayOf(seen: readonly Seen[], { rows }: Group): string {
  const ratios = rows.flatMap(({ name, floor, cells: { othersRatio: cell } }) =>
    floor || cell.state === 'not shown' ? [] : [{ name, value: cell.median }],
  );
  if (ratios.length === 0) return `The others of ${seen.length} have too few deliveries for a p99.`;
  const harmed = ratios.filter(({ value }) => value > HARMLESS).toSorted((a, b) => b.value - a.value);
  if (harmed.length === 0) {
    const highest = Math.max(...ratios.map(({ value }) => value));
    return `Slow readers harm the others with no choice: their p99 is at most ${ratio(highest)} what it is without them.`;
  }
  const names = harmed.map(({ name, value }) => `${name} (${ratio(value)})`);
  return `Slow readers raise the others’ p99 by more than a quarter with ${list(names.slice(0, 4), 'and')}${names.length > 4 ? ' and more' : ''}.`;
}

type RowsProps = {
  readonly seen: readonly Seen[];
  readonly group: Group;
  readonly styles: SeriesStyles;
  readonly label: string;
};

function Rows({ seen, group, styles, label }: RowsProps) {
  const bottom = PLOT.top + seen.length * ROW;
  const max = Math.max(1e-3, ...seen.flatMap((one) => [one.without ?? 0, one.with ?? 0])) * 1.04e3;
  const scale = linearScale([0, max], [PLOT.left, PLOT.right]);
  const at = (seconds: number): number => round(scale(seconds * 1e3));
  const { metric } = group.columns.memoryGrowth;
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      <text className="tick" x={MEMORY} y={18} textAnchor="end">
        memory, MiB
      </text>
      <text className="tick" x={FATE} y={18}>
        the slow readers
      </text>
      <TicksAcross ticks={linearTicks(0, max)} at={scale} top={PLOT.top - 4} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        p99 of the others, ms
      </text>
      {seen.map((one, index) => {
        const style = styles(one.name);
        const middle = PLOT.top + (index + 0.5) * ROW;
        const growth = one.growth.state === 'shown' ? cellFigure(metric, one.growth) : '—';
        return (
          <Series
            key={one.caseId}
            name={one.name}
            style={style}
            points={[
              ...(one.without === null
                ? []
                : [{ x: at(one.without), y: middle, text: `p99 without slow readers ${ms(one.without)}` }]),
              ...(one.with === null
                ? []
                : [{ x: at(one.with), y: middle, text: `p99 with slow readers ${ms(one.with)}` }]),
              { x: MEMORY, y: middle, text: `memory grew by ${growth} MiB` },
              ...(one.fate === null ? [] : [{ x: FATE, y: middle, text: `slow readers: ${one.fate}` }]),
            ]}
          >
            <text className="label" x={0} y={middle + 4}>
              <title>{one.name}</title>
              {shortened(one.name, 16)}
            </text>
            {one.without === null || one.with === null ? null : (
              <path className="between" d={`M${at(one.without)} ${middle}H${at(one.with)}`} />
            )}
            {one.without === null ? null : (
              <path
                className="dominated"
                d={markerPath(style, 60)}
                transform={`translate(${at(one.without)} ${middle})`}
              />
            )}
            {one.with === null ? null : (
              <path
                className="series-mark"
                d={markerPath(style, 60)}
                transform={`translate(${at(one.with)} ${middle})`}
              />
            )}
            <text className="amount" x={MEMORY} y={middle + 4} textAnchor="end">
              {growth}
            </text>
            <text className="way" x={FATE} y={middle + 4}>
              <title>{one.fate ?? ''}</title>
              {shortened(one.fate ?? '—', 30)}
            </text>
          </Series>
        );
      })}
    </Chart>
  );
}

const ms = (seconds: number): string => `${figures(seconds * 1e3)} ms`;

function NeighboursData({ seen, group }: Pick<RowsProps, 'seen' | 'group'>) {
  const { metric } = group.columns.memoryGrowth;
  const time = (value: number | null): string => (value === null ? '—' : figures(value * 1e3));
  return (
    <SumsTable
      caption="p99 of the others in ms and growth of the server’s memory in MiB, medians over the valid trials"
      heads={['p99 without', 'p99 with', 'Memory growth', 'The slow readers']}
      rows={seen.map((one) => ({
        key: one.caseId,
        name: one.name,
        cells: [
          time(one.without),
          time(one.with),
          one.growth.state === 'shown' ? cellFigure(metric, one.growth) : '—',
          one.fate ?? '—',
        ],
      }))}
    />
  );
}
