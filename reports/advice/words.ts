import { integer, list, share } from '../analysis/format.ts';
import { objectiveText } from '../analysis/group.ts';
import { CRITERIA } from './criteria.ts';
import type { Advice, Answers, NeedFlip, Robustness } from './model.ts';
import { needOf } from './needs.ts';

/** A share of draws worth naming beside those that are recommended. */
const WORTH_NAMING = 0.05;

/** Two uncertainties that are never mixed: would the trials come out so again, and would one still choose so? */
export function certaintiesOf({ robustness, recommended, sensitivity, criteria }: Advice): {
  readonly measurement: string;
  readonly preference: string;
} {
  const flip = flipText(sensitivity, criteria);
  if (robustness === null) {
    return { measurement: 'Not known: that needs six valid trials of each case.', preference: flip };
  }
  const shares = (of: Robustness['both']) =>
    list(
      of
        .filter(({ name, share: won }) => recommended.includes(name) || won >= WORTH_NAMING)
        .map(({ name, share: won }) => `${name} in ${share(won)}`),
      'and',
    );
  const count = integer(robustness.draws);
  return {
    measurement: `Trials drawn again ${count} times, weights as given, first comes ${shares(robustness.measurement)}.`,
    preference: `Weights drawn ${count} times around yours, medians as they are, first comes ${shares(robustness.preference)}. ${flip}`,
  };
}

/** The smallest change of a weight, as a sentence. */
export function flipText({ weight }: Advice['sensitivity'], criteria: Advice['criteria']): string {
  if (weight === null) return 'No change of one weight puts another first.';
  const { name = weight.criterion } = criteria.find(({ id }) => id === weight.criterion) ?? {};
  const way = weight.to > weight.from ? 'more' : 'less';
  return `${weight.winner} comes first if ${name} counts for ${way} than ${share(weight.to)} of the decision (now ${share(weight.from)}).`;
}

/** `Without “browser clients”, mqtt comes first.` */
export function needFlipText({ need, asked, winner, conditional }: NeedFlip): string {
  const { name } = needOf(need);
  const turned = asked ? `Without “${name}”` : `With “${name}” as well`;
  return winner === null
    ? `${turned}, nothing that was measured is left.`
    : `${turned}, ${winner} comes first${conditional ? ', on a condition' : ''}.`;
}

/** What was asked, in lines: needs, objective, weights. */
export function answersText({ needs, objective, weights, judgement }: Answers): {
  readonly needs: string;
  readonly objective: string | null;
  readonly weights: string;
} {
  const given = CRITERIA.filter(({ id }) => weights[id] > 0);
  const total = given.reduce((sum, { id }) => sum + weights[id], 0);
  const parts = given.map(({ id, name }) => `${name} ${share(weights[id] / total)}`);
  return {
    needs: needs.length === 0 ? 'none' : needs.map((id) => needOf(id).name).join(', '),
    objective: objective === null ? null : objectiveText(objective),
    weights: `${parts.join(', ')}${judgement ? '' : ' (judgements left out)'}`,
  };
}
