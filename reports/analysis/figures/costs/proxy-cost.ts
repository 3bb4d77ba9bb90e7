import { flagOf } from '../../../../bench/results/case.ts';
import { median } from '../../../../bench/results/numbers.ts';
import type { Case, MeasuredTrial, Trial } from '../../../../bench/results/schema.ts';
import { type Via, viaIn, viaText } from '../../../../bench/results/via.ts';
import { metric } from '../../../kinds/lookup.ts';
import { MICROSECONDS } from '../../../kinds/shared/measuring.ts';
import { inUnit, percentage } from '../../../model/format.ts';
import type { Member } from '../../../model/member.ts';
import type { MetricId } from '../../../model/metrics.ts';
import type { ProxyCost, ProxyFigure, StickyOutcome } from '../../../model/model.ts';
import { comparedIn, comparisonsOf, pairsOf, type Rules } from './pairs.ts';

/** Compares each case behind a proxy with that of the same conditions without one, and adds what the proxy itself used. */
export function proxyCosts(
  cases: readonly Case[],
  members: readonly Member[],
  metrics: readonly MetricId[],
  rule: Rules,
): ProxyCost[] {
  const isBase = (one: Case): boolean => viaOf(one) === undefined;
  const pairs = pairsOf(cases, members, { dimension: 'via', isBase });
  const comparisons = comparisonsOf(pairs);
  return pairs.flatMap((pair) => {
    const { one: behind } = pair;
    const via = viaOf(behind);
    if (via === undefined) return [];
    const figures = comparedIn(pair, metrics, { rule, comparisons }).map(
      ({ id, mine, other, verdict }): ProxyFigure => {
        const { title, unit, scale } = metric(id);
        return { id, title, unit, scale, behind: mine, alone: other, verdict };
      },
    );
    const cpu = behind.trials.flatMap((trial) => (trial.state === 'valid' ? cpuOf(trial) : []));
    if (figures.length === 0) return [];
    const own = cpu.length === 0 ? null : median(cpu);
    return [{ caseId: behind.id, name: flagOf(behind), via: viaText(via), figures, cpuSeconds: own }];
  });
}

const viaOf = ({ dimensions }: Case): Via | undefined => viaIn(dimensions);

/** CPU time of a trial's proxy for each message that arrived. */
function cpuOf({ processes = [], messages }: MeasuredTrial): number[] {
  const proxy = processes.find(({ role }) => role === 'proxy');
  return proxy === undefined || messages.delivered === 0 ? [] : [proxy.cpuSeconds / messages.delivered];
}

/** Outcome of each case with several servers behind a proxy, over all its trials: whether its sessions work with this stickiness. */
export function stickyOutcomes(cases: readonly Case[]): StickyOutcome[] {
  return cases.flatMap((one) => {
    const via = viaOf(one);
    const servers = Number(one.dimensions?.nodes ?? 1);
    if (via === undefined || servers < 2 || one.trials.length === 0) return [];
    const missing = Math.max(...one.trials.map(missingIn));
    const reason = one.trials.flatMap(whyIn)[0] ?? null;
    const outcome = { missing, works: missing === 0, reason: missing === 0 ? null : reason };
    return [{ caseId: one.id, name: flagOf(one), proxy: via.proxy, sticky: via.sticky, servers, ...outcome }];
  });
}

/** Share of a trial's deliveries that never came, of those of all messages due; all of a trial whose sessions could not be opened. */
function missingIn(trial: Trial): number {
  if (trial.state === 'failed') return 1;
  const { due, sent, expected, delivered } = trial.messages;
  if (due === 0) return 0;
  // Messages that were not sent would have had as many receivers as those that were.
  return sent === 0 ? 1 : Math.max(0, 1 - delivered / (due * (expected / sent)));
}

/** First thing that clients were told: the reason of a failure, or what they counted most. */
function whyIn(trial: Trial): string[] {
  if (trial.state === 'failed') return [...trial.reasons];
  const [most] = Object.entries(trial.messages.errors).toSorted(([, a], [, b]) => b - a);
  return most === undefined ? [] : [most[0].replace(/:\s*$/, '')];
}

/** Figure of a proxy in a sentence: `p50 0.42 ms instead of 0.31 ms`. */
export const figureText = (one: ProxyFigure): string =>
  `${one.title} ${inUnit(one, one.behind)} instead of ${inUnit(one, one.alone)} ${one.unit}`.trimEnd();

/** Cost of a proxy in a sentence. */
export function proxyCostText({ name, via, figures, cpuSeconds }: ProxyCost): string {
  const own = cpuSeconds === null ? [] : [`the proxy’s own CPU ${cpuText(cpuSeconds)} a message`];
  return `${name} via ${via}, measured: ${[...figures.map(figureText), ...own].join('; ')}.`;
}

export const cpuText = (seconds: number): string => `${inUnit(MICROSECONDS, seconds)} ${MICROSECONDS.unit}`;

/** Outcome of one stickiness in a sentence. */
export function stickyText({ name, proxy, sticky, servers, missing, reason }: StickyOutcome): string {
  const how = sticky === 'none' ? 'without stickiness' : `sticky by ${sticky}`;
  const outcome = missing === 0 ? 'everything arrived' : `${percentage(missing)} % of the deliveries are missing`;
  return `${name} via ${proxy} ${how}, ${servers} servers, measured: ${outcome}${reason === null ? '' : ` (${reason})`}.`;
}
