import { limitsOf as limitsIn } from '../../bench/results/case.ts';
import { MIN_TRIALS } from '../../bench/results/rules.ts';
import type { Environment } from '../../bench/results/schema.ts';
import { lostIn } from '../../bench/results/values.ts';
import { metric as metricOf, openingOf, shapeOf } from '../kinds/lookup.ts';
import { cellFigure, change, countOf, integer, list, share, tolerance } from '../model/format.ts';
import { extreme, type Metric, place } from '../model/metrics.ts';
import type {
  AnalysisOptions,
  Cell,
  Group,
  NotCovered,
  Phrase,
  Question,
  Row,
  Sentence,
  TierEntry,
  Untested,
} from '../model/model.ts';

type Facts = Pick<Group, 'question' | 'rows' | 'metrics' | 'tiers'> & {
  readonly metric: Metric;
  readonly band: number;
  readonly options: AnalysisOptions;
};

/** Answer to a question. Every word is a claim: “not shown” is never “the same”, and “equivalent” is only that verdict. */
export function answerOf({ question, rows, tiers, metric, band }: Facts): Sentence {
  const opening = plain(openingOf(question));
  const choices = rows.filter(({ floor }) => !floor);
  const measure = `${place(metric)} (beyond ${tolerance(band)})`;
  const { better, worse } = metric.words;
  const [only] = choices;
  if (tiers.kind === 'untestable') return [opening, ...withoutVerdict(choices, metric, tiers.reason)];
  const [top = [], ...lower] = tiers.tiers;
  const others = lower.flat().length;
  const untested = [...lossSentence(rows, top), ...untestedSentence(tiers.untested, metric)];
  const [first, second, ...more] = top;
  if (first === undefined) return [opening, plain('no answer.')];
  if (choices.length === 1 && only !== undefined) {
    return [opening, plain('only '), strong(only.name), plain(' was measured; there is nothing to compare it with.')];
  }
  if (second === undefined && others === 0) {
    return [opening, plain('only '), strong(first.name), plain(' has enough valid trials for a verdict.'), ...untested];
  }
  if (second === undefined) {
    const rivals = tiers.untested.length > 0 ? 'every other choice that could be tested' : 'every other choice';
    return [
      opening,
      plain('use '),
      strong(first.name),
      plain(`: ${rivals} is shown to be ${worse} ${measure}.`),
      ...untested,
    ];
  }
  const names = namesOf(top, others > 0 ? 'or' : 'and');
  const allEquivalent = top.slice(1).every(({ verdict }) => verdict?.word === 'equivalent');
  const relation = allEquivalent
    ? more.length === 0
      ? `they are equivalent within ${tolerance(band)} ${place(metric)}`
      : `each is equivalent to ${first.name} within ${tolerance(band)} ${place(metric)}`
    : more.length === 0
      ? `neither is shown to be ${worse} than the other ${measure}`
      : `none is shown to be ${worse} than ${first.name} ${measure}`;
  if (others > 0) return [opening, plain('use '), ...names, plain(`: ${relation}.`), ...untested];
  const advice = allEquivalent ? 'Choose by features.' : 'Choose by features, or run more trials.';
  return [
    opening,
    plain(`no transport is shown to be ${better}. `),
    ...names,
    plain(`: ${relation}. ${advice}`),
    ...untested,
  ];
}

/** Names leaders that lost messages, since figures are only of the messages that arrived. */
function lossSentence(rows: readonly Row[], top: readonly TierEntry[]): Phrase[] {
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
      ` Deliveries were lost, which latencies do not show: ${list([...losers.slice(0, MAX_LOSERS), ...rest], 'and')}.`,
    ),
  ];
}

const MAX_LOSERS = 3;

