import type { ComparedRow } from '../../compare/compare-model.ts';
import { change, countOf, tolerance } from '../../model/format.ts';
import { ICONS, slugOf, type Verdict } from '../../model/verdict.ts';
import { round } from '../charts/axis.ts';
import { Chart, Series } from '../charts/chart.tsx';
import { Figure, shortened } from '../parts/parts.tsx';
import { ComparedTable } from './compared-table.tsx';
import { markedAt, type View, visibleRows } from './comparison-state.ts';

const WIDTH = 640;
const PLOT = { left: 190, right: 470, top: 8 };
const ROW = 22;
/** Ratio beyond which nothing is drawn to scale. */
const MAX_REACH = 20;

type Judged = ComparedRow & { readonly verdict: Extract<Verdict, { interval: unknown }> };

type ForestProps = { readonly question: string; readonly rows: readonly ComparedRow[]; readonly view: View };

/** Changes of one question with their intervals; halving and doubling are equally far from no change. */
export function ForestFigure({ question, rows, view }: ForestProps) {
  const shown = visibleRows(rows, view);
  const judged = shown.filter(isJudged);
  const takeaway = forestTakeaway(rows);
  const hidden = rows.length - shown.length;
  return (
    <Figure
      title="Change, newer run over base"
      takeaway={takeaway}
      note={
        `Mark: ratio of the medians. Bar: its interval, which decides the verdict. Shaded: changes too small to count (${bandsOf(rows)}). ` +
        'The axis is logarithmic: halving is as far to the left as doubling is to the right. Whether more is better depends on the figure, and the verdict says it.' +
        (view.mark === null ? '' : ` Dashed: worse by ${tolerance(view.mark).slice(1)}.`) +
        (hidden === 0 ? '' : ` Hidden, as you asked: ${hidden} of ${countOf(rows.length, 'comparison')}.`)
      }
      data={<ComparedTable caption={question} rows={shown} columns={view.columns} />}
    >
      {judged.length === 0 ? (
        <p className="empty">
          {rows.some(isJudged)
            ? 'Nothing to draw: every comparison with a verdict is hidden.'
            : 'Nothing to draw: no comparison could be judged.'}
        </p>
      ) : (
        // Each view is a chart of its own: a reader who is at one of its points must not find those of another.
        <Forest key={[...view.hidden, view.order, view.mark].join()} rows={judged} label={takeaway} mark={view.mark} />
      )}
    </Figure>
  );
}

/** Sums up a question's comparisons in a sentence. */
function forestTakeaway(rows: readonly ComparedRow[]): string {
  const choices = rows.filter(({ floor }) => !floor);
  const [first] = choices;
  const of = (word: string) => choices.filter(({ verdict }) => verdict.word === word).length;
  const [worse, better] = [of('worse'), of('better')];
  if (first === undefined) return 'Only the floor is in both runs.';
  if (choices.every(({ verdict }) => 'reason' in verdict)) return 'No comparison could be judged.';
  if (worse + better === 0) {
    const open = of('not separated');
    const practical = of('no practical difference');
    const equivalent = `${of('equivalent')} of ${countOf(choices.length, 'comparison')} equivalent`;
    const rest = [
      ...(practical === 0 ? [] : [`${practical} without a practical difference`]),
      ...(open === 0 ? [] : [`${open} not separated`]),
    ];
    return `Nothing is shown better or worse: ${[equivalent, ...rest].join(', ')}.`;
  }
  const example =
    first.ratio === null ? '' : `; the first is ${first.name}, ${first.metric.title} ${change(first.ratio)}`;
  const counted = [...(worse > 0 ? [`${worse} worse`] : []), ...(better > 0 ? [`${better} better`] : [])].join(', ');
  return `${countOf(choices.length, 'comparison')}: ${counted}${example}.`;
}

const isJudged = (row: ComparedRow): row is Judged => 'interval' in row.verdict;

function bandsOf(rows: readonly ComparedRow[]): string {
  const bytes = rows.find(({ metric }) => metric.band === 'bytes');
  const rest = rows.find(({ metric }) => metric.band !== 'bytes');
  return [
    ...(rest === undefined ? [] : [`${tolerance(rest.band)} of times, rates and memory`]),
    ...(bytes === undefined ? [] : [`${tolerance(bytes.band)} of bytes`]),
  ].join(', ');
}

