import { limitsOf as limitsIn } from '../../bench/results/case.ts';
import { MIN_TRIALS } from '../../bench/results/rules.ts';
import type { Results } from '../../bench/results/schema.ts';
import { lostIn, ranElsewhere } from '../../bench/results/values.ts';
import { batchingText } from '../kinds/batching.ts';
import { loadHosts } from '../kinds/hosts.ts';
import { METRICS, metric as metricOf, openingOf, shapeOf } from '../kinds/lookup.ts';
import { amountText, bandText, cellFigure, change, countOf, integer, list, share, tolerance } from '../model/format.ts';
import { objectiveText } from '../model/group.ts';
import { networkOf } from '../model/in-time.ts';
import { extreme, type Metric, place } from '../model/metrics.ts';
import type {
  AnalysisOptions,
  Apart,
  Cell,
  Column,
  Group,
  NotCovered,
  Phrase,
  Question,
  Row,
  Sentence,
  TierEntry,
  Untested,
} from '../model/model.ts';
import type { Verdict } from '../model/verdict.ts';
import { effectText, offTargetIn } from './trust/networks.ts';

type Facts = Pick<Group, 'question' | 'rows' | 'tiers'> & {
  readonly column: Column;
  readonly options: AnalysisOptions;
};

/** Answer to a question. Every word is a claim: “not shown” is never “the same”, and “equivalent” is only that verdict. */
export function answerOf(facts: Facts): Sentence {
  const { question, rows, tiers, column } = facts;
  const opening = plain(openingOf(question));
  const { metric } = column;
  const choices = rows.filter(({ floor }) => !floor);
  const [only] = choices;
  if (tiers.kind === 'untestable') return [opening, ...withoutVerdict(choices, metric, tiers.reason)];
  const [top = [], ...lower] = tiers.tiers;
  const others = lower.flat().length;
  const rest = [
    ...lossSentence(rows, top, metric),
    ...untestedSentence(tiers.untested, metric),
    ...objectiveSentence(facts),
  ];
  const [first, second] = top;
  if (first === undefined) return [opening, plain('no answer.')];
  if (choices.length === 1 && only !== undefined) {
    return [opening, plain('only '), strong(only.name), plain(' was measured; there is nothing to compare it with.')];
  }
  if (second === undefined && others === 0) {
    return [opening, plain('only '), strong(first.name), plain(' has enough valid trials for a verdict.'), ...rest];
  }
  if (second === undefined) {
    const rivals = tiers.untested.length > 0 ? 'every other choice that could be tested' : 'every other choice';
    const than = `${rivals} is shown to be ${metric.words.worse} ${place(metric)} (beyond ${bandText(column)})`;
    return [opening, plain('use '), strong(first.name), plain(`: ${than}.`), ...rest];
  }
  const names = namesOf(leadersOf(top, tiers.apart), others > 0 ? 'or' : 'and');
  if (others > 0) return [opening, plain('use '), ...names, plain(`: ${relationOf(top, column)}.`), ...rest];
  const told = tiers.apart.length > 0 || top.slice(1).every(({ verdict }) => verdict?.word !== 'not separated');
  return [
    opening,
    plain(`no transport is shown to be ${metric.words.better}. `),
    ...names,
    plain(`: ${relationOf(top, column)}. ${told ? 'Choose by features.' : 'Choose by features, or run more trials.'}`),
    ...rest,
  ];
}

/** Leaders in an order that does not depend on differences too small to count: by the columns they are behind in, then by name. */
function leadersOf(top: readonly TierEntry[], apart: readonly Apart[]): TierEntry[] {
  const behindIn = ({ name }: TierEntry): number => apart.filter(({ behind }) => behind.includes(name)).length;
  return top.toSorted((a, b) => behindIn(a) - behindIn(b) || (a.name < b.name ? -1 : 1));
}

/** Relation of leaders to one another: the strongest claim that holds for all. */
function relationOf([first, ...more]: readonly TierEntry[], column: Column): string {
  const { metric, band, absolute } = column;
  const all = (...words: readonly Verdict['word'][]) =>
    more.every(({ verdict }) => verdict !== null && words.includes(verdict.word));
  const [alone] = more.length === 1 ? more : [];
  if (all('equivalent')) {
    const within = `within ${tolerance(band)} ${place(metric)}`;
    return alone !== undefined
      ? `they are equivalent ${within}`
      : `each is equivalent to ${first?.name ?? ''} ${within}`;
  }
  if (all('equivalent', 'no practical difference')) {
    return `no practical difference ${place(metric)} (less than ${amountText(metric, absolute)})`;
  }
  const beyond = `${place(metric)} (beyond ${bandText(column)})`;
  return alone !== undefined
    ? `neither is shown to be ${metric.words.worse} than the other ${beyond}`
    : `none is shown to be ${metric.words.worse} than ${first?.name ?? ''} ${beyond}`;
}

