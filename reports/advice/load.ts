import { unusualDimensions } from '../../bench/results/case.ts';
import { NO_NETWORK, PERFECT_WIRE } from '../../bench/results/dimensions.ts';
import { ranElsewhere } from '../../bench/results/values.ts';
import { adviceOn, advising, shapeOf } from '../kinds/lookup.ts';
import { countOf, figures, integer, list } from '../model/format.ts';
import type { Group, Question } from '../model/model.ts';
import type { WantedLoad } from './model.ts';

/** Measured case that is used for the load in question, or why there is none. */
export type MatchedCase =
  | {
      readonly state: 'measured';
      readonly group: Group;
      readonly throughput: Group | null;
      readonly text: string;
      readonly lacksNetwork: string | null;
    }
  | {
      readonly state: 'outside' | 'none';
      readonly text: string;
      /** Value of `--scenarios` that would measure it. */
      readonly scenario: string;
      /** Network that was asked for and not measured; null for none. */
      readonly lacksNetwork: string | null;
    };

/** Network that is measured for a need that asks for losses: a phone's. */
export const LOSSY_NETWORK = '4g-lossy';

/** Maximum ratio between the load in question and a measured one. */
const MAX_RATIO = 2;

const DIMENSIONS = ['clients', 'rate', 'size'] as const;
type Dimension = (typeof DIMENSIONS)[number];

/** Matches a load to the nearest measured case. No case matches a load outside the measured range. */
export function matchCase(groups: readonly Group[], wanted: WantedLoad, binary: boolean, lossy = false): MatchedCase {
  const idle = wanted.rate === 0;
  const need = idle ? 'silence' : 'traffic';
  const cases = groups.filter(({ question }) => shapeOf(question).advice?.need === need);
  const [first] = cases;
  if (first === undefined) {
    const { missing, scenarios } = adviceOn(need);
    const scenario = idle ? scenarios : (wanted.scenario ?? wanted.preferred ?? scenarios);
    return { state: 'none', text: `The run did not measure ${missing}.`, scenario, lacksNetwork: null };
  }
  const { over, lacksNetwork } = overNetwork(cases, idle ? null : (wanted.network ?? null), lossy && !idle);
  if (over.length === 0) {
    const there = list([...new Set(cases.map(({ question }) => question.network))], 'and');
    const scenario = wanted.scenario ?? preferredOf(cases, wanted);
    return {
      state: 'none',
      text: `The run measured nothing over ${lacksNetwork}; it measured ${there}.`,
      scenario,
      lacksNetwork,
    };
  }
  const scenario = idle ? first.question.scenario : (wanted.scenario ?? preferredOf(over, wanted));
  const own = over.filter(({ question }) => question.scenario === scenario);
  if (own.length === 0) {
    const there = list([...new Set(over.map(({ question }) => question.scenario))], 'and');
    return { state: 'none', text: `The run measured ${there}, not ${scenario}.`, scenario, lacksNetwork };
  }
  const asked = DIMENSIONS.flatMap((dimension) => {
    const value = wanted[dimension];
    return value === null || value === 0 || (idle && dimension === 'size') ? [] : [{ dimension, value }];
  });
  const within = (reaches: (value: number, measured: number) => boolean): boolean =>
    own.some(({ question }) => asked.every(({ dimension, value }) => reaches(value, question[dimension])));
  const covered =
    within((value, measured) => value <= measured * MAX_RATIO) &&
    within((value, measured) => value >= measured / MAX_RATIO);
  if (!covered) return { state: 'outside', text: outside(asked, own, scenario), scenario, lacksNetwork };
  const nearest = own.toSorted(
    (a, b) => unlike(a.question, binary) - unlike(b.question, binary) || distance(asked, a) - distance(asked, b),
  )[0];
  const group = nearest ?? first;
  return {
    state: 'measured',
    group,
    throughput: idle ? null : throughputOf(groups, group.question),
    text: `${said(asked, group, wanted, binary)}${holdsText(group.question, lacksNetwork)}`,
    lacksNetwork,
  };
}

/**
 * Cases over the network in question: the one that was named; or for a need that asks for losses one that has them, if one was measured;
 * or else all. `lacksNetwork` is the network that none of the cases is over.
 */
