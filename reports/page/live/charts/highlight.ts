import { setState, watchState } from '../url-state.ts';

/**
 * State `lit`: names of the series that the reader highlighted in all charts. Null until they highlight one; each chart then keeps the
 * colours of its markup.
 */
let highlighted: readonly string[] | null = null;

/** Most series highlighted at a time; with more, none stands out. */
const MAX_HIGHLIGHTED = 4;

export function watchHighlighted(watcher: () => void): void {
  watchState('lit', (value) => {
    highlighted = value === null ? null : namesFrom(value);
    watcher();
  });
}

/** Adds a series to the highlighted ones, or removes it. `shown` are those in colour now; the oldest makes room for a new one. */
export function toggleHighlight(name: string, shown: readonly string[]): void {
  const next = shown.includes(name)
    ? shown.filter((other) => other !== name)
    : [...shown, name].slice(-MAX_HIGHLIGHTED);
  setState('lit', next.length === 0 ? null : next.map(encodeURIComponent).join(), 'replace');
}

export const endHighlight = (): void => setState('lit', null, 'replace');

/** Names in an address; null for text that cannot be decoded. */
function namesFrom(value: string): string[] | null {
  try {
    return value.split(',').map(decodeURIComponent);
  } catch {
    return null;
  }
}

const CHOSEN = 'data-own';

/** Draws a chart's other series grey if one of its series is highlighted. */
export function paintHighlight(chart: Element): void {
  const all = [...chart.querySelectorAll('.series')];
  const concerned = all.some((series) => highlighted?.includes(nameOf(series)));
  for (const series of all) {
    if (!series.hasAttribute(CHOSEN)) series.setAttribute(CHOSEN, series.classList.contains('dimmed') ? 'dimmed' : '');
    const dimmed = concerned ? !highlighted?.includes(nameOf(series)) : series.getAttribute(CHOSEN) === 'dimmed';
    series.classList.toggle('dimmed', dimmed);
  }
}

/** Names of the series in colour; none if all are. */
export function highlightedIn(chart: Element): string[] {
  const all = [...chart.querySelectorAll('.series')];
  const coloured = all.filter((series) => !series.classList.contains('dimmed'));
  return coloured.length === all.length ? [] : coloured.map(nameOf);
}

export const nameOf = (series: Element): string => series.getAttribute('data-series') ?? '';
