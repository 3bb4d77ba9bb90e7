import { scaleLinear } from 'd3-scale';
import { agrees, type Trips, tripsOf } from '../../analysis/figures/round-trips.ts';
import { countOf, figures, list } from '../../model/format.ts';
import type { Group } from '../../model/model.ts';
import { TicksAcross } from '../charts/axes.tsx';
import { linearTicks, round } from '../charts/axis.ts';
import { Chart, Series } from '../charts/chart.tsx';
import { Figure, Heads, Name, shortened } from '../parts/parts.tsx';

const WIDTH = 540;
const PLOT = { left: 118, right: 440, top: 34 };
const ROW = 50;
const BAR = 12;

type Props = { readonly id: string; readonly group: Group };

/** Round trips until a session is usable: steps of the handshakes beside the measured time. */
export function TripsFigure({ id, group }: Props) {
  const trips = tripsOf(group);
  const [first] = trips;
  if (first === undefined) return null;
  const takeaway = tripsTakeaway(trips);
  return (
    <Figure
      id={id}
      title="Round trips until a session is usable"
      takeaway={takeaway}
      note={
        'Upper bar: the steps that a client has to wait for, one after the other, by the protocols’ specifications. Lower bar: the ' +
        `measured time divided by the network’s round trip of ${figures(first.rttSeconds * 1e3)} ms, in the parts that the client can tell ` +
        'apart; medians over the valid trials, of sessions opened one at a time. What a server or a client computes counts as part of a ' +
        'round trip, and is less of one over a slower network. The table has the clauses.'
      }
      data={<TripsData trips={trips} />}
    >
      <Bars trips={trips} label={takeaway} />
    </Figure>
  );
}

function tripsTakeaway(trips: readonly Trips[]): string {
  const choices = trips.filter(({ floor }) => !floor);
  const of = choices.length > 0 ? choices : trips;
  const byCount = [...Map.groupBy(of, ({ expected }) => expected)].toSorted(([a], [b]) => a - b);
  const parts = byCount.map(([count, those], index) => {
    const names = list(
      those.map(({ name }) => name),
      'and',
    );
    const verb = index > 0 ? '' : those.length === 1 ? ' takes' : ' take';
    return `${names}${verb} ${index === 0 ? countOf(count, 'round trip') : plain(count)}`;
  });
  const off = of.filter((one) => !agrees(one));
  const sure =
    off.length === 0
      ? 'What was measured agrees with the specifications within 0.3 of a round trip.'
      : `Measured otherwise: ${list(
          off.map(({ name, measured }) => `${name} (${measured.toFixed(1)})`),
          'and',
        )}.`;
  return `By the specifications, ${list(parts, 'and')}. ${sure}`;
}

function Bars({ trips, label }: { readonly trips: readonly Trips[]; readonly label: string }) {
  const bottom = PLOT.top + trips.length * ROW;
  const max = Math.max(1, ...trips.flatMap(({ measured, expected }) => [measured, expected]));
  const x = scaleLinear([0, max], [PLOT.left, PLOT.right]);
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      <rect className="step-box" x={1} y={6} width={12} height={12} />
      <text className="tick" x={18} y={16}>
        by specification
      </text>
      <rect className="overhead" x={120} y={6} width={12} height={12} />
      <text className="tick" x={137} y={16}>
        measured
      </text>
      <text className="tick" x={WIDTH} y={16} textAnchor="end">
        specified · measured
      </text>
      <TicksAcross ticks={linearTicks(0, max).filter(Number.isInteger)} at={x} top={PLOT.top - 4} bottom={bottom} />
      <text className="axis" x={(PLOT.left + PLOT.right) / 2} y={bottom + 34} textAnchor="middle">
        round trips
      </text>
      {trips.map(({ caseId, name, theory, parts, expected, measured }, index) => {
        const top = PLOT.top + index * ROW + 2;
        const steps = placed(theory);
        return (
          <Series
            key={caseId}
            name={name}
            style={null}
            points={[
              { x: x(expected), y: top + 6, text: `by specification ${plain(expected)}: ${stepsText(theory)}` },
              { x: x(measured), y: top + 20, text: `measured ${measured.toFixed(2)}: ${stepsText(parts, 2)}` },
            ]}
          >
            <text className="label" x={0} y={top + 18}>
              <title>{name}</title>
              {shortened(name, 15)}
            </text>
            {steps.map(({ step, from, to }) => (
              <rect
                key={`${from} ${step}`}
                className="step-box"
                x={round(x(from))}
                y={top}
                width={round(x(to) - x(from))}
                height={BAR}
              />
            ))}
            {placed(parts).map(({ step, from, to }, at) => (
              <rect
                key={`${from} ${step}`}
                className={at % 2 === 0 ? 'overhead' : 'overhead other'}
                x={round(x(from))}
                y={top + BAR + 2}
                width={round(x(to) - x(from))}
                height={BAR}
              />
            ))}
            <text className="way" x={PLOT.left} y={top + 2 * BAR + 14}>
              {shortened(stepsText(theory), 62)}
            </text>
            <text className="amount" x={WIDTH} y={top + 18} textAnchor="end">
              {plain(expected)} · {measured.toFixed(1)}
            </text>
          </Series>
        );
      })}
    </Chart>
  );
}

/** Number of round trips without trailing zeros. */
const plain = (value: number): string => String(Number(value.toFixed(2)));

type Step = { readonly step: string; readonly roundTrips: number };

/** Steps with their ends on the axis. */
function placed(steps: readonly Step[]): { readonly step: string; readonly from: number; readonly to: number }[] {
  let from = 0;
  return steps.map(({ step, roundTrips }) => {
    const one = { step, from, to: from + roundTrips };
    from = one.to;
    return one;
  });
}

/** Steps in words, with their round trips where they are not one: `TCP, TLS, DTLS 2`. */
const stepsText = (steps: readonly Step[], digits = 0): string =>
  steps
    .map(({ step, roundTrips }) =>
      digits === 0 && roundTrips === 1
        ? step
        : `${step} ${digits === 0 ? plain(roundTrips) : roundTrips.toFixed(digits)}`,
    )
    .join(', ');

function TripsData({ trips }: { readonly trips: readonly Trips[] }) {
  return (
    <table className="sums">
      <caption>Round trips until a session is usable; measured ones are medians over the valid trials</caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <Heads of={['Specified', 'Measured', 'Difference', 'Steps and their clauses', 'Measured parts']} />
        </tr>
      </thead>
      <tbody>
        {trips.map(({ caseId, name, expected, measured, theory, parts }) => (
          <tr key={caseId}>
            <th scope="row">
              <Name>{name}</Name>
            </th>
            <td>{plain(expected)}</td>
            <td>{measured.toFixed(2)}</td>
            <td>{(measured - expected).toFixed(2).replace('-', '−')}</td>
            <td className="reasons">
              {theory.map(({ step, roundTrips, source }) => `${step} ${plain(roundTrips)} (${source})`).join('; ')}
            </td>
            <td className="reasons">{stepsText(parts, 2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
