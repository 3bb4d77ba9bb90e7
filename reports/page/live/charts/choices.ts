import { setState, watchState } from '../state.ts';

/**
 * Choices of the form of figures: each `[data-choice="name"]` shows, and sets, the state of that name. Its first option, or of a field
 * nothing, is what stands in the markup, and in no address.
 */
export function offerChoices(page: Document): void {
  for (const control of page.querySelectorAll('[data-choice]')) {
    if (control instanceof HTMLSelectElement) offer(control, 'push');
    // Every digit would be an entry of the history.
    else if (control instanceof HTMLInputElement) offer(control, 'replace');
  }
}

function offer(control: HTMLSelectElement | HTMLInputElement, how: 'push' | 'replace'): void {
  const name = control.dataset.choice ?? '';
  const values = control instanceof HTMLSelectElement ? [...control.options].map(({ value }) => value) : null;
  const usual = values?.[0] ?? '';
  control.addEventListener('input', () => setState(name, control.value === usual ? null : control.value, how));
  watchState(name, (value) => {
    const next = value === null || values?.includes(value) === false ? usual : value;
    // Setting what a field has already would move the caret of whoever writes in it.
    if (control.value !== next && !(control === document.activeElement && values === null)) control.value = next;
  });
}
