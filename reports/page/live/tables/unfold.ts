/**
 * Of a run of very many trials the rows are text until they are asked for, in a `noscript`: read in with the rest of the page, they
 * would hold up what it opens with.
 */
export function unfoldTables(page: Document): void {
  page.addEventListener(
    'toggle',
    ({ target }) => {
      if (target instanceof HTMLDetailsElement && target.open) unfold(target);
    },
    { capture: true },
  );
  const unfoldAll = () => {
    for (const details of page.querySelectorAll('details.every-trial')) unfold(details);
  };
  addEventListener('beforeprint', unfoldAll);
}

/** Makes markup of what is text so far. */
export function unfold(details: Element): void {
  const kept = details.querySelector('noscript');
  if (kept === null) return;
  const made = document.createElement('template');
  made.innerHTML = kept.textContent ?? '';
  kept.replaceWith(made.content);
}
