import { setState, watchState } from '../state.ts';

/**
 * State `lit`: which series the reader sees in colour, by name and over all charts. Null while they have chosen none: then each chart
 * keeps what its markup says.
 */
let highlighted: readonly string[] | null = null;

/** With more at a time, none stands out. */
const MOST = 4;

export function watchHighlighted(watcher: () => void): void {
  watchState('lit', (value) => {
    highlighted = value === null ? null : namesFrom(value);
    watcher();
  });
}

/** `shown` are those in colour now: what the reader adds to or takes from. The one that was added first makes room. */
export function toggleHighlight(name: string, shown: readonly string[]): void {
  const next = shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name].slice(-MOST);
  setState('lit', next.length === 0 ? null : next.map(encodeURIComponent).join(), 'replace');
}

export const endHighlight = (): void => setState('lit', null, 'replace');

/** An address may say anything. */
function namesFrom(value: string): string[] | null {
  try {
    return value.split(',').map(decodeURIComponent);
  } catch {
    return null;
  }
}

const CHOSEN = 'data-own';

/** Draws grey what is not highlighted, in each chart that has something of what is. */
export function paintHighlight(chart: Element): void {
  const all = [...chart.querySelectorAll('.series')];
  const concerned = all.some((series) => highlighted?.includes(nameOf(series)));
  for (const series of all) {
    if (!series.hasAttribute(CHOSEN)) series.setAttribute(CHOSEN, series.classList.contains('dimmed') ? 'dimmed' : '');
    const dimmed = concerned ? !highlighted?.includes(nameOf(series)) : series.getAttribute(CHOSEN) === 'dimmed';
    series.classList.toggle('dimmed', dimmed);
  }
}

/** Those that stand out now; none where all are in colour alike. */
export function highlightedIn(chart: Element): string[] {
  const all = [...chart.querySelectorAll('.series')];
  const coloured = all.filter((series) => !series.classList.contains('dimmed'));
  return coloured.length === all.length ? [] : coloured.map(nameOf);
}

export const nameOf = (series: Element): string => series.getAttribute('data-series') ?? '';
