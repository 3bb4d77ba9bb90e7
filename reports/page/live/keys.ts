import { setState, stateOf, watchState } from './state.ts';

/** State `keys`: `off` where the page shall not answer to single keys. */
export function answerKeys(page: Document): void {
  const dialog = page.querySelector<HTMLDialogElement>('#keys');
  const on = page.querySelector<HTMLInputElement>('#keys-on');
  if (dialog === null) return;
  const open = () => {
    if (!dialog.open) dialog.showModal();
  };
  page.querySelector('#show-keys')?.addEventListener('click', open);
  page.querySelector('#close-keys')?.addEventListener('click', () => dialog.close());
  on?.addEventListener('change', () => setState('keys', on.checked ? null : 'off', 'replace'));
  watchState('keys', (value) => {
    if (on !== null) on.checked = value !== 'off';
  });
  page.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (stateOf('keys') === 'off' || dialog.open || isTyping(event.target)) return;
    const does = { '?': open, n: () => step(page, 1), p: () => step(page, -1) }[event.key];
    if (does === undefined) return;
    event.preventDefault();
    does();
  });
}

const step = (page: Document, by: number) => page.dispatchEvent(new CustomEvent('step-question', { detail: by }));

/** Where a letter is text, or chooses from a list. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('textarea, select, input:not([type="radio"], [type="checkbox"], [type="button"])'));
