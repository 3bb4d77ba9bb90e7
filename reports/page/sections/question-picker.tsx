import { scenarioText } from '../../kinds/lookup.ts';
import type { Analysis, Group } from '../../model/model.ts';
import { areSideBySide } from '../parts/sections.ts';

/** Which of a run's questions is in front. Without a script all of them follow one after the other. */
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

/** The scenario alone says which question is meant, as long as the run asks it only one. */
export function shortTitle({ title, question }: Group, groups: Analysis['groups']): string {
  const alone = groups.filter((other) => other.question.scenario === question.scenario).length === 1;
  return alone ? scenarioText(question) : title;
}
