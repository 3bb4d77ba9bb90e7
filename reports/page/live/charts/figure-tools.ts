import { copy, NOT_COPIED } from '../export/clipboard.ts';
import { save } from '../export/download.ts';
import { say } from '../said.ts';
import { csvOf } from './csv.ts';
import { standalone } from './standalone.ts';

/** Buttons under a figure: its numbers and its picture, to take away. */
export function figureTools(figure: Element, chart: SVGSVGElement, title: string): void {
  // A chart that was drawn anew brings its own.
  figure.querySelector('.figure-tools')?.remove();
  const tools = document.createElement('p');
  tools.className = 'figure-tools';
  const table = figure.querySelector('table');
  if (table !== null) {
    const copyButton = button('Copy CSV', title, async () => {
      const copied = await copy(csvOf(table));
      const outcome = copied ? 'Copied' : NOT_COPIED;
      copyButton.textContent = outcome;
      say(`${outcome}: ${title}`);
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

/** After the run and the figure. */
const fileName = (title: string): string =>
  `${document.title} ${title}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 120);
