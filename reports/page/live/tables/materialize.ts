/**
 * Turns the rows of many trials into markup when they are first needed. Until then they are text in a `noscript`, because reading
 * them in with the page would delay its answer.
 */
export function materializeTables(page: Document): void {
  page.addEventListener(
    'toggle',
    ({ target }) => {
      if (target instanceof HTMLDetailsElement && target.open) materialize(target);
    },
    { capture: true },
  );
  addEventListener('beforeprint', () => {
    for (const details of page.querySelectorAll('details.every-trial')) materialize(details);
  });
}

/** Replaces the `noscript` of a table's `details`, if it still has one, with its content. */
export function materialize(details: Element): void {
  const source = details.querySelector('noscript');
  if (source === null) return;
  const made = document.createElement('template');
  made.innerHTML = source.textContent ?? '';
  source.replaceWith(made.content);
}
