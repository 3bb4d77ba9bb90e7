import { say } from '../said.ts';
import { copy, NOT_COPIED } from './clipboard.ts';

/** Buttons with `data-copy="id"` put what that element says on the clipboard, and say beside them, and to screen readers, that they did. */
export function copyButtons(page: Document): void {
  for (const button of page.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    button.addEventListener('click', async () => {
      const source = page.getElementById(button.dataset.copy ?? '');
      if (source === null) return;
      const done = await copy(textOf(source));
      const said = done ? 'Copied.' : `${NOT_COPIED}.`;
      const beside = button.parentElement?.querySelector('.copied');
      if (beside != null) beside.textContent = said;
      say(said);
    });
  }
}

/** Lists of facts a line each, as one would write them down; anything else as it stands. */
function textOf(source: Element): string {
  const facts = [...source.querySelectorAll('dl.facts > div')];
  if (facts.length === 0) return source.textContent ?? '';
  const code = [...source.querySelectorAll('pre code')].map((one) => `Command: ${wordsOf(one)}`);
  return [...facts.map((fact) => [...fact.children].map(wordsOf).join(': ')), ...code].join('\n');
}

const wordsOf = (element: Element): string => (element.textContent ?? '').replace(/\s+/g, ' ').trim();
