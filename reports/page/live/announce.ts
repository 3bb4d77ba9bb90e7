/** Delay after the last call, so that holding an arrow key down announces only where it stopped. */
const SETTLED_MS = 150;

let region: HTMLElement | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Lets a screen reader speak a text politely, unless a newer one follows within `SETTLED_MS`. */
export function announce(text: string): void {
  region ??= liveRegion();
  const target = region;
  clearTimeout(timer);
  timer = setTimeout(() => {
    target.textContent = text;
  }, SETTLED_MS);
}

function liveRegion(): HTMLElement {
  const made = document.createElement('p');
  made.id = 'announcement';
  made.className = 'visually-hidden';
  made.setAttribute('role', 'status');
  (document.querySelector('main') ?? document.body).append(made);
  return made;
}
