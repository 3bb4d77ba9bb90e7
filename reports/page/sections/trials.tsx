import { reportOf } from '../../kinds/lookup.ts';
import type { TrialColumn } from '../../kinds/shape.ts';
import type { Group, Row, TrialView } from '../../model/model.ts';
import { firstOf, groupReasons, reasonsOf } from '../../model/reasons.ts';
import { trialsTakeaway } from '../figures/captions.ts';
import { Heads, Name, Prose, Scroll, SeriesHead } from '../parts/parts.tsx';
import type { SeriesStyles } from '../parts/series-style.ts';

const ICONS: Readonly<Record<TrialView['state'], string>> = { valid: '✓', suspect: '!', invalid: '✕', failed: '✕' };

type Props = { readonly group: Group; readonly styles: SeriesStyles };

/** Table of which trials count, at a glance: a transport a row, a block a column. */
export function ValidityCard({ group, styles, trialsId }: Props & { readonly trialsId: string }) {
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
              <Heads of={blocks.map((block) => block + 1)} className="mark" />
            </tr>
          </thead>
          <tbody>
            {group.rows.map(({ caseId, name, trials }) => (
              <tr key={caseId}>
                <SeriesHead name={name} styles={styles} />
                {blocks.map((block) => {
                  const trial = trials.find((candidate) => candidate.block === block && !candidate.replaced);
                  return (
                    <td
                      key={block}
                      className={`mark state-${trial?.state ?? 'missing'}`}
                      title={trial?.reasons.join('; ')}
                    >
                      <Mark trial={trial} />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="note">
        A block is one pass over all cases in shuffled order; verdicts compare trials of the same block. The raw data
        have counts and figures of <a href={`#${trialsId}`}>every trial</a>.
      </p>
    </section>
  );
}

/** Mark of a trial. A valid one is a sign alone, so that others stand out and a row of blocks fits its card. */
function Mark({ trial }: { readonly trial: TrialView | undefined }) {
  if (trial === undefined) return '· not run';
  if (trial.state !== 'valid') return stateOf(trial);
  if (trial.replaces !== null) return `${ICONS.valid} run again`;
  return (
    <>
      {ICONS.valid} <span className="visually-hidden">valid</span>
    </>
  );
}

type TrialsProps = Pick<Props, 'group'> & {
  /** Id of the table, for links to it. */
  readonly id: string;
  /** True if the page has so many trials that reading them in would hold up its start. */
  readonly many: boolean;
};

/**
 * Table of every trial of a question. A run has hundreds, so rows are short: the style sheet has what all cells of a column share, and
 * a figure that is equal in all trials stands once above the table. With many trials a browser that runs the script reads the rows
 * only when they are asked for, since until then they are text to it (HTML §4.12.2); without the script it has them as ever.
 */
export function TrialsTable({ group, id, many }: TrialsProps) {
  const trials = group.rows.flatMap((row) => row.trials);
  const measured = trials.filter((trial) => trial.state !== 'failed');
  const all = reportOf(group.question)
    .trialColumns(group)
    .map((column) => {
      const texts = new Set(measured.map(column.text));
      const [only] = texts;
      return { ...column, sole: measured.length > 1 && texts.size === 1 && only !== undefined ? only : null };
    });
  const columns = all.filter(({ sole }) => sole === null);
  const same = all.flatMap(({ header, sole }) => (sole === null ? [] : [`${header} ${sole}`]));
  const repeated = [...groupReasons(trials)].filter(([, alike]) => alike.length > 1);
  const notes = repeated.map(([key]) => key);
  const explained = trials.some((trial) => trial.reasons.length > 0 || remarksOf(trial).length > 0);
  const table = (
    <Scroll label={`Every trial: ${group.title}`}>
      <table className={explained ? 'trials sortable explained' : 'trials sortable'}>
        <thead>
          <tr>
            <Heads
              of={[
                'Transport',
                'Block',
                'Order',
                'State',
                ...columns.map(({ header }) => header),
                ...(explained ? ['Reasons and errors'] : []),
              ]}
            />
          </tr>
        </thead>
        <tbody>
          {group.rows.flatMap((row) =>
            row.trials.map((trial) => (
              <TrialRow
                key={`${row.caseId} ${trial.order}`}
                row={row}
                trial={trial}
                columns={columns}
                explained={explained}
                notes={notes}
              />
            )),
          )}
        </tbody>
      </table>
    </Scroll>
  );
  return (
    <details className="every-trial">
      <summary>
        Every trial: {group.title} <span className="found needs-script" />
      </summary>
      <div id={id}>
        {same.length === 0 ? null : <p className="note">The same in every trial: {same.join(' · ')}.</p>}
        {repeated.length === 0 ? null : (
          <ol className="note">
            {repeated.map(([key, alike]) => (
              <li key={key}>{firstOf(alike)}</li>
            ))}
          </ol>
        )}
        {many ? <noscript>{table}</noscript> : table}
      </div>
    </details>
  );
}

type TrialRowProps = {
  readonly row: Row;
  readonly trial: TrialView;
  readonly columns: readonly TrialColumn[];
  readonly explained: boolean;
  /** Keys of the reasons that are listed above the table. */
  readonly notes: readonly string[];
};

function TrialRow({ row, trial, columns, explained, notes }: TrialRowProps) {
  return (
    <tr>
      <th scope="row">
        <Name>{row.name}</Name>
      </th>
      <td>{trial.block + 1}</td>
      <td>{trial.order + 1}</td>
      <td {...(trial.state === 'valid' ? {} : { className: `state-${trial.state}` })}>{stateOf(trial)}</td>
      {trial.state !== 'failed' ? (
        columns.map(({ header, text }) => <td key={header}>{text(trial)}</td>)
      ) : columns.length === 0 ? null : (
        <td colSpan={columns.length} className="absent">
          nothing measured
        </td>
      )}
      {explained ? (
        <td>
          <Prose>{[...reasonsIn(trial, notes), ...remarksOf(trial)].join('; ')}</Prose>
        </td>
      ) : null}
    </tr>
  );
}

function stateOf(trial: TrialView): string {
  const again = trial.replaces === null ? '' : `, again for ${trial.replaces + 1}`;
  return `${ICONS[trial.state]} ${trial.state}${again}${trial.replaced ? ', replaced' : ''}`;
}

/** Reasons of a trial, those that are listed above the table by a word and their number there. */
const reasonsIn = (trial: TrialView, notes: readonly string[]): string[] =>
  reasonsOf(trial).map(({ text, word, key }) =>
    notes.includes(key) ? `${word ?? 'reason'} (${notes.indexOf(key) + 1})` : text,
  );

/** Reason why a search ended as it did, and errors of messages with their counts. */
const remarksOf = (trial: TrialView): string[] =>
  trial.state === 'failed'
    ? []
    : [
        ...(trial.search?.reason == null ? [] : [trial.search.reason]),
        ...Object.entries(trial.messages.errors).map(([text, times]) => `${text} (×${times})`),
      ];
