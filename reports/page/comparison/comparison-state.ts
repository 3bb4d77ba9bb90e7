import type { ComparedRow, ComparedWord } from '../../compare/compare-model.ts';
import { GRAVEST_FIRST } from '../../model/verdict.ts';

/** Choice of what to show of a comparison. */
export type View = {
  readonly hidden: readonly ComparedWord[];
  readonly order: Order;
  readonly columns: readonly ExpertColumn[];
  /** Share of the base beyond which a change is a regression, drawn as a line; null for no line. */
  readonly mark: number | null;
};

export const WORDS: readonly ComparedWord[] = GRAVEST_FIRST;

export const ORDERS = { gravest: 'worst news first', magnitude: 'largest change first', name: 'by transport' } as const;
export type Order = keyof typeof ORDERS;

export const EXPERT_COLUMNS = {
  delta: 'effect size (Cliff’s δ)',
  p: 'p (Holm)',
  n: 'trials',
  interval: 'interval method',
  statistical: 'verdict without --band',
} as const;
export type ExpertColumn = keyof typeof EXPERT_COLUMNS;

export const MARKS = [0.05, 0.1, 0.2, 0.5] as const;

/** View of everything, in the usual order. */
export const WHOLE: View = { hidden: [], order: 'gravest', columns: [], mark: null };

/** Filters and sorts a question's comparisons as the reader asked; they come with the worst first. */
export function visibleRows(rows: readonly ComparedRow[], { hidden, order }: View): ComparedRow[] {
  const left = rows.filter(({ verdict: { word } }) => !hidden.some((one) => one === word));
  if (order === 'magnitude') return left.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  if (order === 'name') return left.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return left;
}

/** Size of a change: halving counts as much as doubling, and a missing ratio least of all. */
const sizeOf = ({ ratio }: ComparedRow): number => (ratio === null ? -1 : Math.abs(Math.log(ratio)));

/** Ratio at which the line of a regression stands, for a figure of which less or more is better. */
export const markedAt = ({ metric }: ComparedRow, mark: number): number =>
  metric.best === 'less' ? 1 + mark : 1 - mark;

/** Names of a view's URL parameters. */
export const VIEW_NAMES = ['hide', 'order', 'columns', 'mark'] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

/** Values of a view's URL parameters; null for each that is as usual. */
export function viewTexts({ hidden, order, columns, mark }: View, usual: View): Record<ViewName, string | null> {
  const listed = (items: readonly string[], others: readonly string[]): string | null =>
    items.join() === others.join()
      ? null
      : items.length === 0
        ? NONE
        : items.map((one) => one.replace(' ', '-')).join();
  return {
    hide: listed(hidden, usual.hidden),
    order: order === usual.order ? null : order,
    columns: listed(columns, usual.columns),
    mark: mark === usual.mark ? null : mark === null ? NONE : String(Number((mark * 100).toPrecision(6))),
  };
}

/** Reads a view from URL parameters; those that are missing or not understood are as usual. */
export function viewFrom(read: (name: ViewName) => string | null, usual: View): View {
  const listed = <One extends string>(
    name: ViewName,
    all: readonly One[],
    otherwise: readonly One[],
  ): readonly One[] => {
    const asked = read(name)?.split(',');
    return asked === undefined ? otherwise : all.filter((one) => asked.includes(one.replace(' ', '-')));
  };
  const percent = Number(read('mark'));
  return {
    hidden: listed('hide', WORDS, usual.hidden),
    order: keysOf(ORDERS).find((one) => one === read('order')) ?? usual.order,
    columns: listed('columns', keysOf(EXPERT_COLUMNS), usual.columns),
    mark: read('mark') === NONE ? null : percent > 0 && percent < 100 ? percent / 100 : usual.mark,
  };
}

const NONE = 'none';

export function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  const keys: Key[] = [];
  for (const key in record) keys.push(key);
  return keys;
}
