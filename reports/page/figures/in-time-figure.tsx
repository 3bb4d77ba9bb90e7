import { scaleLinear } from 'd3-scale';
import { type InTime, inTimeOf, type Mark, shareIn } from '../../analysis/figures/in-time.ts';
import { boundMark, cellFigure, cellInterval, figures, list, percentage } from '../../model/format.ts';
import { objectiveSource } from '../../model/in-time.ts';
import type { Group } from '../../model/model.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { linearTicks, round } from '../charts/axis.ts';
import { Chart, Series } from '../charts/chart.tsx';
import { Figure, shortened } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { SumsTable } from '../parts/sums-table.tsx';

const WIDTH = 540;
const PLOT = { left: 118, right: 430, top: 38 };
const ROW = 26;

type Props = { readonly id: string; readonly group: Group; readonly styles: SeriesStyles };

/** p50 to p99.9 of each transport over one network, and its share in time. */
export function InTimeFigure({ id, group, styles }: Props) {
  const { inTime, question } = group;
  const rows = inTimeOf(group);
  if (inTime === null || rows.length === 0) return null;
  const takeaway = inTimeTakeaway(rows, question.network);
  return (
    <Figure
      id={id}
      title={`Latency and share in time over ${question.networkTitle ?? question.network}`}
      takeaway={takeaway}
      note={
        'From p50 (hollow) over p99 (filled) to p99.9 (upright line), medians over the valid trials, on a linear axis. Dotted: the limit of ' +
        `the share in time, ${objectiveSource(inTime, question.rttSeconds ?? 0)}. The share counts what was lost or is overdue as not in time.` +
        deepNote(rows)
      }
      data={<InTimeData rows={rows} group={group} />}
    >
      <Rows rows={rows} limitSeconds={inTime.seconds} styles={styles} label={takeaway} />
    </Figure>
  );
}

/** Says where p99.9 comes from, or what it would take. */
function deepNote(rows: readonly InTime[]): string {
  const deep = rows.flatMap(({ marks }) => marks.filter(({ percentile }) => percentile === 'p99.9'));
  const missing = rows.filter(({ marks }) => !marks.some(({ percentile }) => percentile === 'p99.9'));
  const pooled = deep.some(({ firm }) => !firm)
    ? ' Dashed: single trials have too few samples beyond p99.9, all of them together have enough.'
    : '';
  return missing.length === 0
    ? pooled
    : `${pooled} p99.9 needs 10,000 deliveries in all trials together and is left out ${missing.length === rows.length ? 'here' : 'where there were fewer'}.`;
}

function inTimeTakeaway(rows: readonly InTime[], network: string): string {
  const known = rows.filter(({ floor, share }) => !floor && share.state === 'shown');
  const [best, worst] = [known.at(0), known.at(-1)];
  if (best === undefined || worst === undefined) return `No choice has a share in time over ${network}.`;
  const all = known.filter((row) => shareIn(row) === 1);
  if (all.length === known.length) return `Over ${network}, every choice delivers all messages in time.`;
  const text = (row: InTime): string => `${percentage(shareIn(row))} % (${row.name})`;
  if (best === worst) return `Over ${network}, ${text(best)} of the messages are in time.`;
  const top = known.filter((row) => shareIn(row) === shareIn(best)).map(({ name }) => name);
  const first = `${percentage(shareIn(best))} % (${list(top.slice(0, 3), 'and')}${top.length > 3 ? ' and others' : ''})`;
  return `Over ${network}, the share of messages in time ranges from ${text(worst)} to ${first}.`;
}

type RowsProps = {
  readonly rows: readonly InTime[];
  readonly limitSeconds: number;
  readonly styles: SeriesStyles;
  readonly label: string;
};

