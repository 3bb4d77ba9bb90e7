import { scaleLog } from 'd3-scale';
import type { Case } from '../../../bench/results/schema.ts';
import { type Effort, effortsOf } from '../../analysis/figures/effort.ts';
import { reportOf } from '../../kinds/lookup.ts';
import { countOf, figures, share } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { logDomain, logTicks, round } from '../charts/axis.ts';
import { Chart, Series } from '../charts/chart.tsx';
import { Figure, shortened } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { SumsTable } from '../parts/sums-table.tsx';
import { batchingEnd } from './captions.ts';

const WIDTH = 540;
const PLOT = { left: 118, right: 420, top: 32 };
const ROW = 24;

type Props = {
  readonly id: string;
  readonly cases: readonly Case[];
  readonly group: Group;
  readonly styles: SeriesStyles;
};

/** CPU time of server and load generator per message: which one was the limit? */
export function EffortFigure({ id, cases, group, styles }: Props) {
  const efforts = effortsOf(cases, group).filter(({ server }) => server !== null);
  if (efforts.length === 0) return null;
  const words = reportOf(group.question).effort;
  const takeaway = effortTakeaway(efforts, words?.limit ?? null);
  return (
    <Figure
      id={id}
      title="CPU per message, both sides"
      takeaway={takeaway}
      note={
        `Filled: the server process, user and system time. Hollow: the load generator, ${words?.note ?? ''}` +
        ' Both are per delivered message, medians over the valid trials.' +
        batchingEnd(group) +
        (efforts.some(({ atMost }) => atMost)
          ? ' †: the generator had several workers and only the busiest one was read, so its figure is an upper bound.'
          : '')
      }
      data={<EffortData efforts={efforts} />}
    >
      <Dots efforts={efforts} styles={styles} label={takeaway} />
    </Figure>
  );
}

/** Share of its time up to which a worker is no limit; a busier one is part of what was measured. */
const MAX_BUSY = 0.5;

function effortTakeaway(efforts: readonly Effort[], limit: string | null): string {
  const choices = efforts.filter(({ floor }) => !floor);
  const heavier = choices.filter(({ server, generator }) => server !== null && generator > server);
  const many =
    heavier.length === 0
      ? `The server spends more CPU time on a message than the load generator with all ${countOf(choices.length, 'choice')}.`
      : `The load generator spends more CPU time on a message than the server with ${heavier.length} of ${countOf(choices.length, 'choice')}.`;
  if (limit !== null) return `${many} ${limit}`;
  const busiest = efforts.toSorted((a, b) => b.busy - a.busy).at(0);
  if (busiest === undefined) return many;
  const spare =
    busiest.busy <= MAX_BUSY
      ? `The generator was not the limit: its busiest worker was at most ${share(busiest.busy)} busy (${busiest.name}).`
      : `The generator’s busiest worker was up to ${share(busiest.busy)} busy (${busiest.name}); a generator near its limit is part of what it measures.`;
  return `${many} ${spare}`;
}

function Dots({ efforts, styles, label }: { efforts: readonly Effort[]; styles: SeriesStyles; label: string }) {
  const bottom = PLOT.top + efforts.length * ROW;
  const domain = logDomain(
    efforts.flatMap(({ server, generator }) => [(server ?? 0) * 1e6, generator * 1e6]),
    1.2,
  );
  const x = scaleLog(domain, [PLOT.left + 8, PLOT.right]).clamp(true);
  const at = (seconds: number): number => round(x(Math.max(domain[0], seconds * 1e6)));
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      <circle className="key-server" cx={PLOT.left + 6} cy={10} r={5} />
      <text className="tick" x={PLOT.left + 17} y={14}>
        server
      </text>
      <circle className="key-generator" cx={PLOT.left + 72} cy={10} r={5} />
      <text className="tick" x={PLOT.left + 83} y={14}>
        generator
      </text>
      <text className="tick" x={WIDTH} y={14} textAnchor="end">
        server · generator, µs
      </text>
      <TicksAcross ticks={logTicks(...domain)} at={x} top={PLOT.top - 4} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        µs of CPU per delivered message (log)
      </text>
      {efforts.map(({ caseId, name, server, generator, atMost }, index) => {
        const style = styles(name);
        const middle = PLOT.top + (index + 0.5) * ROW;
        const d = markerPath(style, 60);
        return (
          <Series
            key={caseId}
            name={name}
            style={style}
            points={[
              { x: at(server ?? 0), y: middle, text: `server ${figures((server ?? 0) * 1e6)} µs of CPU per message` },
              {
                x: at(generator),
                y: middle,
                text: `generator ${atMost ? 'at most ' : ''}${figures(generator * 1e6)} µs per message`,
              },
            ]}
          >
            <text className="label" x={0} y={middle + 4}>
              <title>{name}</title>
              {shortened(name, 15)}
            </text>
            <path className="between" d={`M${at(server ?? 0)} ${middle}H${at(generator)}`} />
            <path className="series-mark" d={d} transform={`translate(${at(server ?? 0)} ${middle})`} />
            <path className="dominated" d={d} transform={`translate(${at(generator)} ${middle})`} />
            <text className="amount" x={WIDTH} y={middle + 4} textAnchor="end">
              {figures((server ?? 0) * 1e6)} · {figures(generator * 1e6)}
              {atMost ? ' †' : ''}
            </text>
          </Series>
        );
      })}
    </Chart>
  );
}

function EffortData({ efforts }: { efforts: readonly Effort[] }) {
  return (
    <SumsTable
      caption="CPU time per delivered message, medians over the valid trials; “busy” is of the worst trial"
      heads={['Server µs', 'Generator µs', 'Generator / server', 'Busiest worker, busy']}
      rows={efforts.map(({ caseId, name, server, generator, busy, atMost }) => ({
        key: caseId,
        name,
        cells: [
          figures((server ?? 0) * 1e6),
          `${atMost ? '≤ ' : ''}${figures(generator * 1e6)}`,
          server === null || server === 0 ? '—' : `${(generator / server).toFixed(2)}×`,
          share(busy),
        ],
      }))}
    />
  );
}
