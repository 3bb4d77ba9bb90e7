import { integer, list, share } from '../model/format.ts';
import { objectiveText } from '../model/group.ts';
import type { Advice, Answers, NeedFlip, OwnLevel, Robustness } from './model.ts';
import { CRITERIA, criterionOf, type Weights } from './questions/criteria.ts';
import { needOf } from './questions/needs.ts';

/** A share of draws worth naming beside those that are recommended. */
const WORTH_NAMING = 0.05;

/** Nothing else is in question: there is no share of draws to tell, and no weight that matters. */
const isAlone = ({ robustness, outcome }: Pick<Advice, 'robustness' | 'outcome'>): boolean =>
  robustness === null && outcome !== 'quick look';

/** Two uncertainties that are never mixed: would the trials come out so again, and would one still choose so? */
export function certaintiesOf({ robustness, recommended, outcome }: Advice): {
  readonly measurement: string;
  readonly preference: string;
} {
  if (isAlone({ robustness, outcome })) {
    return { measurement: 'Decides nothing: there is no other to come first.', preference: 'Decides nothing either.' };
  }
  if (robustness === null) {
    return {
      measurement: 'Not known: that needs six valid trials of each case.',
      preference: 'Not drawn, for the same reason.',
    };
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
    preference: `Weights drawn ${count} times around yours, medians as they are, first comes ${shares(robustness.preference)}.`,
  };
}

/** The smallest change of a weight, as a sentence; null where there is nothing to weigh. */
export function flipText(advice: Advice): string | null {
  const { weight } = advice.sensitivity;
  const { criteria } = advice;
  if (isAlone(advice)) return null;
  if (weight === null) return 'No change of one weight puts another first.';
  const { name = weight.criterion } = criteria.find(({ id }) => id === weight.criterion) ?? {};
  const way = weight.to > weight.from ? 'more' : 'less';
  return `${weight.winner} comes first if ${name} counts for ${way} than ${share(weight.to)} of the decision (now ${share(weight.from)}).`;
}

/** Costs too near the least to be called dearer; null where there are none. */
export const closeText = ({ close }: Advice): string | null =>
  close.names.length === 0 ? null : `Hardly dearer, by ${share(close.band)} at most: ${list(close.names, 'and')}.`;

/** `Without “browser clients”, mqtt comes first.` */
export function needFlipText({ need, asked, instead, winner, conditional, scenario }: NeedFlip): string {
  const name = turnedName(need);
  const judged = scenario === null ? '' : `, and so judged by ${scenario}`;
  const beside = instead === null ? 'as well' : `instead of ${turnedName(instead)}`;
  const turned = (asked ? `Without ${name}` : `With ${name} ${beside}`) + judged;
  return winner === null
    ? `${turned}, nothing that was measured is left.`
    : `${turned}, ${winner} comes first${conditional ? ', on a condition' : ''}.`;
}

const ownText = ({ transport, criterion, level }: OwnLevel, weights: Weights): string =>
  `${transport}, ${criterionOf(criterion).name}: ${level} of 3${weights[criterion] > 0 ? '' : ', which has no weight'}`;

const turnedName = (need: NeedFlip['need']): string =>
  need === 'objective' ? 'the objective' : `“${needOf(need).name}”`;

/** How much of the field a need decides on. */
export const fatesText = ({ fates, options }: NeedFlip): string => `${fates} of ${options} options pass or fall by it`;

/** Needs with which nothing is left, in one breath; null where there are none. */
export function noneLeftText({ needs }: Advice['sensitivity']): string | null {
  const names = needs
    .filter(({ winner }) => winner === null)
    .map(({ need, instead }) => `${turnedName(need)}${instead === null ? '' : ` (instead of ${turnedName(instead)})`}`);
  return names.length === 0
    ? null
    : `Nothing that was measured is left with ${names.length > 1 ? 'any of these' : 'this'} as well: ${names.join(', ')}.`;
}

export const measuredAloneText = (name: string): string =>
  `By what was measured alone, judgements left out, ${name} comes first.`;

/** Next best, the smallest change of a weight, and every need that decides, in lines. */
export function changesOf(advice: Advice): string[] {
  const { sensitivity } = advice;
  const flip = flipText(advice);
  const { needs, next, measuredAlone } = sensitivity;
  const none = noneLeftText(sensitivity);
  const others = needs.filter(({ winner }) => winner !== null);
  return [
    ...(next === null ? [] : [`Next best: ${next}.`]),
    ...(flip === null ? [] : [flip]),
    ...(measuredAlone === null ? [] : [measuredAloneText(measuredAlone)]),
    ...(others.length === 0 ? ['No single need, answered otherwise, puts another first.'] : []),
    ...others.map((flip) => `${needFlipText(flip)} ${fatesText(flip)}.`),
    ...(none === null ? [] : [none]),
  ];
}

/** What was asked, in lines: needs, objective, weights. */
export function answersText({ needs, objective, weights, judged, judgement }: Answers): {
  readonly needs: string;
  readonly objective: string | null;
  readonly weights: string;
  /** The reader's own judgements; null where they are left to the authors. */
  readonly judged: string | null;
} {
  const given = CRITERIA.filter(({ id }) => weights[id] > 0);
  const total = given.reduce((sum, { id }) => sum + weights[id], 0);
  const parts = given.map(({ id, name }) => `${name} ${share(weights[id] / total)}`);
  return {
    needs: needs.length === 0 ? 'none' : needs.map((id) => needOf(id).name).join(', '),
    objective: objective === null ? null : objectiveText(objective),
    weights: `${parts.join(', ')}${judgement ? '' : ' (judgements left out)'}`,
    judged: judged.length === 0 ? null : judged.map((own) => ownText(own, weights)).join('; '),
  };
}