function Rows({ rows, limitSeconds, styles, label }: RowsProps) {
  const bottom = PLOT.top + rows.length * ROW;
  const times = rows.flatMap(({ marks }) => marks.map(({ seconds }) => seconds));
  const max = Math.max(limitSeconds, ...times) * 1.04e3;
  const scale = scaleLinear([0, max], [PLOT.left, PLOT.right]);
  const at = (seconds: number): number => round(scale(seconds * 1e3));
  const limit = at(limitSeconds);
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      <text className="tick" x={limit} y={PLOT.top - 8} textAnchor={limit > 350 ? 'end' : 'middle'}>
        in time: {figures(limitSeconds * 1e3)} ms
      </text>
      <text className="tick" x={WIDTH} y={14} textAnchor="end">
        in time, %
      </text>
      <TicksAcross ticks={linearTicks(0, max)} at={(tick) => scale(tick)} top={PLOT.top - 4} bottom={bottom} />
      <path className="time-limit" d={`M${limit} ${PLOT.top - 4}V${bottom}`} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        response, ms
      </text>
      {rows.map(({ caseId, name, marks, share }, index) => {
        const style = styles(name);
        const middle = PLOT.top + (index + 0.5) * ROW;
        const [first, last] = [marks.at(0), marks.at(-1)];
        return (
          <Series
            key={caseId}
            name={name}
            style={style}
            points={[
              ...marks.map((mark) => ({ x: at(mark.seconds), y: middle, text: markText(mark) })),
              { x: PLOT.right + 60, y: middle, text: `${shareText(share)} in time` },
            ]}
          >
            <text className="label" x={0} y={middle + 4}>
              <title>{name}</title>
              {shortened(name, 15)}
            </text>
            {first === undefined || last === undefined ? null : (
              <path className="between" d={`M${at(first.seconds)} ${middle}H${at(last.seconds)}`} />
            )}
            {marks.map((mark) => (
              <MarkShape key={mark.percentile} mark={mark} x={at(mark.seconds)} y={middle} d={markerPath(style, 60)} />
            ))}
            <text className="amount" x={WIDTH} y={middle + 4} textAnchor="end">
              {share.state === 'shown' ? percentage(share.median) : '—'}
            </text>
          </Series>
        );
      })}
    </Chart>
  );
}

/** Mark of a percentile: hollow for p50, filled for p99, an upright line for p99.9. */
function MarkShape({ mark, x, y, d }: { mark: Mark; x: number; y: number; d: string }) {
  if (mark.percentile === 'p99.9') {
    return <path className="series-line" d={`M${x} ${y - 7}V${y + 7}`} strokeDasharray={mark.firm ? 'none' : '3 2'} />;
  }
  const className = mark.percentile === 'p50' ? 'dominated' : 'series-mark';
  return <path className={className} d={d} transform={`translate(${x} ${y})`} />;
}

const markText = ({ percentile, seconds, bounded, firm }: Mark): string =>
  `${percentile} ${boundMark(bounded)}${figures(seconds * 1e3)} ms${firm ? '' : ', of all trials together'}`;

const shareText = (share: InTime['share']): string =>
  share.state === 'shown' ? `${percentage(share.median)} %` : `no share (${share.reason})`;

function InTimeData({ rows, group }: { readonly rows: readonly InTime[]; readonly group: Group }) {
  const { metric } = group.columns['in-time'];
  return (
    <SumsTable
      caption="Response in ms and share in time, medians over the valid trials"
      heads={['p50', 'p99', 'p99.9', 'In time, %', '95 % interval']}
      rows={rows.map(({ caseId, name, marks, share }) => ({
        key: caseId,
        name,
        cells: [
          ...(['p50', 'p99', 'p99.9'] as const).map((percentile) => {
            const mark = marks.find((one) => one.percentile === percentile);
            return mark === undefined ? '—' : `${boundMark(mark.bounded)}${figures(mark.seconds * 1e3)}`;
          }),
          share.state === 'shown' ? cellFigure(metric, share) : '—',
          share.state === 'shown' ? cellInterval(metric, share) || '—' : '—',
        ],
      }))}
    />
  );
}