/** Names choices whose interval lies above the objective of the run. */
function objectiveSentence({ question, rows, options: { objective } }: Facts): Phrase[] {
  const measured = METRICS.find(({ id }) => id === `p${objective?.percentile}`);
  if (objective === null || measured === undefined || !shapeOf(question).steadyRate) return [];
  const missing = rows.filter(({ floor, cells }) => {
    const cell = cells[measured.id];
    return !floor && cell.state === 'shown' && cell.interval !== null && cell.interval.low > objective.seconds;
  });
  if (missing.length === 0) return [];
  const names = missing.map(({ name }) => name);
  return [plain(` The objective, ${objectiveText(objective)}, is missed by ${list(names, 'and')}.`)];
}

/** Names leaders that lost messages, since latencies are only of the messages that arrived. */
function lossSentence(rows: readonly Row[], top: readonly TierEntry[], { id }: Metric): Phrase[] {
  const losers = rows.flatMap(({ caseId, name, trials }) => {
    if (!top.some((entry) => entry.caseId === caseId)) return [];
    const valid = trials.flatMap((trial) => (trial.state === 'valid' ? [trial.messages] : []));
    const lost = valid.reduce((total, messages) => total + lostIn(messages), 0);
    const expected = valid.reduce((total, messages) => total + messages.expected, 0);
    return lost === 0 ? [] : [`${name} ${integer(lost)} of ${integer(expected)}`];
  });
  if (losers.length === 0) return [];
  const rest = losers.length > MAX_LOSERS ? [`${losers.length - MAX_LOSERS} more`] : [];
  return [
    plain(
      ` Deliveries were lost, which ${id === 'in-time' ? 'count as not in time' : 'latencies do not show'}: ${list([...losers.slice(0, MAX_LOSERS), ...rest], 'and')}.`,
    ),
  ];
}

const MAX_LOSERS = 3;

/** Names choices without a verdict; one whose limit was not reached may be better than the recommended one. */
function untestedSentence(untested: readonly Untested[], { best }: Metric): Phrase[] {
  const unknown = untested.filter(({ bounded }) => !bounded).map(untestedText);
  const limited = untested.filter(({ bounded }) => bounded).map(({ name }) => name);
  return [
    ...(unknown.length > 0 ? [plain(` Not testable: ${list(unknown, 'and')}.`)] : []),
    ...(limited.length > 0
      ? [
          plain(
            best === 'more'
              ? ` ${list(limited, 'and')} may sustain more: the load generator reached its limit first.`
              : ` Not testable, because only a lower bound is known: ${list(limited, 'and')}.`,
          ),
        ]
      : []),
  ];
}

/** `mqtt (3 of 7 trials valid)`, or the name alone if its trials are enough but have no such figure. */
const untestedText = ({ name, validTrials, trials }: Untested): string =>
  validTrials < MIN_TRIALS ? `${name} (${validTrials} of ${countOf(trials, 'trial')} valid)` : name;

/** Names who is behind in none of the other columns, and in which the other leaders are; and batching, if it holds a column up. */
export function tieBreakOf({ tiers, rows, question }: Pick<Facts, 'tiers' | 'rows' | 'question'>): Sentence {
  if (tiers.kind === 'untestable' || tiers.apart.length === 0) return [];
  const [top = []] = tiers.tiers;
  const leaders = leadersOf(top, tiers.apart).map(({ name }) => {
    const columns = tiers.apart.filter(({ behind }) => behind.includes(name));
    const titles = columns.map(({ metric, behind }) => {
      const ahead = rows.filter((row) => top.some((entry) => entry.name === row.name) && !behind.includes(row.name));
      const batching = ahead.map((row) => batchingText(row, metricOf(metric), question)).find((text) => text !== '');
      return metricOf(metric).title + (batching ?? '');
    });
    return { name, where: titles.length === 0 ? 'no other column' : list(titles, 'and') };
  });
  const parts = [...Map.groupBy(leaders, ({ where }) => where)].map(([where, those], index) => {
    const verb = index > 0 ? '' : those.length > 1 ? ' are behind' : ' is behind';
    const names = those.map(({ name }) => name);
    return [...(index === 0 ? [] : [plain('; ')]), ...strongNames(names, 'and'), plain(`${verb} in ${where}`)];
  });
  return [plain('Among these, '), ...parts.flat(), plain('.')];
}