function overNetwork(
  cases: readonly Group[],
  named: string | null,
  lossy: boolean,
): { readonly over: readonly Group[]; readonly lacksNetwork: string | null } {
  const overThe = (network: string): Group[] => cases.filter(({ question }) => question.network === network);
  if (named !== null) {
    const over = overThe(named);
    return { over, lacksNetwork: over.length === 0 ? named : null };
  }
  if (!lossy) return { over: cases, lacksNetwork: null };
  const withLosses = cases
    .filter(({ question }) => question.lossShare !== undefined)
    .map(({ question }) => question.network);
  const network = withLosses.find((one) => one === LOSSY_NETWORK) ?? withLosses[0];
  return network === undefined
    ? { over: cases, lacksNetwork: LOSSY_NETWORK }
    : { over: overThe(network), lacksNetwork: null };
}

/** Says for which network the figures hold, and that losses, which a need asks for, were not measured. */
function holdsText(question: Question, lacksNetwork: string | null): string {
  if (ranElsewhere(question)) return '';
  const where = question.network === NO_NETWORK ? PERFECT_WIRE : question.network;
  const lacking = lacksNetwork === null ? '' : '; a network that loses packets was not measured';
  return ` The figures hold for ${where}${lacking}.`;
}

type Asked = readonly { readonly dimension: Dimension; readonly value: number }[];

const preferredOf = (cases: readonly Group[], { preferred }: WantedLoad): string => {
  const found = cases.find(({ question }) => question.scenario === preferred) ?? cases[0];
  return found?.question.scenario ?? '';
};

/** Distance of a case in what was not asked: cases of another encoding or with unusual dimensions match only if there is no other. */
const unlike = (question: Question, binary: boolean): number =>
  (question.encoding === (binary ? 'binary' : 'text') ? 0 : 8) +
  unusualDimensions(question).filter(({ name }) => name !== 'encoding').length;

const distance = (asked: Asked, { question }: Group): number =>
  asked.reduce((sum, { dimension, value }) => sum + Math.abs(Math.log(value / question[dimension])), 0);

/** Group that measured the throughput nearest to a case: searches and closed loops have groups of their own. */
function throughputOf(groups: readonly Group[], { clients, size, encoding }: Question): Group | null {
  const found = advising('throughput').flatMap((kind) =>
    groups
      .filter(({ question }) => question.kind === kind && question.encoding === encoding)
      .toSorted((a, b) => far(a.question) - far(b.question)),
  );
  function far(question: Question): number {
    return Math.abs(Math.log(question.clients / clients)) + Math.abs(Math.log(question.size / size));
  }
  return found[0] ?? null;
}

const inWords = (dimension: Dimension, value: number): string => {
  if (dimension === 'clients') return countOf(value, 'client');
  return dimension === 'rate' ? `${figures(value)} msg/s` : `${integer(value)} B`;
};

function said(asked: Asked, { title, question }: Group, { scenario, preferred }: WantedLoad, binary: boolean): string {
  const notes = [
    ...(binary && question.encoding !== 'binary' ? [' You asked for binary messages, but the run measured text.'] : []),
    ...(scenario === null &&
    preferred !== null &&
    preferred !== question.scenario &&
    shapeOf(question).advice?.need !== 'silence'
      ? [` The scenario ${preferred} would be closer to this use, but was not measured.`]
      : []),
  ].join('');
  if (asked.length === 0) return `You gave no load, so the options are judged at the run’s own: ${title}.${notes}`;
  if (asked.every(({ dimension, value }) => question[dimension] === value))
    return `The options are judged at the load you gave: ${title}.${notes}`;
  const wanted = asked.map(({ dimension, value }) => inWords(dimension, value)).join(', ');
  return `You gave ${wanted}. The options are judged at the nearest measured case: ${title}.${notes}`;
}

function outside(asked: Asked, own: readonly Group[], scenario: string): string {
  const wanted = asked.map(({ dimension, value }) => inWords(dimension, value)).join(', ');
  const measured = asked.map(({ dimension }) => {
    const values = [...new Set(own.map(({ question }) => question[dimension]))].toSorted((a, b) => a - b);
    return list(
      values.map((value) => inWords(dimension, value)),
      'and',
    );
  });
  return `Your load is outside the measured range: you gave ${wanted}; the run measured ${measured.join(', ')} (${scenario}).`;
}
