import { type Herd, herdsOf } from '../../analysis/figures/herd.ts';
import { figures, integer } from '../../model/format.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { linearScale, linearTicks, round } from '../charts/axis.ts';
import { type CasesProps, Chart, Series } from '../charts/chart.tsx';
import { Figure, shortened } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { SumsTable } from '../parts/sums-table.tsx';

const WIDTH = 540;
const PLOT = { left: 150, right: 372, top: 30 };
const ROW = 22;
/** Right ends of the columns behind the plot. */
const COLUMNS = { peak: 440, cpu: 494, refused: WIDTH };

/** Return of sessions that were lost together: their waits before the first attempt, and what the server has of it. */
export function HerdFigure({ id, group, cases, styles }: CasesProps) {
  const herds = herdsOf(cases, group);
  if (herds.length === 0) return null;
  const takeaway = takeawayOf(herds);
  return (
    <Figure
      id={id}
      title="The herd"
      takeaway={takeaway}
      note={
        'Time from the moment at which a session learns of its end to its first attempt, of the sessions of all valid trials. Mark: median; ' +
        'bar: the middle half; line: from the 5th to the 95th percentile. The managed policy draws each wait between 0 and 1 s, all times being equally ' +
        'likely; attempts of libraries are those of which they tell. At the right: most attempts in one second, CPU time of the server ' +
        'until the last session was back, and connections that it refused because its queue was full.'
      }
      data={<HerdData herds={herds} />}
    >
      <Rows herds={herds} styles={styles} label={takeaway} />
    </Figure>
  );
}

const nameOf = ({ flag, policy }: Herd): string => (policy === 'managed' ? flag : `${flag} (${policy})`);

const spread = ({ p5, p95 }: Herd): number => p95 - p5;

function takeawayOf(all: readonly Herd[]): string {
  const choices = all.filter(({ floor }) => !floor);
  const herds = (choices.length > 0 ? choices : all).toSorted((a, b) => spread(a) - spread(b));
  const [first, last] = [herds.at(0), herds.at(-1)];
  if (first === undefined || last === undefined) return 'No session made an attempt.';
  const range = (one: Herd): string =>
    `${figures(one.p5, 2)} to ${figures(one.p95, 2)} s after the loss with ${nameOf(one)}`;
  const most = herds.toSorted((a, b) => b.peak - a.peak)[0] ?? last;
  const peak = ` ${nameOf(most)} makes the most attempts in one second, ${figures(most.peak, 2)}.`;
  return first === last
    ? `First attempts begin ${range(first)}.${peak}`
    : `First attempts are spread the least, ${range(first)}, and the most, ${range(last)}.${peak}`;
}

type RowsProps = { readonly herds: readonly Herd[]; readonly styles: SeriesStyles; readonly label: string };

function Rows({ herds, styles, label }: RowsProps) {
  const bottom = PLOT.top + herds.length * ROW;
  const max = Math.max(0.1, ...herds.map(({ p95 }) => p95)) * 1.04;
  const scale = linearScale([0, max], [PLOT.left, PLOT.right]);
  const at = (seconds: number): number => round(scale(seconds));
  const heads = [
    { x: COLUMNS.peak, text: 'attempts/s' },
    { x: COLUMNS.cpu, text: 'CPU s' },
    { x: COLUMNS.refused, text: 'refused' },
  ];
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      <TicksAcross ticks={linearTicks(0, max)} at={at} top={PLOT.top - 4} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        seconds from the loss to the first attempt
      </text>
      {heads.map(({ x, text }) => (
        <text key={text} className="tick" x={x} y={PLOT.top - 10} textAnchor="end">
          {text}
        </text>
      ))}
      {herds.map((herd, index) => {
        const { caseId, name, waits, p5, p25, p50, p75, p95, peak, cpuSeconds, refused } = herd;
        const middle = PLOT.top + (index + 0.5) * ROW;
        const style = styles(name);
        const text = `first attempts after ${seconds(p50)}, from ${seconds(p5)} to ${seconds(p95)} (${integer(waits)})`;
        return (
          <Series key={caseId} name={name} style={style} points={[{ x: at(p50), y: middle, text }]}>
            <text className="label" x={0} y={middle + 4}>
              <title>{nameOf(herd)}</title>
              {shortened(nameOf(herd), 22)}
            </text>
            <path className="between" d={`M${at(p5)} ${middle}H${at(p95)}`} />
            <rect
              className="dominated"
              x={at(p25)}
              y={middle - 4}
              width={round(Math.max(1, at(p75) - at(p25)))}
              height={8}
            />
            <path className="series-mark" d={markerPath(style, 50)} transform={`translate(${at(p50)} ${middle})`} />
            <text className="amount" x={COLUMNS.peak} y={middle + 4} textAnchor="end">
              {figures(peak, 2)}
            </text>
            <text className="amount" x={COLUMNS.cpu} y={middle + 4} textAnchor="end">
              {figures(cpuSeconds, 2)}
            </text>
            <text className="amount" x={COLUMNS.refused} y={middle + 4} textAnchor="end">
              {refused === null ? '—' : integer(refused)}
            </text>
          </Series>
        );
      })}
    </Chart>
  );
}

const seconds = (value: number): string => `${figures(value, 2)} s`;

const HerdData = ({ herds }: { readonly herds: readonly Herd[] }) => (
  <SumsTable
    caption="Seconds from the loss to the first attempt, over the sessions of all valid trials; the rest: medians over the valid trials, and the sum of refusals"
    heads={[
      'Policy',
      'Waits',
      'p5',
      'p25',
      'p50',
      'p75',
      'p95',
      'Attempts in the busiest second',
      'Server CPU, s',
      'Refused',
    ]}
    rows={herds.map((one) => ({
      key: one.caseId,
      name: one.flag,
      cells: [
        one.policy,
        integer(one.waits),
        ...[one.p5, one.p25, one.p50, one.p75, one.p95, one.peak, one.cpuSeconds].map((value) => figures(value, 2)),
        one.refused === null ? '—' : integer(one.refused),
      ],
    }))}
  />
);
