import { valueIn } from '../../../bench/results/case.ts';
import { DIMENSIONS, NO_NETWORK } from '../../../bench/results/dimensions.ts';
import type { Results } from '../../../bench/results/schema.ts';
import { shapeOf, titleOf } from '../../kinds/lookup.ts';
import { networkOf, rttOf } from '../../model/in-time.ts';
import type { Cell, Group, Question } from '../../model/model.ts';

/** Questions that differ in nothing but their network, by its rising round trip. */
export type OverNetworks = {
  readonly scenario: string;
  /** Title without a network, of the first of them. */
  readonly title: string;
  readonly groups: readonly Group[];
  /** Titles of the scenario's other questions, which have another load or TLS, and so no place on the same axis. */
  readonly leftOut: readonly { readonly title: string; readonly because: string }[];
};

export type NetworkFigures = Pick<Results, 'networks'>;

/** Sets of questions with one scenario, load and TLS over two networks or more; `none` counts as one. */
export function overNetworks(groups: readonly Group[], { networks }: NetworkFigures): OverNetworks[] {
  const timed = groups.filter(({ question }) => shapeOf(question).steadyRate);
  const sets = [...Map.groupBy(timed, ({ question }) => keyOf(question)).values()].filter(isOverSeveral);
  return sets.flatMap((those) => {
    const [first] = those;
    if (first === undefined) return [];
    const { question } = first;
    const others = timed.filter((group) => group.question.scenario === question.scenario && !those.includes(group));
    return [
      {
        scenario: question.scenario,
        title: titleOf({ ...question, network: NO_NETWORK }),
        groups: those.toSorted((a, b) => rttOf(networks, a.question) - rttOf(networks, b.question)),
        leftOut: others.map((group) => ({ title: group.title, because: differenceOf(question, group.question) })),
      },
    ];
  });
}

const isOverSeveral = (groups: readonly Group[]): boolean =>
  groups.length > 1 && groups.some(({ question }) => question.network !== NO_NETWORK);

/** Dimensions in which questions on one axis must agree. */
const SHARED = DIMENSIONS.filter(({ name, comparable }) => name !== 'network' && !comparable);

const keyOf = (question: Question): string =>
  JSON.stringify([question.kind, question.scenario, ...SHARED.map((dimension) => valueIn(dimension, question))]);

/** Names of what differs, such as `clients, rate and TLS`. */
const differenceOf = (one: Question, other: Question): string =>
  SHARED.filter((dimension) => valueIn(dimension, one) !== valueIn(dimension, other))
    .map(({ title }) => title)
    .join(', ');

/** Title of a network on an axis or in a table. */
export function networkTitle({ networks }: NetworkFigures, network: string): string {
  if (network === NO_NETWORK) return network;
  const title = networkOf(networks, { network })?.title ?? network;
  return title === network ? network : `${title} (${network})`;
}

/** Figure of a case over one network, in seconds; null where there is none. */
export type NetworkPoint = {
  readonly network: string;
  readonly p50: Shown;
  readonly p99: Shown;
};
type Shown = { readonly seconds: number; readonly bounded: boolean } | { readonly reason: string };

export type NetworkSeries = {
  readonly name: string;
  readonly floor: boolean;
  readonly points: readonly NetworkPoint[];
};

/** Latencies of each transport over the networks of a set. */
export function networkSeries({ groups }: OverNetworks): NetworkSeries[] {
  const names = [...new Map(groups.flatMap(({ rows }) => rows.map(({ name, floor }) => [name, floor] as const)))];
  return names.map(([name, floor]) => ({
    name,
    floor,
    points: groups.map(({ question, rows }) => {
      const row = rows.find((one) => one.name === name);
      const absent: Shown = { reason: 'not measured over this network' };
      return {
        network: question.network,
        p50: row === undefined ? absent : shownOf(row.cells.p50),
        p99: row === undefined ? absent : shownOf(row.cells.p99),
      };
    }),
  }));
}

const shownOf = (cell: Cell): Shown =>
  cell.state === 'shown' ? { seconds: cell.median, bounded: cell.bounded > 0 } : { reason: cell.reason };