function withoutVerdict(choices: readonly Row[], metric: Metric, reason: string): Sentence {
  const seen = choices.flatMap(({ name, cells }) => shownOnly(name, cells[metric.id]));
  const [first, next] = seen;
  if (first === undefined) return [plain(`no answer: ${reason}.`)];
  const figure = ({ cell }: (typeof seen)[number]) => ` (${cellFigure(metric, cell)} ${metric.unit})`;
  // Lower bounds have no order, whichever of them is higher.
  const limited = metric.best === 'more' && [first, next].some((one) => (one?.cell.bounded ?? 0) > 0);
  const [most, then] = limited ? [metric.name, ' and '] : [`${extreme(metric)} ${metric.name}`, ', then '];
  return [
    plain(`no verdict: ${reason}. ${capitalised(most)} measured: `),
    strong(first.name),
    plain(figure(first)),
    ...(next === undefined ? [] : [plain(then), strong(next.name), plain(figure(next))]),
    plain(limited ? ', in no order.' : '.'),
  ];
}

const shownOnly = (name: string, cell: Cell) => (cell.state === 'shown' ? [{ name, cell }] : []);

export function certaintyOf({ rows, tiers, column, options }: Facts): Sentence {
  const { metric, band, absolute } = column;
  if (tiers.kind === 'untestable') {
    const max = Math.max(0, ...rows.map(({ validTrials }) => validTrials));
    if (max === 0) return [plain('Not known: no trial is valid.')];
    if (max >= MIN_TRIALS) return [plain(`Not known: ${tiers.reason}.`)];
    return [
      plain(`Not known: cases have at most ${countOf(max, 'valid trial')}, and an interval needs ${MIN_TRIALS}. `),
      plain('Another run may give a different order of the medians.'),
    ];
  }
  const [top = [], ...lower] = tiers.tiers;
  const trials = Math.min(
    ...rows.filter(({ name }) => top.some((entry) => entry.name === name)).map((row) => row.validTrials),
  );
  const shares = top.flatMap(({ name, topShare }) => (topShare === null ? [] : [{ name, topShare }]));
  const outsider = closestOf(lower.flat(), metric);
  const near = `${tolerance(band).slice(1)}${absolute > 0 ? ` or ${amountText(metric, absolute)}` : ''}`;
  return [
    ...(shares.length === 0 || top.length + lower.length < 2
      ? [plain(`Medians of ${countOf(trials, 'valid trial')} each.`)]
      : [
          ...sharesSentence(shares, ` ${near} of the ${extreme(metric)} ${metric.name}`),
          plain(` of ${integer(options.resamples)} bootstrap resamples of ${trials} trials.`),
        ]),
    ...(outsider === null
      ? []
      : [plain(' Closest other choice: '), strong(outsider.name), plain(`, ${outsider.figures}.`)]),
  ];
}

/** Share of each leader if they are few; otherwise that of the first and the range of the others. */
function sharesSentence(
  shares: readonly { readonly name: string; readonly topShare: number }[],
  near: string,
): Phrase[] {
  const [first, ...rest] = shares;
  if (first === undefined) return [];
  const opening = [strong(first.name), plain(` is within${near} in `), strong(share(first.topShare))];
  if (rest.length <= MAX_SHARES) {
    return [
      ...opening,
      ...rest.flatMap(({ name, topShare }) => [plain(', '), strong(name), plain(' in '), strong(share(topShare))]),
    ];
  }
  const [low, high] = [Math.min, Math.max].map((end) => share(end(...rest.map(({ topShare }) => topShare))));
  const others = low === high ? `in ${low}` : `in ${low} to ${high}`;
  return [...opening, plain(`, the other ${rest.length} ${others},`)];
}

const MAX_SHARES = 3;

