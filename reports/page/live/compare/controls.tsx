import type { ComparedWord, Comparison } from '../../../compare/compare-model.ts';
import { tolerance } from '../../../model/format.ts';
import {
  EXPERT_COLUMNS,
  type ExpertColumn,
  keysOf,
  MARKS,
  ORDERS,
  type View,
  WORDS,
} from '../../comparison/comparison-state.ts';
import { ComparisonView } from '../../comparison/comparison-view.tsx';
import { VerdictWord } from '../../parts/parts.tsx';

type ControlsProps = {
  readonly comparison: Comparison;
  readonly view: View;
  readonly onView: (view: View) => void;
};

/** Comparison with the controls that change its view. */
export const ControlledComparison = ({ heading, ...controls }: ControlsProps & { readonly heading: 'h2' | 'h3' }) => (
  <ComparisonView
    comparison={controls.comparison}
    view={controls.view}
    heading={heading}
    controls={<Controls {...controls} />}
  />
);

function Controls({ comparison: { rows }, view, onView }: ControlsProps) {
  const { hidden, order, columns, mark } = view;
  const count = (word: ComparedWord): number => rows.filter(({ verdict }) => verdict.word === word).length;
  const present = WORDS.filter((word) => count(word) > 0);
  return (
    <form className="compare-controls" aria-label="View of the comparison" onSubmit={(event) => event.preventDefault()}>
      <fieldset>
        <legend>Show{rows.some(({ floor }) => floor) ? ' (floor included)' : ''}</legend>
        {present.map((word) => (
          <label key={word}>
            <input
              type="checkbox"
              checked={!hidden.includes(word)}
              onChange={() => onView({ ...view, hidden: toggled(WORDS, hidden, word) })}
            />
            <VerdictWord word={word} /> {count(word)}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Expert columns</legend>
        {keysOf(EXPERT_COLUMNS).map((column) => (
          <label key={column}>
            <input
              type="checkbox"
              checked={columns.includes(column)}
              onChange={() => onView({ ...view, columns: toggled(keysOf(EXPERT_COLUMNS), columns, column) })}
            />
            {EXPERT_COLUMNS[column]}
          </label>
        ))}
      </fieldset>
      <label>
        Order{' '}
        <select
          value={order}
          onChange={({ currentTarget: { value } }) =>
            onView({ ...view, order: keysOf(ORDERS).find((one) => one === value) ?? order })
          }
        >
          {keysOf(ORDERS).map((one) => (
            <option key={one} value={one}>
              {ORDERS[one]}
            </option>
          ))}
        </select>
      </label>
      <label>
        Dashed line where worse by{' '}
        <select
          value={mark === null ? '' : String(mark)}
          onChange={({ currentTarget: { value } }) => onView({ ...view, mark: value === '' ? null : Number(value) })}
        >
          <option value="">no line</option>
          {marksWith(mark).map((one) => (
            <option key={one} value={String(one)}>
              {tolerance(one).slice(1)}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

/** The usual marks, and the current one. */
const marksWith = (mark: number | null): number[] =>
  [...new Set([...MARKS, ...(mark === null ? [] : [mark])])].toSorted((a, b) => a - b);

/** Adds an item, or removes it; the items keep their order in `all`. */
const toggled = <One extends ComparedWord | ExpertColumn>(
  all: readonly One[],
  those: readonly One[],
  one: One,
): One[] => all.filter((other) => those.includes(other) !== (other === one));
