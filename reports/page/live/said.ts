/** Long enough that holding an arrow key down says only where it stopped. */
const SETTLED_MS = 150;

let region: HTMLElement | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Has a screen reader say it, politely, once nothing newer has come. */
export function say(text: string): void {
  region ??= liveRegion();
  const those = region;
  clearTimeout(timer);
  timer = setTimeout(() => {
    those.textContent = text;
  }, SETTLED_MS);
}

function liveRegion(): HTMLElement {
  const made = document.createElement('p');
  made.id = 'chart-said';
  made.className = 'visually-hidden';
  made.setAttribute('role', 'status');
  (document.querySelector('main') ?? document.body).append(made);
  return made;
}