/** Names choices without a verdict; one whose limit was not reached may be better than the recommended one. */
function untestedSentence(untested: readonly Untested[], { best }: Metric): Phrase[] {
  const names = (bounded: boolean) => untested.filter((one) => one.bounded === bounded).map(({ name }) => name);
  const [unknown, limited] = [names(false), names(true)];
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

/** Names columns that may settle it: those in which one leader is shown to be better than all others. */
export function tieBreakOf({ tiers, rows, metrics, metric: primary }: Facts): Sentence {
  const [top = []] = tiers.kind === 'tiered' ? tiers.tiers : [];
  if (top.length < 2) return [];
  const leaders = rows.filter(({ caseId }) => top.some((entry) => entry.caseId === caseId));
  const others = metrics.filter((id) => id !== primary.id);
  const settled = others.flatMap((id) => {
    const best = leaders.find(({ cells }) => isBest(cells[id]));
    const clear = leaders.every((row) => row === best || isWorse(row.cells[id]));
    return best !== undefined && clear ? [{ name: best.name, metric: metricOf(id) }] : [];
  });
  const byName = [...Map.groupBy(settled, ({ name }) => name)];
  return byName.flatMap(([name, columns], index) => {
    const byExtreme = [...Map.groupBy(columns, ({ metric }) => extreme(metric))].map(
      ([most, those]) =>
        `${most} in ${list(
          those.map(({ metric }) => metric.title),
          'and',
        )}`,
    );
    return [
      plain(index === 0 ? 'Among these, ' : '; '),
      strong(name),
      plain(` is shown to be ${list(byExtreme, 'and')}${index === byName.length - 1 ? '.' : ''}`),
    ];
  });
}

/** True if the others are compared with this choice, which therefore has no verdict. */
const isBest = (cell: Cell): boolean => cell.state === 'shown' && cell.verdict === null;
const isWorse = (cell: Cell): boolean => cell.state === 'shown' && cell.verdict?.word === 'worse';

function withoutVerdict(choices: readonly Row[], metric: Metric, reason: string): Sentence {
  const seen = choices.flatMap(({ name, cells }) => shownOnly(name, cells[metric.id]));
  const [first, next] = seen;
  if (first === undefined) return [plain(`no answer: ${reason}.`)];
  const figure = ({ cell }: (typeof seen)[number]) => ` (${cellFigure(metric, cell)} ${metric.unit})`;
  const most = extreme(metric);
  return [
    plain(`no verdict: ${reason}. ${capitalised(most)} ${metric.name} measured: `),
    strong(first.name),
    plain(figure(first)),
    ...(next === undefined ? [] : [plain(', then '), strong(next.name), plain(figure(next))]),
    plain('.'),
  ];
}

const shownOnly = (name: string, cell: Cell) => (cell.state === 'shown' ? [{ name, cell }] : []);

export function certaintyOf({ rows, tiers, metric, band, options }: Facts): Sentence {
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
  return [
    ...(shares.length === 0 || top.length + lower.length < 2
      ? [plain(`Medians of ${countOf(trials, 'valid trial')} each.`)]
      : [
          ...sharesSentence(shares, ` ${tolerance(band).slice(1)} of the ${extreme(metric)} ${metric.name}`),
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
  { link, pinning, cores }: Environment,
  layer: Group['layer'],
  question: Question,
): NotCovered {
  const { target } = question;
  const ours = link === 'loopback' ? 'one machine, over loopback' : 'one machine, over a private virtual link';
  const machine =
    target === undefined
      ? ours
      : `load from this machine to the server at ${target}, over whatever network lies between`;
  const sharing =
    pinning === null
      ? `server and load generator shared ${countOf(cores, 'core')}`
      : 'server and load generator pinned to separate cores';
  const where = target === undefined ? [machine, ...limitsIn(question), sharing] : [machine];
  const counting = layer === null ? [] : [layerSentence(layer)];
  return { common: capitalised([...where, ...counting].join('; ')), own: shapeOf(question).limit };
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
  entries.flatMap(({ name }, index) => {
    const join = index === 0 ? '' : index === entries.length - 1 ? ` ${conjunction} ` : ', ';
    return [...(join === '' ? [] : [plain(join)]), strong(name)];
  });

const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
const plain = (text: string): Phrase => ({ text, strong: false });
const strong = (text: string): Phrase => ({ text, strong: true });
