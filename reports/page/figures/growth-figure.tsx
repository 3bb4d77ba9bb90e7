import type { Case } from '../../../bench/results/schema.ts';
import { type Growth, growthOf } from '../../analysis/figures/effort.ts';
import { metric } from '../../kinds/lookup.ts';
import { MIN_FIT } from '../../kinds/shared/measuring.ts';
import { cellFigure, cellInterval, figures, integer } from '../../model/format.ts';
import type { Cell, Group } from '../../model/model.ts';
import { dimmedByName } from '../charts/chart.tsx';
import { LinePanels } from '../charts/line-panels.tsx';
import { Figure, Heads, Name } from '../parts/parts.tsx';
import type { SeriesStyles } from '../parts/series-style.ts';

type Props = {
  readonly id: string;
  readonly cases: readonly Case[];
  readonly group: Group;
  readonly styles: SeriesStyles;
};

/** Readings whose slope is the memory per session: a slope is as good as its line is straight. */
export function GrowthFigure({ id, cases, group, styles }: Props) {
  const growths = growthOf(cases, group);
  if (growths.length === 0) return null;
  const takeaway = growthTakeaway(group);
  return (
    <Figure
      id={id}
      title="Server memory by open sessions"
      takeaway={takeaway}
      note="Resident memory of the server process beyond that of the first step, read after garbage collection at each step; medians over the valid trials. Memory per session is the slope of the line, fitted to each trial separately; R² is that of the worst trial."
      data={<GrowthData growths={growths} group={group} />}
    >
      <LinePanels
        panels={[{ title: 'memory beyond the first step', unit: 'MiB', kind: 'linear', height: 260 }]}
        series={growths.map(({ name, steps }) => ({
          name,
          points: steps.map(({ sessions, bytes }) => ({
            x: sessions,
            values: [bytes / 2 ** 20],
            text: `${integer(sessions)} sessions: ${figures(bytes / 2 ** 20)} MiB`,
          })),
          refused: [],
        }))}
        axis={{ label: 'open sessions', kind: 'linear' }}
        styles={styles}
        label={takeaway}
        isDimmed={dimmedByName(group)}
      />
    </Figure>
  );
}

type ShownCell = Extract<Cell, { state: 'shown' }>;

function growthTakeaway({ rows }: Group): string {
  const choices = rows
    .filter(({ floor }) => !floor)
    .flatMap(({ name, cells: { sessionMemory: cell } }) => (cell.state === 'shown' ? [{ name, cell }] : []))
    .toSorted((a, b) => a.cell.median - b.cell.median);
  const [least, most] = [choices.at(0), choices.at(-1)];
  if (least === undefined || most === undefined) return 'The memory of no choice was sampled.';
  const described = ({ name, cell }: { name: string; cell: ShownCell }) => `${slopeText(cell)} with ${name}`;
  const first =
    least === most
      ? `A session takes ${described(least)}.`
      : `A session takes from ${described(least)} to ${described(most)}.`;
  const fits = choices.flatMap(({ name, cell: { fit } }) => (fit === null ? [] : [{ name, fit }]));
  const worst = fits.toSorted((a, b) => a.fit - b.fit).at(0);
  if (worst === undefined) return first;
  return worst.fit < MIN_FIT
    ? `${first} Not every line is straight: R² of ${worst.name} is ${figures(worst.fit)}, so its slope is a rough figure.`
    : `${first} All lines are straight (R² at least ${fitText(worst.fit)}).`;
}

function slopeText(cell: ShownCell): string {
  const definition = metric('sessionMemory');
  const interval = cell.interval === null ? '' : ` (${cellInterval(definition, cell)})`;
  return `${cellFigure(definition, cell)} ${definition.unit}${interval}`;
}

/** Rounds a fit down, so that it never looks better than it was. */
const fitText = (fit: number): string => String(Math.floor(fit * 1e4) / 1e4);

type DataProps = { readonly growths: readonly Growth[]; readonly group: Group };

function GrowthData({ growths, group }: DataProps) {
  const steps = [...new Set(growths.flatMap((one) => one.steps.map(({ sessions }) => sessions)))].toSorted(
    (a, b) => a - b,
  );
  return (
    <table className="sums">
      <caption>MiB beyond the first step, by open sessions</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <Heads of={steps.map(integer)} />
          <th scope="col">KiB / session (interval)</th>
        </tr>
      </thead>
      <tbody>
        {growths.map(({ caseId, name, steps: read }) => {
          const cell = group.rows.find((row) => row.caseId === caseId)?.cells.sessionMemory;
          return (
            <tr key={caseId}>
              <th scope="row">
                <Name>{name}</Name>
              </th>
              {steps.map((sessions) => {
                const found = read.find((step) => step.sessions === sessions);
                return <td key={sessions}>{found === undefined ? '—' : figures(found.bytes / 2 ** 20)}</td>;
              })}
              <td>{cell?.state === 'shown' ? slopeText(cell) : '—'}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
