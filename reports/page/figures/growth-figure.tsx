import type { Case } from '../../../bench/results/schema.ts';
import { type Growth, growthOf } from '../../analysis/figures/effort.ts';
import { metric } from '../../kinds/lookup.ts';
import { MIN_FIT } from '../../kinds/shared/measuring.ts';
import { cellFigure, cellInterval, figures, integer } from '../../model/format.ts';
import type { Cell, Group } from '../../model/model.ts';
import { LinePanels } from '../charts/line-panels.tsx';
import { mutedByName } from '../charts/muted.ts';
import type { Identities } from '../parts/identity.ts';
import { Figure, Heads, Name } from '../parts/parts.tsx';

type Props = {
  readonly id: string;
  readonly cases: readonly Case[];
  readonly group: Group;
  readonly identities: Identities;
};

/** The readings that memory per session is the slope of: a slope is as good as its line is straight. */
export function GrowthFigure({ id, cases, group, identities }: Props) {
  const growths = growthOf(cases, group);
  if (growths.length === 0) return null;
  const takeaway = growthTakeaway(group);
  return (
    <Figure
      id={id}
      title="Server memory by open sessions"
      takeaway={takeaway}
      note="Resident memory of the server process above that of its first step, read after garbage collection at each step; medians over the valid trials. Memory per session is the slope, fitted to each trial apart; R² is of the worst of them."
      data={<GrowthData growths={growths} group={group} />}
    >
      <LinePanels
        panels={[{ title: 'memory above the first step', unit: 'MiB', kind: 'linear', height: 260 }]}
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
        identities={identities}
        label={takeaway}
        isMuted={mutedByName(group)}
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
  if (least === undefined || most === undefined) return 'No choice’s memory was sampled.';
  const said = ({ name, cell }: { name: string; cell: ShownCell }) => `${slopeText(cell)} for ${name}`;
  const first =
    least === most ? `A session takes ${said(least)}.` : `A session takes from ${said(least)} to ${said(most)}.`;
  const fits = choices.flatMap(({ name, cell: { fit } }) => (fit === null ? [] : [{ name, fit }]));
  const worst = fits.toSorted((a, b) => a.fit - b.fit).at(0);
  if (worst === undefined) return first;
  return worst.fit < MIN_FIT
    ? `${first} Not every line is straight: R² of ${worst.name} is ${figures(worst.fit)}, and its slope a rough figure.`
    : `${first} All lines are straight (R² at least ${fitText(worst.fit)}).`;
}

function slopeText(cell: ShownCell): string {
  const definition = metric('sessionMemory');
  const interval = cell.interval === null ? '' : ` (${cellInterval(definition, cell)})`;
  return `${cellFigure(definition, cell)} ${definition.unit}${interval}`;
}

/** Rounded down: a fit is never better than it was. */
const fitText = (fit: number): string => String(Math.floor(fit * 1e4) / 1e4);

type DataProps = { readonly growths: readonly Growth[]; readonly group: Group };

function GrowthData({ growths, group }: DataProps) {
  const steps = [...new Set(growths.flatMap((one) => one.steps.map(({ sessions }) => sessions)))].toSorted(
    (a, b) => a - b,
  );
  return (
    <table className="sums">
      <caption>MiB above the first step, by open sessions</caption>
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
