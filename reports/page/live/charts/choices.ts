import { setState, watchState } from '../url-state.ts';

/**
 * Connects each control `[data-choice="name"]` with the state of that name, which decides the form of a figure. The form in the
 * markup is a list's first option, or an empty field, and never appears in the address.
 */
export function offerChoices(page: Document): void {
  for (const control of page.querySelectorAll('[data-choice]')) {
    if (control instanceof HTMLSelectElement) offer(control, 'push');
    // With `push`, each digit would add an entry to the history.
    else if (control instanceof HTMLInputElement) offer(control, 'replace');
  }
}

function offer(control: HTMLSelectElement | HTMLInputElement, update: 'push' | 'replace'): void {
  const name = control.dataset.choice ?? '';
  const values = control instanceof HTMLSelectElement ? [...control.options].map(({ value }) => value) : null;
  const usual = values?.[0] ?? '';
  control.addEventListener('input', () => setState(name, control.value === usual ? null : control.value, update));
  watchState(name, (value) => {
    const next = value === null || values?.includes(value) === false ? usual : value;
    // Setting the value of a field moves the caret of someone who is typing in it.
    if (control.value !== next && !(control === document.activeElement && values === null)) control.value = next;
  });
}