type DrawnProps = { readonly rows: readonly Judged[]; readonly label: string; readonly mark: number | null };

function Forest({ rows, label, mark }: DrawnProps) {
  const reach = reachOf(rows, mark);
  const at = (ratio: number): number => {
    const share = Math.log(ratio) / Math.log(reach);
    return round((PLOT.left + PLOT.right + Math.min(1, Math.max(-1, share)) * (PLOT.right - PLOT.left)) / 2);
  };
  const bottom = PLOT.top + rows.length * ROW;
  return (
    <Chart className="forest" width={WIDTH} height={bottom + 40} label={label} nearest="row">
      {ticksWithin(reach).map((tick) => (
        <g key={tick}>
          <line className={tick === 1 ? 'no-change' : 'grid'} x1={at(tick)} x2={at(tick)} y1={PLOT.top} y2={bottom} />
          <text className="tick" x={at(tick)} y={bottom + 16} textAnchor="middle">
            {tick === 1 ? '0 %' : change(tick).replace('.0', '')}
          </text>
        </g>
      ))}
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        change of the median (log)
      </text>
      {rows.map((row, index) => {
        const { verdict, band, metric } = row;
        const top = PLOT.top + index * ROW;
        const middle = top + ROW / 2;
        const { low, high } = verdict.interval;
        return (
          <Series
            key={`${row.caseId} ${metric.id}`}
            name={`${row.name}, ${metric.title}`}
            style={null}
            className={`change change-${slugOf(verdict.word)}`}
            points={[
              {
                x: at(verdict.ratio),
                y: middle,
                text: `${verdict.word}, ${change(verdict.ratio)} (${change(low)} to ${change(high)})`,
              },
            ]}
          >
            <rect
              className="band"
              x={at(1 / (1 + band))}
              width={at(1 + band) - at(1 / (1 + band))}
              y={top}
              height={ROW}
            />
            <text className="label" x={0} y={middle + 4}>
              <title>{`${row.name}, ${metric.title}`}</title>
              {`${ICONS[verdict.word]} ${shortened(row.name, 13)}${row.floor ? ' (floor)' : ''} ${metric.column.replace(/ .*/, '')}`}
            </text>
            {mark === null ? null : (
              <line
                className="regression-mark"
                x1={at(markedAt(row, mark))}
                x2={at(markedAt(row, mark))}
                y1={top}
                y2={top + ROW}
              />
            )}
            <line className="bar" x1={at(low)} x2={at(high)} y1={middle} y2={middle} />
            <circle className="series-mark" cx={at(verdict.ratio)} cy={middle} r={4} />
            <text className="label" x={PLOT.right + 14} y={middle + 4}>
              {`${verdict.word} ${change(verdict.ratio)}`}
            </text>
          </Series>
        );
      })}
    </Chart>
  );
}

/** Ratio at either end of the axis, always beyond the band. */
function reachOf(rows: readonly Judged[], mark: number | null): number {
  const marks = mark === null ? [] : rows.map((row) => markedAt(row, mark));
  const ends = [...marks, ...rows.flatMap(({ verdict: { interval, ratio } }) => [interval.low, interval.high, ratio])];
  const furthest = Math.max(1.1, ...ends.map((end) => Math.max(end, 1 / end)).filter(Number.isFinite));
  return Math.min(MAX_REACH, furthest * 1.03);
}

const TICKS: readonly (readonly [reach: number, ticks: readonly number[]])[] = [
  [1.18, [1.05, 1.1]],
  [1.3, [1.1, 1.2]],
  [1.7, [1.25, 1.5]],
  [3.5, [1.5, 2, 3]],
  [Number.POSITIVE_INFINITY, [2, 5, 10, 20]],
];

/** Ticks at round changes to the right, and at those that undo them to the left. */
function ticksWithin(reach: number): number[] {
  const [, ticks] = TICKS.find(([maxReach]) => reach <= maxReach) ?? [0, []];
  const inside = ticks.filter((tick) => tick <= reach);
  return [...inside.map((tick) => 1 / tick).toReversed(), 1, ...inside];
}
