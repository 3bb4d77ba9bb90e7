import { summaryMarkdown } from '../../../markdown/summary.ts';
import { announce } from '../announce.ts';
import { embeddedAnalysis, embeddedResults } from '../embedded-data.ts';

/** Message shown when copying fails. */
export const NOT_COPIED = 'This browser does not let the page copy';

/** Copies a text; falls back to a selection, because browsers may deny a page opened from a file the clipboard. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}

/** Lets each button with `data-copy="id"` copy that element's text, and report it beside the button and to screen readers. */
export function copyButtons(page: Document): void {
  for (const button of page.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    button.addEventListener('click', async () => {
      const source = page.getElementById(button.dataset.copy ?? '');
      if (source === null) return;
      const outcome = (await copy(textOf(source))) ? 'Copied.' : `${NOT_COPIED}.`;
      const beside = button.parentElement?.querySelector('.copied');
      if (beside != null) beside.textContent = outcome;
      announce(outcome);
    });
  }
}

/** Text of an element; a list of facts has one fact per line, followed by the commands. */
function textOf(source: Element): string {
  const facts = [...source.querySelectorAll('dl.facts > div')];
  if (facts.length === 0) return source.textContent ?? '';
  const code = [...source.querySelectorAll('pre code')].map((one) => `Command: ${wordsOf(one)}`);
  return [...facts.map((fact) => [...fact.children].map(wordsOf).join(': ')), ...code].join('\n');
}

const wordsOf = (element: Element): string => (element.textContent ?? '').replace(/\s+/g, ' ').trim();

/** Starts the header's buttons, which print the page or copy its summary. */
export function headerButtons(page: Document): void {
  const status = page.querySelector('#said');
  page.querySelector('#print')?.addEventListener('click', () => print());
  page.querySelector('#copy-summary')?.addEventListener('click', async () => {
    const copied = await Promise.all([embeddedResults(), embeddedAnalysis()])
      .then(([results, analysis]) => copy(summaryMarkdown(results, analysis)))
      .catch(() => false);
    if (status !== null) status.textContent = copied ? 'Summary copied as Markdown' : NOT_COPIED;
  });
}
