import { scaleLog } from 'd3-scale';
import type { Case } from '../../../bench/results/schema.ts';
import {
  type Deliveries,
  deliveriesOf,
  deliveriesTakeaway,
  FAULT_WORDS,
  FAULTS,
  type Fault,
  faultsIn,
  shareOf,
} from '../../analysis/figures/deliveries.ts';
import { figures, integer } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { logDomain, logTicks, round } from '../charts/axis.ts';
import { Chart, Series } from '../charts/chart.tsx';
import { Heads, Scroll, SeriesHead, shortened } from '../parts/parts.tsx';
import type { SeriesStyles } from '../parts/series-style.ts';

type Props = { readonly cases: readonly Case[]; readonly groups: readonly Group[]; readonly styles: SeriesStyles };

/** Section on deliveries: one sentence if nothing went astray, else the lost, duplicate and late messages of each transport. */
export function DeliveriesSection({ cases, groups, styles }: Props) {
  const asked = groups.map((group) => ({ group, rows: deliveriesOf(cases, group) }));
  const all = asked.flatMap(({ rows }) => rows);
  if (all.length === 0) return null;
  const faulty = asked
    .map(({ group, rows }) => ({ group, rows: rows.filter((row) => faultsIn(row).length > 0) }))
    .filter(({ rows }) => rows.length > 0);
  return (
    <section id="deliveries" className="block">
      <h2>Deliveries</h2>
      <p className="lead">{deliveriesTakeaway(all)}</p>
      {faulty.length === 0 ? null : (
        <div className="figures">
          {faulty.map(({ group, rows }) => (
            <Faults key={group.id} group={group} rows={rows} styles={styles} />
          ))}
        </div>
      )}
      {faulty.length === 0 ? null : (
        <p className="note">
          Counted over every measured trial, including those that count towards no figure. Transports to which none of
          this happened are not listed. Late: delivered after the objective’s time. Where a transport does not promise
          order or delivery, such messages are its result and no fault.
        </p>
      )}
    </section>
  );
}

type FaultsProps = { readonly group: Group; readonly rows: readonly Deliveries[]; readonly styles: SeriesStyles };

function Faults({ group, rows, styles }: FaultsProps) {
  const kinds = FAULTS.filter((fault) => rows.some((row) => (row[fault] ?? 0) > 0));
  return (
    <figure className="card">
      <figcaption>
        <h3>What went astray: {group.title}</h3>
      </figcaption>
      <Scroll label={`Chart: what went astray: ${group.title}`}>
        <Shares rows={rows} styles={styles} label={deliveriesTakeaway(rows)} />
      </Scroll>
      <Scroll label={`Data: what went astray: ${group.title}`}>
        <table className="deliveries">
          <thead>
            <tr>
              <th scope="col">Transport</th>
              <Heads
                of={['Trials', 'Expected', 'Delivered', ...kinds.map((fault) => FAULT_WORDS[fault])]}
                className="number"
              />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.caseId}>
                <SeriesHead name={row.name} styles={styles} />
                <td className="number">{integer(row.trials)}</td>
                <td className="number">{integer(row.owed)}</td>
                <td className="number">{integer(row.delivered)}</td>
                {kinds.map((fault) => (
                  <td key={fault} className={(row[fault] ?? 0) > 0 ? 'number some' : 'number'}>
                    {row[fault] === null ? '—' : integer(row[fault])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </figure>
  );
}

const WIDTH = 540;
const PLOT = { left: 118, right: 520, top: 26 };
const ROW = 26;

const LETTERS: Readonly<Record<Fault, string>> = {
  late: 'T',
  lost: 'L',
  overdue: 'Q',
  unsent: 'N',
  duplicated: 'D',
  reordered: 'O',
  corrupt: 'C',
  unexpected: 'X',
};

/** Shares on a logarithmic scale, where one in a million and one in ten both have a place; as a part of a bar most would be less than a pixel. */
function Shares({ rows, styles, label }: Omit<FaultsProps, 'group'> & { readonly label: string }) {
  const bottom = PLOT.top + rows.length * ROW;
  const shares = rows.flatMap((row) => faultsIn(row).map((fault) => shareOf(row, fault) * 100));
  const domain = logDomain(shares, 2);
  const x = scaleLog(domain, [PLOT.left + 10, PLOT.right]);
  const seen = FAULTS.filter((fault) => rows.some((row) => (row[fault] ?? 0) > 0));
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      <text className="tick" x={0} y={12}>
        {seen.map((fault) => `${LETTERS[fault]} ${FAULT_WORDS[fault]}`).join('  ·  ')}
      </text>
      <TicksAcross ticks={logTicks(...domain)} at={x} top={PLOT.top} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        % of the expected deliveries (log)
      </text>
      {rows.map((row, index) => {
        const middle = PLOT.top + (index + 0.5) * ROW;
        return (
          <Series
            key={row.caseId}
            name={row.name}
            style={styles(row.name)}
            points={faultsIn(row).map((fault) => ({
              x: x(shareOf(row, fault) * 100),
              y: middle,
              text: `${integer(row[fault] ?? 0)} ${FAULT_WORDS[fault]}, ${figures(shareOf(row, fault) * 100)} %`,
            }))}
          >
            <text className="label" x={0} y={middle + 4}>
              <title>{row.name}</title>
              {shortened(row.name, 15)}
            </text>
            {faultsIn(row).map((fault) => {
              const left = round(x(shareOf(row, fault) * 100));
              return (
                <g key={fault}>
                  <circle className="fault-letter" cx={left} cy={middle} r={8.5} />
                  <text className="way" x={left} y={middle + 4} textAnchor="middle">
                    {LETTERS[fault]}
                  </text>
                </g>
              );
            })}
          </Series>
        );
      })}
    </Chart>
  );
}
