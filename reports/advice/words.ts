import { integer, list, share } from '../model/format.ts';
import { objectiveText } from '../model/group.ts';
import type { Advice, Answers, NeedFlip, OwnLevel, Robustness } from './model.ts';
import { CRITERIA, criterionOf, type Weights } from './questions/criteria.ts';
import { needName } from './questions/needs.ts';

/** Minimum share of draws for which an option is named that is not recommended. */
const MIN_NAMED_SHARE = 0.05;

/** True if there is only one candidate, so that there are no shares of draws and no weight matters. */
const isAlone = ({ robustness, outcome }: Pick<Advice, 'robustness' | 'outcome'>): boolean =>
  robustness === null && outcome !== 'quick look';

/** Sentences about the two uncertainties: whether new trials, or slightly different weights, would give another answer. */
export function certaintiesOf({ robustness, recommended, outcome }: Advice): {
  readonly measurement: string;
  readonly preference: string;
} {
  if (isAlone({ robustness, outcome })) {
    return {
      measurement: 'It decides nothing, because there is no other candidate.',
      preference: 'It decides nothing, for the same reason.',
    };
  }
  if (robustness === null) {
    return {
      measurement: 'Unknown, because it takes six valid trials of each case.',
      preference: 'Unknown, for the same reason.',
    };
  }
  const count = integer(robustness.draws);
  return {
    measurement: `With the trials resampled ${count} times and your weights unchanged, ${winsText(robustness.measurement, recommended)}.`,
    preference: `With the weights varied ${count} times around yours and the medians unchanged, ${winsText(robustness.preference, recommended)}.`,
  };
}

/** Clause such as `ws comes first in 87 % and sse in 12 %`, about the recommended options and those with enough wins. */
function winsText(shares: Robustness['both'], recommended: readonly string[]): string {
  const named = shares.filter(({ name, share: won }) => recommended.includes(name) || won >= MIN_NAMED_SHARE);
  return list(
    named.map(({ name, share: won }, index) => `${name} ${index === 0 ? 'comes first ' : ''}in ${share(won)}`),
    'and',
  );
}

/** Sentence about the smallest change of a weight that changes the leader; null if there is only one candidate. */
export function flipText(advice: Advice): string | null {
  const { weight } = advice.sensitivity;
  const { criteria } = advice;
  if (isAlone(advice)) return null;
  if (weight === null) return 'No change of a single weight puts another option first.';
  const { name = weight.criterion } = criteria.find(({ id }) => id === weight.criterion) ?? {};
  const way = weight.to > weight.from ? 'more' : 'less';
  return `${weight.winner}${weight.batching} comes first if “${name}” counts for ${way} than ${share(weight.to)} of the decision (now ${share(weight.from)}).`;
}

/** Words before the command that measures a condition of the use. */
export const lackText = (what: string): string => `Not measured in this run: ${what}. Command that measures it`;

/** Words before the command that measures what the advice lacks. */
export const MEASURE_LABEL = 'Command that measures what is missing';

/** Entry for a transport that meets the needs by the facts alone: its name, and its conditions. */
export const unmeasuredText = ({ title, conditions }: Advice['unmeasured'][number]): string =>
  [`(${title})`, ...(conditions.length === 0 ? [] : [conditions.join('; ')])].join(', ');

/** Sentence about options that cost hardly more than the recommended one; null if there are none. */
export const closeText = ({ close }: Advice): string | null =>
  close.names.length === 0 ? null : `At most ${share(close.band)} more costly: ${list(close.names, 'and')}.`;

/** Sentence about negating a need, such as `Without “browser clients”, mqtt comes first.` */
export function needFlipText({ need, asked, instead, winner, conditional, scenario }: NeedFlip): string {
  const name = quotedName(need);
  const judged = scenario === null ? '' : `, which makes ${scenario} the scenario that counts`;
  const beside = instead === null ? 'in addition' : `instead of ${quotedName(instead)}`;
  const change = (asked ? `Without ${name}` : `With ${name} ${beside}`) + judged;
  return winner === null
    ? `${change}, no measured transport is left.`
    : `${change}, ${winner} comes first${conditional ? ', but only on a condition' : ''}.`;
}

const ownText = ({ transport, criterion, level }: OwnLevel, weights: Weights): string =>
  `${transport}, ${criterionOf(criterion).name}: ${level} of 3${weights[criterion] > 0 ? '' : ' (this criterion has no weight)'}`;

const quotedName = (need: NeedFlip['need']): string => (need === 'objective' ? 'the objective' : `“${needName(need)}”`);

/** Number of options that a need affects, as a clause. */
export const affectedText = ({ fates, options }: NeedFlip): string =>
  `This need changes the outcome of ${fates} of ${options} options`;

/** Sentence that lists the needs with which no option is left; null if there are none. */
export function noneLeftText({ needs }: Advice['sensitivity']): string | null {
  const names = needs
    .filter(({ winner }) => winner === null)
    .map(({ need, instead }) => `${quotedName(need)}${instead === null ? '' : ` (instead of ${quotedName(instead)})`}`);
  return names.length === 0
    ? null
    : `No measured transport is left with ${names.length > 1 ? 'any one of these needs' : 'this need'} in addition: ${names.join(', ')}.`;
}

export const measuredAloneText = (name: string): string =>
  `By measured criteria alone, without judgements, ${name} comes first.`;

/** True if it is known which changes would put another option first. */
export const hasChanges = ({ load, recommended, sensitivity }: Advice): boolean =>
  load.group !== null && (recommended.length > 0 || sensitivity.needs.length > 0);

/** Lines about the next best option, the smallest change of a weight, and every need that changes the leader. */
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
    ...(others.length === 0 ? ['No change of a single need puts another option first.'] : []),
    ...others.map((flip) => `${needFlipText(flip)} ${affectedText(flip)}.`),
    ...(none === null ? [] : [none]),
  ];
}

/** Answers as text: needs, objective, weights and judgements. */
export function answersText({ needs, objective, weights, judged, judgement }: Answers): {
  readonly needs: string;
  readonly objective: string | null;
  readonly weights: string;
  /** Judgements of the reader; null if there are none. */
  readonly judged: string | null;
} {
  const given = CRITERIA.filter(({ id }) => weights[id] > 0);
  const total = given.reduce((sum, { id }) => sum + weights[id], 0);
  const parts = given.map(({ id, name }) => `${name} ${share(weights[id] / total)}`);
  return {
    needs: needs.length === 0 ? 'none' : needs.map(needName).join(', '),
    objective: objective === null ? null : objectiveText(objective),
    weights: `${parts.join(', ')}${judgement ? '' : ' (judgements left out)'}`,
    judged: judged.length === 0 ? null : judged.map((own) => ownText(own, weights)).join('; '),
  };
}

/** Schema id of the advice document. */
const ADVICE_SCHEMA = 'wirebench-advice/1';

export const adviceDocument = (advice: Advice): string =>
  `${JSON.stringify({ schema: ADVICE_SCHEMA, ...advice }, null, 2)}\n`;
