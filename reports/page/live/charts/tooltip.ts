/** Distance between a tooltip and its point, in pixels. */
const GAP = 12;

let tip: HTMLElement | undefined;

/** Shows a tooltip at a point of the window. Readers who cannot see it get its text by `announce`. */
export function showTooltip(name: string, text: string, at: { readonly x: number; readonly y: number }): void {
  tip ??= makeTip();
  const title = document.createElement('strong');
  title.append(name);
  tip.replaceChildren(title, ' ', text);
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const maxLeft = document.documentElement.clientWidth - width - 4;
  const beside = at.x + GAP + width > document.documentElement.clientWidth ? at.x - GAP - width : at.x + GAP;
  const top = at.y - GAP - height < 4 ? at.y + GAP : at.y - GAP - height;
  tip.style.left = `${Math.max(4, Math.min(maxLeft, beside)) + scrollX}px`;
  tip.style.top = `${top + scrollY}px`;
}

export function hideTooltip(): void {
  if (tip !== undefined) tip.hidden = true;
}

function makeTip(): HTMLElement {
  const made = document.createElement('div');
  made.className = 'tooltip';
  made.setAttribute('aria-hidden', 'true');
  document.body.append(made);
  return made;
}
