import { inert, quotedText } from '../../../raw/csv.ts';
import { announce } from '../announce.ts';
import { copy, NOT_COPIED } from '../export/clipboard.ts';
import { save } from '../export/downloads.ts';
import { standalone } from './standalone.ts';

/** Adds the buttons that copy a figure's numbers and download its chart. */
export function figureTools(figure: Element, chart: SVGSVGElement, title: string): void {
  // A redrawn chart brings new ones.
  figure.querySelector('.figure-tools')?.remove();
  const tools = document.createElement('p');
  tools.className = 'figure-tools';
  const table = figure.querySelector('table');
  if (table !== null) {
    const copyButton = button('Copy CSV', title, async () => {
      const outcome = (await copy(csvOf(table))) ? 'Copied' : NOT_COPIED;
      copyButton.textContent = outcome;
      announce(`${outcome}: ${title}`);
    });
    tools.append(copyButton);
  }
  tools.append(
    button('Download SVG', title, () => save(standalone(chart, title), `${fileName(title)}.svg`, 'image/svg+xml')),
  );
  figure.append(tools);
}

function button(text: string, title: string, press: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.setAttribute('aria-description', title);
  made.addEventListener('click', press);
  return made;
}

/** File name made of the run's and the figure's titles. */
const fileName = (title: string): string =>
  `${document.title} ${title}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 120);

/** A table of the page as CSV, with its header row. */
const csvOf = (table: HTMLTableElement): string =>
  [...table.rows].map((row) => `${[...row.cells].flatMap(cellsOf).map(quoted).join(',')}\r\n`).join('');

/** A cell that spans several columns leaves the others empty. */
const cellsOf = (cell: HTMLTableCellElement): string[] => [
  (cell.textContent ?? '').replace(/\s+/g, ' ').trim(),
  ...Array.from({ length: cell.colSpan - 1 }, () => ''),
];

/** Makes text harmless in a spreadsheet; a number with its sign is no formula. */
const quoted = (text: string): string => quotedText(/^[+-]?[\d.,]+$/.test(text) ? text : inert(text));
