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
        {groups.map(({ id, title }, index) => (
          <option key={id} value={String(index + 1)}>
            {`${title.slice(0, 1).toUpperCase()}${title.slice(1)}`}
          </option>
        ))}
        <option value="all">All {groups.length}, one after the other</option>
      </select>
    </p>
  );
}

const Segment = ({ value, text }: { value: string; text: string }) => (
  <label>
    <input type="radio" name="question" value={value} autoComplete="off" />
    <span>{text}</span>
  </label>
);

/** Title of a question: the scenario alone, if the run asks only one question of it. */
export function shortTitle({ title, question }: Group, groups: Analysis['groups']): string {
  const alone = groups.filter((other) => other.question.scenario === question.scenario).length === 1;
  return alone ? scenarioText(question) : title;
}
