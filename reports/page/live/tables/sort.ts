import { setState, watchState } from '../state.ts';

/**
 * State `sort`: a metric that every decision table which has it is sorted by, `p99`, or the other way round `-p99`. Any other table of
 * class `sortable` keeps its order to itself. Rows without a figure stay last, and a floor stays below them: it is no choice.
 */
export function sortTables(page: Document): void {
  // A run of many questions has thousands of heads: a table gets its buttons when it comes near the screen.
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
  // So do long tables, which are folded away, when they are first seen.
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
