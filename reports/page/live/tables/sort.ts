import { setState, watchState } from '../url-state.ts';

/**
 * State `sort`: the metric by which all decision tables that have it are sorted, `p99`, or `-p99` for the reverse order. Other tables
 * of class `sortable` keep their own order. Rows without a figure stay last, and the floor, which is no choice, stays below them.
 */
export function sortTables(page: Document): void {
  // A run of many questions has thousands of column heads: a table gets its buttons when it comes near the screen.
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting || !(target instanceof HTMLTableElement)) continue;
        near.unobserve(target);
        sortByState(target);
      }
    },
    { rootMargin: '100%' },
  );
  for (const table of page.querySelectorAll('table.decision')) near.observe(table);
  // Long tables are collapsed, and get theirs when they are first opened.
  page.addEventListener(
    'toggle',
    ({ target }) => {
      if (!(target instanceof HTMLDetailsElement) || !target.open) return;
      for (const table of target.querySelectorAll<HTMLTableElement>('table.sortable')) {
        if (table.querySelector('thead button') === null) sortByItself(table);
      }
    },
    { capture: true },
  );
}

function sortByState(table: HTMLTableElement): void {
  const order = rowsOf(table);
  const heads = headsOf(table).map((head) => ({ head, sorted: head.getAttribute('aria-sort') }));
  withButtons(table, ({ dataset: { metric = NAME } }, descending) =>
    setState('sort', `${descending ? '-' : ''}${metric}`),
  );
  watchState('sort', (value) => {
    const metric = value?.replace(/^-/, '');
    const found = heads.find(({ head }) => (head.dataset.metric ?? NAME) === metric);
    if (value !== null && found !== undefined) sortBy(table, found.head, value.startsWith('-'), order);
    else restore(table, order, heads);
  });
}

function sortByItself(table: HTMLTableElement): void {
  const order = rowsOf(table);
  withButtons(table, (head, descending) => sortBy(table, head, descending, order));
}

/** Name in state `sort` of the column that shows no metric. */
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

/** Restores the rendered order: by the primary metric, the best first. */
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

/** Rank of a row whatever the sort order: choices, then the floor, then transports that do not support the scenario. */
const rankOf = (row: HTMLTableRowElement): number =>
  row.classList.contains('floor') ? 1 : [...row.cells].some(({ colSpan }) => colSpan > 1) ? 2 : 0;

/** Sort key of a cell: its printed figure, or its text if it has none. */
function keyOf(row: HTMLTableRowElement, column: number): number | string | null {
  const cell = row.cells[column];
  if (cell === undefined) return null;
  const text = (cell.querySelector('.value') ?? cell).textContent?.trim() ?? '';
  const figure = /^[≥≤<! ]*([−-]?[\d,]+(?:\.\d+)?)/.exec(text)?.[1];
  return figure === undefined ? text : Number(figure.replaceAll(',', '').replace('−', '-'));
}
