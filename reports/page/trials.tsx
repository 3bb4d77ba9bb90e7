import { figures, integer, shownInUnit } from '../analysis/format.ts';
import type { Group, Row, TrialView } from '../analysis/model.ts';
import { trialsTakeaway } from './captions.ts';
import type { Identities } from './identity.ts';
import { Name, Scroll, Swatch } from './parts.tsx';

const ICONS: Readonly<Record<TrialView['state'], string>> = { valid: '✓', suspect: '!', invalid: '✕', failed: '✕' };

const MILLISECONDS = { scale: 1e3 };
const MICROSECONDS = { scale: 1e6 };

type Props = { readonly group: Group; readonly identities: Identities };

/** Which trials count, at a glance: a transport a row, a block a column. */
export function ValidityCard({ group, identities }: Props) {
  const blocks = [...new Set(group.rows.flatMap(({ trials }) => trials.map(({ block }) => block)))].toSorted(
    (a, b) => a - b,
  );
  return (
    <section className="card">
      <h3>Trials by block</h3>
      <p>{trialsTakeaway(group)}</p>
      <Scroll label="Trials by block">
        <table className="validity">
          <thead>
            <tr>
              <th scope="col">Transport</th>
              {blocks.map((block) => (
                <th key={block} scope="col" className="mark">
                  {block + 1}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {group.rows.map(({ caseId, name, trials }) => (
              <tr key={caseId}>
                <th scope="row">
                  <Swatch identity={identities(name)} /> <Name>{name}</Name>
                </th>
                {blocks.map((block) => {
                  const trial = trials.find((candidate) => candidate.block === block);
                  return (
                    <td
                      key={block}
                      className={`mark state-${trial?.state ?? 'missing'}`}
                      title={trial?.reasons.join('; ')}
                    >
                      {trial === undefined ? '· not run' : `${ICONS[trial.state]} ${trial.state}`}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="note">
        A block is one pass over all cases in shuffled order; verdicts compare trials of the same block.
      </p>
    </section>
  );
}

const HEADERS = [
  'Block',
  'Order',
  'State',
  'Due',
  'Sent',
  'Expected',
  'Delivered',
  'Lost',
  'Dup.',
  'Reord.',
  'Corrupt',
  'p50 ms',
  'p99 ms',
  'Service p50 ms',
  'Last p50 ms',
  'Lag p50 µs',
  'Lag p99 µs',
  'Gen. busy',
];

export function TrialsTable({ group, identities }: Props) {
  return (
    <details className="every-trial">
      <summary>Every trial</summary>
      <Scroll label={`Every trial: ${group.title}`}>
        <table className="trials">
          <thead>
            <tr>
              <th scope="col">Transport</th>
              {HEADERS.map((header) => (
                <th key={header} scope="col" className={header === 'State' ? undefined : 'number'}>
                  {header}
                </th>
              ))}
              <th scope="col">Reasons and errors</th>
            </tr>
          </thead>
          <tbody>
            {group.rows.flatMap((row) =>
              row.trials.map((trial) => (
                <TrialRow key={`${row.caseId} ${trial.order}`} row={row} trial={trial} identities={identities} />
              )),
            )}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

function TrialRow({ row, trial, identities }: { row: Row; trial: TrialView; identities: Identities }) {
  return (
    <tr>
      <th scope="row">
        <Swatch identity={identities(row.name)} /> <Name>{row.name}</Name>
      </th>
      <td className="number">{trial.block + 1}</td>
      <td className="number">{trial.order + 1}</td>
      <td className={`state-${trial.state}`}>
        {ICONS[trial.state]} {trial.state}
      </td>
      {trial.state === 'failed' ? (
        <td colSpan={HEADERS.length - 3} className="absent">
          nothing measured
        </td>
      ) : (
        numbersOf(trial).map(([header, text]) => (
          <td key={header} className="number">
            {text}
          </td>
        ))
      )}
      <td className="reasons">{[...trial.reasons, ...errorsOf(trial)].join('; ')}</td>
    </tr>
  );
}

function numbersOf(trial: Exclude<TrialView, { state: 'failed' }>): [string, string][] {
  const { messages, p50, p99, serviceP50, lastP50, lagP50, lagP99, busy } = trial;
  const { due, sent, expected, delivered, lost, duplicated, reordered, corrupt } = messages;
  const counts = { due, sent, expected, delivered, lost, duplicated, reordered, corrupt };
  return [
    ...Object.entries(counts).map(([key, count]): [string, string] => [key, integer(count)]),
    ['p50', shownInUnit(MILLISECONDS, p50)],
    ['p99', shownInUnit(MILLISECONDS, p99)],
    ['service p50', shownInUnit(MILLISECONDS, serviceP50)],
    ['last p50', lastP50 === null ? '—' : shownInUnit(MILLISECONDS, lastP50)],
    ['lag p50', shownInUnit(MICROSECONDS, lagP50)],
    ['lag p99', shownInUnit(MICROSECONDS, lagP99)],
    ['busy', `${figures(busy * 100)} %`],
  ];
}

const errorsOf = (trial: TrialView): string[] =>
  trial.state === 'failed' ? [] : Object.entries(trial.messages.errors).map(([text, count]) => `${text} (×${count})`);
