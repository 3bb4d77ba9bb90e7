import type { Results } from '../../bench/results/schema.ts';
import type { Analysis } from '../analysis/model.ts';
import type { Gate, GateStatus } from '../analysis/trust/gate.ts';
import { gatesOf, gatesTakeaway } from '../analysis/trust/gates.ts';
import { Heads, Scroll } from './parts.tsx';
import { Reading } from './reading.tsx';
import { Environment, Implementations } from './surroundings.tsx';

type Props = { readonly results: Results; readonly analysis: Analysis };

/** What the run had to keep for its figures to mean what they say, what they mean, and how to see for oneself. */
export function TrustSection({ results, analysis }: Props) {
  const gates = gatesOf({ results, analysis });
  return (
    <section id="trust" className="block">
      <h2>Can I trust this?</h2>
      <p className="lead">{gatesTakeaway(gates)}</p>
      <GateTable gates={gates} />
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

const GateTable = ({ gates }: { readonly gates: readonly Gate[] }) => (
  <Scroll label="Conditions of a run that can be trusted">
    <table className="gates">
      <thead>
        <tr>
          <Heads of={['Check', 'Status', 'Observed', 'Threshold', 'Consequence', 'What to do']} />
        </tr>
      </thead>
      <tbody>
        {gates.map(({ check, threshold, observed, status, consequence, action }) => {
          const { icon, word, className } = STATUS[status];
          return (
            <tr key={check}>
              <th scope="row">{check}</th>
              <td className={className}>
                {icon} {word}
              </td>
              <td>{observed}</td>
              <td className="quiet">{threshold}</td>
              {consequence === '' && action === '' ? (
                <td colSpan={2} />
              ) : (
                <>
                  <td>{consequence}</td>
                  <td>{action}</td>
                </>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  </Scroll>
);
