import { quoted } from '../../../bench/results/command.ts';
import { limitText } from '../../../bench/results/time.ts';
import type { Answers, Objective } from '../model.ts';
import { CRITERIA, type Weights } from './criteria.ts';
import { judgedText } from './judgements.ts';
import type { NeedId } from './needs.ts';
import { PRESETS } from './presets.ts';

/** Flags of the command line for the answers; omits what the preset already says. */
export function flagsOf({ preset, needs, load, objective, weights, judged, judgement }: Answers): string {
  const known = PRESETS.find(({ id }) => id === preset);
  const needed = sameNeeds(needs, known?.needs ?? [])
    ? []
    : [`--need ${needs.length === 0 ? 'none' : needs.join(',')}`];
  const usual = known === undefined ? evenly(weights) : weightsText(known.weights) === weightsText(weights);
  return [
    ...(known === undefined ? [] : [`--preset ${known.id}`]),
    ...needed,
    ...(load.scenario === null ? [] : [`--scenario ${quoted(load.scenario)}`]),
    ...(['clients', 'rate', 'size'] as const).flatMap((name) =>
      load[name] === null ? [] : [`--${name} ${load[name]}`],
    ),
    ...(load.network == null ? [] : [`--network ${quoted(load.network)}`]),
    ...(sameObjective(objective, known?.objective ?? null)
      ? []
      : [`--objective ${objective === null ? 'none' : `'${limitText(objective)}'`}`]),
    ...(usual ? [] : [`--weights ${weightsText(weights)}`]),
    ...(judged.length === 0 ? [] : [`--judge ${judgedText(judged)}`]),
    ...(judgement ? [] : ['--no-judgement']),
  ].join(' ');
}

/** Command that gives the same advice from the same run. */
export const commandFor = (answers: Answers): string => `npm run choose -- results.json ${flagsOf(answers)}`.trim();

/** `p99:50,bytes:20` */
export const weightsText = (weights: Weights): string =>
  CRITERIA.filter(({ id }) => weights[id] > 0)
    .map(({ id }) => `${id}:${weights[id]}`)
    .join(',');

/** True if two objectives set the same limit, or none. */
export const sameObjective = (left: Objective | null, right: Objective | null): boolean =>
  left?.percentile === right?.percentile && left?.seconds === right?.seconds;

const sameNeeds = (left: readonly NeedId[], right: readonly NeedId[]): boolean =>
  left.length === right.length && left.every((need) => right.includes(need));

const evenly = (weights: Weights): boolean => new Set(CRITERIA.map(({ id }) => weights[id])).size === 1;
