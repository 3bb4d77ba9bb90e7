import { flagOf, valueIn, valueText } from '../../../../bench/results/case.ts';
import { CLIENTS_IN, DIMENSIONS } from '../../../../bench/results/dimensions.ts';
import { whyNotMeasured } from '../../../../bench/results/not-measured.ts';
import { median } from '../../../../bench/results/numbers.ts';
import type { Case, MeasuredTrial } from '../../../../bench/results/schema.ts';
import { metric } from '../../../kinds/lookup.ts';
import { MIB, MICROSECONDS } from '../../../kinds/shared/measuring.ts';
import { ratio, verdictFigures } from '../../../model/format.ts';
import type { Member } from '../../../model/member.ts';
import type { MetricId } from '../../../model/metrics.ts';
import type { BrowserCost, BrowserFigure } from '../../../model/model.ts';
import type { Sample } from '../../../stats/bootstrap.ts';
import { decide } from '../../decide.ts';
import { comparedIn, comparisonsOf, pairsOf, type Rules } from './pairs.ts';

const WHERE = DIMENSIONS.filter(({ name }) => name === 'clients-in');

/** Runtime that the clients of a case ran in. */
const runtimeOf = (one: Case): string => WHERE.map((dimension) => String(valueIn(dimension, one))).join();

/**
 * Compares each case whose clients run in a browser with that of the same conditions whose clients run in Node: every column of the
 * question, and the CPU time and memory of the clients themselves.
 */
export function browserCosts(
  cases: readonly Case[],
  members: readonly Member[],
  metrics: readonly MetricId[],
  rule: Rules,
): BrowserCost[] {
  const isBase = (one: Case): boolean => runtimeOf(one) === CLIENTS_IN[0];
  const pairs = pairsOf(cases, members, { dimension: 'clients-in', isBase });
  const comparisons = comparisonsOf(pairs);
  const [first] = metrics;
  return pairs.map((pair) => ({
    caseId: pair.one.id,
    name: flagOf(pair.one),
    runtime: runtimeOf(pair.one),
    floor: pair.mine.floor,
    figures: [
      ...comparedIn(pair, metrics, { rule, comparisons }).map(({ id, mine, other, verdict }): BrowserFigure => {
        const { title, unit, scale } = metric(id);
        return { id, title, unit, scale, browser: mine, node: other, verdict };
      }),
      ...CLIENTS.flatMap(({ read, ...named }): BrowserFigure[] => {
        const left = sampleOf(pair.one, (trial) => read(trial, false));
        const right = sampleOf(pair.base, (trial) => read(trial, true));
        if (first === undefined || left.size === 0 || right.size === 0) return [];
        const { barrier, ...rest } = rule(first);
        const verdict =
          barrier === null
            ? decide(left, right, { ...rest, comparisons })
            : ({ word: 'not testable', reason: barrier } as const);
        return [{ ...named, browser: median([...left.values()]), node: median([...right.values()]), verdict }];
      }),
    ],
  }));
}

/** @param spins true for workers of Node, which spin until the next due time: that is no cost of a client */
type Read = (trial: MeasuredTrial, spins: boolean) => number | null;

/** Figures of the clients themselves, which no table of transports has. */
const CLIENTS: readonly (Omit<BrowserFigure, 'browser' | 'node' | 'verdict'> & { readonly read: Read })[] = [
  {
    id: 'clients-cpu',
    title: 'clients’ CPU per message',
    unit: MICROSECONDS.unit,
    scale: MICROSECONDS.scale,
    read: (trial, spins) => {
      const { usage, messages, seconds } = trial;
      if (messages.delivered === 0 || whyNotMeasured(trial, ['usage.generator.cpuSeconds']) !== undefined) return null;
      const { cpuSeconds, busy, workers } = usage.generator;
      return (spins ? Math.min(cpuSeconds, busy * seconds * workers) : cpuSeconds) / messages.delivered;
    },
  },
  {
    id: 'clients-memory',
    title: 'clients’ memory',
    unit: MIB.unit,
    scale: MIB.scale,
    read: (trial) =>
      whyNotMeasured(trial, ['usage.generator.rssBytes']) === undefined ? trial.usage.generator.rssBytes : null,
  },
];

/** Name of a browser in sentences. */
export const browserTitle = ({ runtime }: Pick<BrowserCost, 'runtime'>): string =>
  WHERE.map((dimension) => valueText(dimension, runtime))
    .join()
    .replace(/^in /, '');

/** Cost of one transport in a sentence: `ws in Chromium against Node: p50 2.10× (1.90–2.30), …`. */
export function browserCostText(cost: BrowserCost): string {
  const parts = cost.figures.map(({ title, verdict, ...medians }) => `${title} ${ratioText({ verdict, ...medians })}`);
  return `${cost.name} in ${browserTitle(cost)} against Node: ${parts.join('; ')}.`;
}

/** Ratio of a browser's figure to Node's, with its interval where there are enough trials for one. */
export const ratioText = ({ browser, node, verdict }: Omit<BrowserFigure, 'title'>): string =>
  verdictFigures(verdict) ?? `${ratio(browser / node)} (no interval)`;

/** Values of the valid trials by block. */
function sampleOf({ trials }: Case, read: (trial: MeasuredTrial) => number | null): Sample {
  return new Map(
    trials.flatMap((trial) => {
      const value = trial.state === 'valid' ? read(trial) : null;
      return value === null ? [] : [[trial.block, value] as const];
    }),
  );
}
