import { materialize } from './materialize.ts';

/** Shows the trials whose question, transport, block, state, reasons or errors contain every typed word. */
export function filterTrials(page: Document): void {
  const input = page.querySelector<HTMLInputElement>('#trial-filter');
  const status = page.querySelector<HTMLElement>('.trial-filter [role="status"]');
  if (input === null || status === null) return;
  const tables = [...page.querySelectorAll<HTMLDetailsElement>('#data details.every-trial')].map(tableOf);
  input.addEventListener('input', () => {
    const words = input.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    let found = 0;
    for (const { details, count, rows } of tables) {
      let here = 0;
      for (const { row, text } of rows()) {
        const fits = words.every((word) => text.includes(word));
        row.hidden = !fits;
        if (fits) here++;
      }
      found += here;
      details.hidden = words.length > 0 && here === 0;
      details.open = words.length > 0 && here > 0;
      if (count !== null) count.textContent = words.length > 0 ? `(${here})` : '';
    }
    const all = Number(status.dataset.all);
    status.textContent = words.length > 0 ? `${found} of ${all} trials` : `${all} ${all === 1 ? 'trial' : 'trials'}`;
  });
}

type Row = { readonly row: HTMLTableRowElement; readonly text: string };

function tableOf(details: HTMLDetailsElement) {
  const title = details.querySelector('summary')?.textContent?.replace(/^Every trial: /, '') ?? '';
  let known: readonly Row[] | undefined;
  return {
    details,
    count: details.querySelector<HTMLElement>('.found'),
    /** Read at the first use, so that the page does not wait for a filter that may never be used. */
    rows: (): readonly Row[] => {
      if (known !== undefined) return known;
      materialize(details);
      const isExplained = details.querySelector('table.explained') !== null;
      known = [...(details.querySelector('tbody')?.rows ?? [])].map((row) => ({
        row,
        text: textOf(row, title, isExplained),
      }));
      return known;
    },
  };
}

/** Searchable text of a row, without its figures: a digit is in nearly every row. */
function textOf({ cells }: HTMLTableRowElement, title: string, isExplained: boolean): string {
  const [name, block, , state] = [...cells].map((cell) => cell.textContent ?? '');
  const reasons = isExplained ? (cells[cells.length - 1]?.textContent ?? '') : '';
  return [title, name, `block-${block}`, state, reasons].join(' ').toLowerCase();
}