function closestOf(entries: readonly TierEntry[], { best }: Metric): { name: string; figures: string } | null {
  const known = entries.flatMap(({ name, toLeader }) =>
    toLeader !== null && 'interval' in toLeader ? [{ name, ...toLeader }] : [],
  );
  const [closest] = known.toSorted((a, b) => (best === 'less' ? a.ratio - b.ratio : b.ratio - a.ratio));
  if (closest === undefined) return null;
  const { name, ratio, interval, bound } = closest;
  if (bound === '≥') {
    const limit = `(95 % confidence interval from ${change(interval.low)}), because its figure is a lower bound`;
    return { name, figures: `${change(ratio)} or higher ${limit}` };
  }
  if (bound !== undefined) {
    const limit = `(95 % confidence interval up to ${change(interval.high)}), because the leader’s figure is a lower bound`;
    return { name, figures: `${change(ratio)} or lower ${limit}` };
  }
  return {
    name,
    figures: `${change(ratio)} (95 % confidence interval ${change(interval.low)} to ${change(interval.high)})`,
  };
}

export function notCoveredBy(
  results: Pick<Results, 'environment' | 'networks' | 'cases'>,
  layer: Group['layer'],
  question: Question,
): NotCovered {
  const { link, pinning, cores } = results.environment;
  const elsewhere = ranElsewhere(question);
  const hosts = loadHosts(results);
  const source = hosts === 0 ? 'this machine' : countOf(hosts, 'other machine');
  const between = `load from ${source} to the server ${elsewhere ? `at ${question.target}` : 'on this one'}, over whatever network lies between`;
  const ours = link === 'loopback' ? 'one machine, over loopback' : 'one machine, over a private virtual link';
  const machine = elsewhere || hosts > 0 ? between : ours;
  const sharing =
    pinning === null
      ? `server and load generator shared ${countOf(cores, 'core')}`
      : pinning.siblings
        ? 'server and load generator pinned to hardware threads of one core'
        : 'server and load generator pinned to separate cores';
  const off = offTargetIn(results).map(
    ({ network }) => `nothing over ${network.id}, which the self-test found off its target`,
  );
  const where = elsewhere ? [machine] : [machine, ...wireLimits(results, question), ...(hosts === 0 ? [sharing] : [])];
  const counting = layer === null ? [] : [layerSentence(layer)];
  return { common: capitalised([...where, ...counting, ...off].join('; ')), own: shapeOf(question).limit };
}

/** Limits that follow from a question's values, with what its network does to packets. */
function wireLimits({ networks }: Pick<Results, 'networks'>, question: Question): string[] {
  const network = networkOf(networks, question);
  const limits = limitsIn(question);
  if (network === undefined) return limits;
  return limits.map((limit) => (limit.endsWith(network.id) ? `${limit} (${effectText(network)})` : limit));
}

/** Limits of a run's groups; those in common are listed once. */
export function limitsOf(groups: readonly Pick<Group, 'question' | 'notCovered'>[]): string[] {
  const byCommon = [...Map.groupBy(groups, ({ notCovered }) => notCovered.common)];
  return byCommon.map(([common, those]) => {
    const owns = [...Map.groupBy(those, ({ notCovered }) => notCovered.own)];
    const own = owns.map(([limit, covered]) => {
      const scenarios = new Set(covered.map(({ question }) => question.scenario));
      return owns.length === 1 ? limit : `${list([...scenarios], 'and')}: ${limit}`;
    });
    return `${[common, ...own].join('; ')}.`;
  });
}

export function layerSentence(layer: Group['layer']): string {
  switch (layer) {
    case 'socket':
      return 'bytes counted at the sockets (TCP/IP headers not included)';
    case 'link':
      return 'bytes counted on the link, as an interface counts them (Ethernet, IP and TCP headers and acknowledgements included)';
    case 'mixed':
      return 'bytes counted at different layers, so not comparable';
    case null:
      return 'no bytes counted';
  }
}

export const textOf = (sentence: Sentence): string => sentence.map(({ text }) => text).join('');

const namesOf = (entries: readonly TierEntry[], conjunction: 'and' | 'or'): Phrase[] =>
  strongNames(
    entries.map(({ name }) => name),
    conjunction,
  );

const strongNames = (names: readonly string[], conjunction: 'and' | 'or'): Phrase[] =>
  names.flatMap((name, index) => {
    const join = index === 0 ? '' : index === names.length - 1 ? ` ${conjunction} ` : ', ';
    return [...(join === '' ? [] : [plain(join)]), strong(name)];
  });

const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
const plain = (text: string): Phrase => ({ text, strong: false });
const strong = (text: string): Phrase => ({ text, strong: true });
