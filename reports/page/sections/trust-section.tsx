import type { Results } from '../../../bench/results/schema.ts';
import type { Gate, GateStatus } from '../../analysis/trust/gate.ts';
import { gatesOf, gatesTakeaway } from '../../analysis/trust/gates.ts';
import type { Analysis } from '../../model/model.ts';
import { Heads, Prose, Scroll } from '../parts/parts.tsx';
import { Reading } from './reading.tsx';
import { Environment, Implementations } from './surroundings.tsx';

type Props = { readonly results: Results; readonly analysis: Analysis };

/** Section on the conditions that the figures depend on, what the figures mean, and how to repeat the run. */
export function TrustSection({ results, analysis }: Props) {
  const gates = gatesOf({ results, analysis });
  return (
    <section id="trust" className="block">
      <h2>Can I trust this?</h2>
      <p className="lead">{gatesTakeaway(gates)}</p>
      <GateTables gates={gates} />
      <Implementations results={results} />
      <Reading analysis={analysis} />
      <Environment results={results} analysis={analysis} />
    </section>
  );
}

const STATUS: Readonly<Record<GateStatus, { icon: string; word: string; className: string }>> = {
  kept: { icon: '✓', word: 'kept', className: 'state-valid' },
  note: { icon: '!', word: 'note', className: 'state-suspect' },
  broken: { icon: '✕', word: 'broken', className: 'state-invalid' },
  unknown: { icon: '·', word: 'not known', className: 'state-missing' },
};

const HEADS = ['Check', 'Status', 'Observed', 'Threshold'];

/** Tables of conditions. Those that are kept need no consequence and no remedy, so they have a table without these columns. */
function GateTables({ gates }: { readonly gates: readonly Gate[] }) {
  const { kept = [], open = [] } = Object.groupBy(gates, ({ status }) => (status === 'kept' ? 'kept' : 'open'));
  return (
    <>
      {open.length === 0 ? null : (
        <Scroll label="Conditions that are not kept, or not known to be">
          <table className="gates open">
            <thead>
              <tr>
                <Heads of={[...HEADS, 'Consequence', 'What to do']} />
              </tr>
            </thead>
            <tbody>
              {open.map((gate) => (
                <tr key={gate.check}>
                  <GateCells gate={gate} />
                  <td>
                    <Prose>{gate.consequence}</Prose>
                  </td>
                  <td>
                    <Prose>{gate.action}</Prose>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {kept.length === 0 ? null : (
        <Scroll label="Conditions that are kept">
          <table className="gates">
            <thead>
              <tr>
                <Heads of={HEADS} />
              </tr>
            </thead>
            <tbody>
              {kept.map((gate) => (
                <tr key={gate.check}>
                  <GateCells gate={gate} />
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

function GateCells({ gate: { check, status, observed, threshold } }: { readonly gate: Gate }) {
  const { icon, word, className } = STATUS[status];
  return (
    <>
      <th scope="row">{check}</th>
      <td className={className}>
        {icon} {word}
      </td>
      <td>
        <Prose>{observed}</Prose>
      </td>
      <td className="quiet">{threshold}</td>
    </>
  );
}
