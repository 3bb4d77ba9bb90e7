import { linkFallback, serverCaution } from '../../reports/analysis/trust/cautions.ts';
import { countOf, list } from '../../reports/model/format.ts';
import type { RunPlan } from '../plan/plan.ts';
import { readVariables } from '../plan/readers.ts';
import { RUN_SETTINGS } from '../plan/settings.ts';
import { changesNode } from '../results/machine/variables.ts';
import { neighbours } from '../run/machine/neighbours.ts';
import { rootsIn } from '../run/machine/roots.ts';
import type { RunResources } from '../run/run.ts';
import { keepProblems, type Variables, variablesFor } from '../run/variables.ts';
import type { Flag } from './flags.ts';
import type { Io } from './io.ts';

/** Flag of commands that measure without being runs: names of variables to pass on to the measured processes. */
export const KEEP_ENV: Flag<readonly string[]> = {
  argument: '<names>',
  help: RUN_SETTINGS['keep-env'].help,
  repeats: true,
  read: (given, problems) => readVariables(given, problems),
};

/** Environment of a command's measured processes. Adds the problems of variables that cannot be passed on. */
export function keptVariables(keep: readonly string[], { environment }: Pick<Io, 'environment'>, problems: string[]) {
  problems.push(...keepProblems(keep, environment));
  return variablesFor(environment, { keep });
}

/** Lines about the surroundings of a measurement that change its figures; none in the usual case. */
export const surroundingsLines = (
  { link, variables, limits, workers }: Pick<RunResources, 'link' | 'variables' | 'limits' | 'workers'>,
  { exec }: Pick<RunPlan['options'], 'exec'>,
): string[] => [
  ...(link.reason === undefined ? [] : [`! ${linkFallback(link.reason)}`]),
  ...link.leftOut.map(
    ({ name, error, consequence }) =>
      `The private link is without an optional step, ${name} (${error}): ${consequence}.`,
  ),
  ...variableLines(variables),
  ...(limits.cores === null || workers + 1 <= limits.cores
    ? []
    : [
        `! The server and ${countOf(workers, 'load process', 'load processes')} want ${workers + 1} cores, but the CPU quota is ${Number(limits.cores.toFixed(2))}: trials in which it is used up are invalid.`,
      ]),
  ...(exec === null ? [] : serverCaution(Object.keys(process.env).toSorted()).map((line) => `! ${line}`)),
];

/** Lines about other Wirebenches that measure on this machine, for commands that make no other checks of it. */
export const otherRunLines = ({ environment }: Pick<Io, 'environment'>): string[] =>
  neighbours(rootsIn(environment)).map(
    ({ pid, command }) =>
      `! Another Wirebench measures on this machine (process ${pid}, ${command}): let it finish first, or both measure each other.`,
  );

/** Lines about variables that change a process of ours: those that measured processes do not get, and those that they get. */
export function variableLines({ kept, dropped }: Pick<Variables, 'kept' | 'dropped'>): string[] {
  const [passed, withheld] = [kept, dropped].map((names) => list(names.filter(changesNode), 'and'));
  return [
    ...(withheld === ''
      ? []
      : [`Not passed on to the measured processes: ${withheld} (--keep-env NAME passes one on).`]),
    ...(passed === '' ? [] : [`! Passed on to the measured processes, whose figures they change: ${passed}.`]),
  ];
}
