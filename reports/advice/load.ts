import { unusualDimensions } from '../../bench/results/case.ts';
import { adviceOn, advising, shapeOf } from '../kinds/lookup.ts';
import { countOf, figures, integer, list } from '../model/format.ts';
import type { Group, Question } from '../model/model.ts';
import type { WantedLoad } from './model.ts';

/** The measured case that stands for what was asked, or why none does. */
export type Basis =
  | { readonly state: 'measured'; readonly group: Group; readonly throughput: Group | null; readonly text: string }
  | { readonly state: 'outside' | 'none'; readonly text: string };

/** What is asked may lie so far from a measured case and still be judged by it. */
const REACH = 2;

const DIMENSIONS = ['clients', 'rate', 'size'] as const;
type Dimension = (typeof DIMENSIONS)[number];

/** Snaps a load to the nearest measured case, and says so. Beyond the measured range there is no nearest. */
export function snap(groups: readonly Group[], wanted: WantedLoad, binary: boolean): Basis {
  const idle = wanted.rate === 0;
  const need = idle ? 'silence' : 'traffic';
  const cases = groups.filter(({ question }) => shapeOf(question).advice?.need === need);
  const [first] = cases;
  if (first === undefined) {
    const { missing, scenarios } = adviceOn(need);
    const flags = idle ? scenarios : (wanted.scenario ?? scenarios);
    const clients = wanted.clients === null ? '' : ` --clients ${wanted.clients}`;
    return { state: 'none', text: `The run measured no ${missing}: npm run bench -- --scenarios ${flags}${clients}` };
  }
  const scenario = idle ? first.question.scenario : (wanted.scenario ?? preferredOf(cases, wanted));
  const own = cases.filter(({ question }) => question.scenario === scenario);
  if (own.length === 0) {
    const there = list([...new Set(cases.map(({ question }) => question.scenario))], 'and');
    return {
      state: 'none',
      text: `The run measured no ${scenario}, only ${there}: npm run bench -- --scenarios ${scenario}`,
    };
  }
  const asked = DIMENSIONS.flatMap((dimension) => {
    const value = wanted[dimension];
    return value === null || value === 0 || (idle && dimension === 'size') ? [] : [{ dimension, value }];
  });
  const within = (reaches: (value: number, measured: number) => boolean): boolean =>
    own.some(({ question }) => asked.every(({ dimension, value }) => reaches(value, question[dimension])));
  const covered = within((value, most) => value <= most * REACH) && within((value, least) => value >= least / REACH);
  if (!covered) return { state: 'outside', text: outside(asked, own, scenario) };
  const nearest = own.toSorted(
    (a, b) => unlike(a.question, binary) - unlike(b.question, binary) || distance(asked, a) - distance(asked, b),
  )[0];
  const group = nearest ?? first;
  return {
    state: 'measured',
    group,
    throughput: idle ? null : throughputOf(groups, group.question),
    text: said(asked, group, wanted, binary),
  };
}

type Asked = readonly { readonly dimension: Dimension; readonly value: number }[];

const preferredOf = (cases: readonly Group[], { preferred }: WantedLoad): string => {
  const found = cases.find(({ question }) => question.scenario === preferred) ?? cases[0];
  return found?.question.scenario ?? '';
};

/** Cases of another encoding, or with something out of the ordinary, stand in only where there is no other. */
const unlike = (question: Question, binary: boolean): number =>
  (question.encoding === (binary ? 'binary' : 'text') ? 0 : 8) +
  unusualDimensions(question).filter(({ name }) => name !== 'encoding').length;

const distance = (asked: Asked, { question }: Group): number =>
  asked.reduce((sum, { dimension, value }) => sum + Math.abs(Math.log(value / question[dimension])), 0);

/** What a server sustains is measured by searches or closed loops of their own. */
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
    ...(binary && question.encoding !== 'binary' ? [' Binary messages were asked for; those measured were text.'] : []),
    ...(scenario === null &&
    preferred !== null &&
    preferred !== question.scenario &&
    shapeOf(question).advice?.need !== 'silence'
      ? [` Nearer to the use would be ${preferred}, which was not measured.`]
      : []),
  ].join('');
  if (asked.length === 0) return `No load was given: judged at the run’s own, ${title}.${notes}`;
  if (asked.every(({ dimension, value }) => question[dimension] === value))
    return `Judged at ${title}, as asked.${notes}`;
  const wanted = asked.map(({ dimension, value }) => inWords(dimension, value)).join(', ');
  return `Asked: ${wanted}. Judged at the nearest measured case: ${title}.${notes}`;
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
  const flags = asked.map(({ dimension, value }) => `--${dimension} ${value}`).join(' ');
  return `Outside the measured range: no advice. Asked: ${wanted}; measured: ${measured.join(', ')} (${scenario}). Measure it: npm run bench -- --scenarios ${scenario} ${flags}`;
}
