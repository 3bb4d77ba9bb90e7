/** Between the tooltip and the point it belongs to. */
const GAP = 12;

let tip: HTMLElement | undefined;

/** At a point of the window; the same text is said by other means, so that nobody needs to see it. */
export function showTooltip(name: string, text: string, at: { readonly x: number; readonly y: number }): void {
  tip ??= makeTip();
  const title = document.createElement('strong');
  title.append(name);
  tip.replaceChildren(title, ' ', text);
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const most = document.documentElement.clientWidth - width - 4;
  const beside = at.x + GAP + width > document.documentElement.clientWidth ? at.x - GAP - width : at.x + GAP;
  const top = at.y - GAP - height < 4 ? at.y + GAP : at.y - GAP - height;
  tip.style.left = `${Math.max(4, Math.min(most, beside)) + scrollX}px`;
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
