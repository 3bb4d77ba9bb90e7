import { setState, watchState } from './state.ts';

/**
 * State `sort`: a metric that every decision table which has it is sorted by, `p99`, or the other way round `-p99`. Any other table of
 * class `sortable` keeps its order to itself. Rows without a figure stay last, and a floor stays below them: it is no choice.
 */
export function sortTables(page: Document): void {
  const decisions = [...page.querySelectorAll<HTMLTableElement>('table.decision')];
  for (const table of decisions) {
    withButtons(table, ({ dataset: { metric = NAME } }, descending) =>
      setState('sort', `${descending ? '-' : ''}${metric}`),
    );
  }
  const orders = decisions.map((table) => ({
    table,
    order: rowsOf(table),
    heads: headsOf(table).map((head) => ({ head, sorted: head.getAttribute('aria-sort') })),
  }));
  watchState('sort', (value) => {
    const metric = value?.replace(/^-/, '');
    for (const { table, order, heads } of orders) {
      const found = heads.find(({ head }) => (head.dataset.metric ?? NAME) === metric);
      if (value !== null && found !== undefined) sortBy(table, found.head, value.startsWith('-'), order);
      else restore(table, order, heads);
    }
  });
  // Long tables are folded away: their buttons are made when they are first seen.
  page.addEventListener(
    'toggle',
    ({ target }) => {
      if (!(target instanceof HTMLDetailsElement) || !target.open) return;
      for (const table of target.querySelectorAll<HTMLTableElement>('table.sortable:not(.decision)')) {
        if (table.querySelector('thead button') !== null) continue;
        const order = rowsOf(table);
        withButtons(table, (cell, descending) => sortBy(table, cell, descending, order));
      }
    },
    { capture: true },
  );
}

/** Of the column that is no metric's. */
const NAME = 'name';

const headsOf = (table: HTMLTableElement): HTMLTableCellElement[] => [...(table.tHead?.rows[0]?.cells ?? [])];
const rowsOf = (table: HTMLTableElement): HTMLTableRowElement[] => [...(table.tBodies[0]?.rows ?? [])];

function withButtons(table: HTMLTableElement, sort: (head: HTMLTableCellElement, descending: boolean) => void): void {
  for (const head of headsOf(table)) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => sort(head, head.getAttribute('aria-sort') === 'ascending'));
  }
}

type Head = { readonly head: HTMLTableCellElement; readonly sorted: string | null };

/** As it was rendered: by the primary metric, the best first. */
function restore(table: HTMLTableElement, order: readonly HTMLTableRowElement[], heads: readonly Head[]): void {
  for (const { head, sorted } of heads) {
    if (sorted === null) head.removeAttribute('aria-sort');
    else head.setAttribute('aria-sort', sorted);
  }
  table.tBodies[0]?.append(...order);
}

function sortBy(
  table: HTMLTableElement,
  head: HTMLTableCellElement,
  descending: boolean,
  order: readonly HTMLTableRowElement[],
): void {
  const heads = headsOf(table);
  const column = heads.indexOf(head);
  const sign = descending ? -1 : 1;
  const keyed = order.map((row) => ({ row, key: keyOf(row, column) }));
  const figures = keyed.some(({ key }) => typeof key === 'number');
  const sorted = keyed.toSorted((a, b) => {
    const rank = rankOf(a.row) - rankOf(b.row);
    if (rank !== 0) return rank;
    if (!figures) return sign * String(a.key ?? '').localeCompare(String(b.key ?? ''), 'en', { numeric: true });
    const [left, right] = [a.key, b.key].map((key) => (typeof key === 'number' ? key : null));
    if (left == null || right == null) return Number(left == null) - Number(right == null);
    return sign * (left - right);
  });
  for (const one of heads) {
    if (one === head) one.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
    else one.removeAttribute('aria-sort');
  }
  table.tBodies[0]?.append(...sorted.map(({ row }) => row));
}

/** Choices, then the floor, then what cannot do it. */
const rankOf = (row: HTMLTableRowElement): number =>
  row.classList.contains('floor') ? 1 : [...row.cells].some(({ colSpan }) => colSpan > 1) ? 2 : 0;

/** The cell's figure as it is printed, else its text. */
function keyOf(row: HTMLTableRowElement, column: number): number | string | null {
  const cell = row.cells[column];
  if (cell === undefined) return null;
  const text = (cell.querySelector('.value') ?? cell).textContent?.trim() ?? '';
  const figure = /^[≥≤<! ]*([−-]?[\d,]+(?:\.\d+)?)/.exec(text)?.[1];
  return figure === undefined ? text : Number(figure.replaceAll(',', '').replace('−', '-'));
}
