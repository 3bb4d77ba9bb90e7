import { NO_NETWORK } from '../../../bench/results/dimensions.ts';
import { scenarioText } from '../../kinds/lookup.ts';
import type { Analysis, Group } from '../../model/model.ts';
import { areSideBySide } from '../parts/sections.ts';

/** Picker of the question in front. Without a script all questions follow one after the other. */
export function QuestionPicker({ groups }: { groups: readonly Group[] }) {
  if (groups.length < 2) return null;
  if (areSideBySide(groups)) {
    return (
      <fieldset className="question-picker segments needs-script">
        <legend>Question</legend>
        <Segment value="all" text="Both" />
        {groups.map((group, index) => (
          <Segment key={group.id} value={String(index + 1)} text={shortTitle(group, groups)} />
        ))}
      </fieldset>
    );
  }
  return (
    <p className="question-picker needs-script">
      <label htmlFor="question-picker">Question</label>{' '}
      <select id="question-picker" autoComplete="off">
        {byNetwork(groups).map(([network, those]) =>
          network === null ? (
            <Options key="" of={those} />
          ) : (
            <optgroup key={network} label={network === NO_NETWORK ? 'Without a network' : `Over ${network}`}>
              <Options of={those} />
            </optgroup>
          ),
        )}
        <option value="all">All {groups.length}, one after the other</option>
      </select>
    </p>
  );
}

type Numbered = { readonly group: Group; readonly number: number };

const Options = ({ of }: { of: readonly Numbered[] }) =>
  of.map(({ group: { id, title }, number }) => (
    <option key={id} value={String(number)}>
      {`${title.slice(0, 1).toUpperCase()}${title.slice(1)}`}
    </option>
  ));

/** Questions with their numbers by network, in the order of the run; under no name if the run has only one. */
function byNetwork(groups: readonly Group[]): (readonly [network: string | null, those: readonly Numbered[]])[] {
  const numbered = groups.map((group, index) => ({ group, number: index + 1 }));
  const networks = [...Map.groupBy(numbered, ({ group }) => group.question.network)];
  return networks.length < 2 ? [[null, numbered]] : networks;
}

const Segment = ({ value, text }: { value: string; text: string }) => (
  <label>
    <input type="radio" name="question" value={value} autoComplete="off" />
    <span>{text}</span>
  </label>
);

/** Title of a question: the scenario alone, or with its network, if the run asks only one question of it. */
export function shortTitle({ title, question }: Group, groups: Analysis['groups']): string {
  const alike = groups.filter((other) => other.question.scenario === question.scenario);
  if (alike.length === 1) return scenarioText(question);
  const over = alike.filter((other) => other.question.network === question.network);
  return over.length === 1 && question.network !== NO_NETWORK
    ? `${scenarioText(question)} over ${question.network}`
    : title;
}
