import { say } from '../said.ts';
import { figureTools } from './figure-tools.ts';
import { endHighlight, highlightedIn, paintHighlight, toggleHighlight, watchHighlighted } from './highlight.ts';
import { moved, nearest, type Series, type Spot, seriesOf } from './reader.ts';
import { hideTooltip, showTooltip } from './tooltip.ts';

/**
 * Reading charts: by keyboard, by pointer, by ear. A chart needs nothing but its markup for it, which `chart.tsx` makes:
 *
 * - `<svg class="chart" role="img" aria-label="…" data-nearest="point|row">`, everything in it hidden from the accessibility tree;
 * - in it a `<g class="series" data-series="name" data-points="x y text|x y text|…">` for each series, in the order in which they are
 *   read, with its direct label as `<text class="label">`; `dimmed` is among its classes while it is drawn grey;
 * - around it the `<figure>` of `parts.tsx`, whose first table holds the same numbers.
 *
 * Charts that another part draws later get the same as soon as they are in the page.
 */
export function charts(page: Document): void {
  const upgradeIn = (root: ParentNode) => {
    for (const chart of root.querySelectorAll<SVGSVGElement>('svg.chart')) upgrade(chart);
  };
  upgradeIn(page);
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (node instanceof SVGSVGElement && node.matches('.chart')) upgrade(node);
      else if (node instanceof Element) upgradeIn(node);
    }
  }).observe(page.body, { childList: true, subtree: true });
  page.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') hideTooltip();
  });
  watchHighlighted(() => {
    for (const chart of page.querySelectorAll('svg.chart')) paintHighlight(chart);
  });
}

const KEYS =
  'Left and right arrow keys read the points of a series, up and down change the series, Home and End go to its ends, ' +
  'Enter or 1 to 8 highlight a series, 0 ends that, Escape leaves the point.';

function upgrade(chart: SVGSVGElement): void {
  if (chart.tabIndex === 0) return;
  const figure = chart.closest('figure');
  const title = figure?.querySelector('figcaption h3')?.textContent ?? '';
  // Arrow keys are the chart's own: in this role a screen reader hands them on.
  chart.setAttribute('role', 'application');
  chart.setAttribute('aria-roledescription', 'chart');
  chart.setAttribute('aria-label', [title, chart.getAttribute('aria-label')].filter(Boolean).join(': '));
  chart.setAttribute('aria-description', KEYS);
  chart.setAttribute('tabindex', '0');
  // The chart moves into view what it reads: the box it scrolls in need not be stopped at as well.
  chart.closest('.scroll')?.removeAttribute('tabindex');
  if (figure !== null) figureTools(figure, chart, title);
  paintHighlight(chart);
  read(chart);
}

function read(chart: SVGSVGElement): void {
  let series: readonly Series[] | undefined;
  let at: Spot | null = null;
  const all = () => {
    series ??= seriesOf(chart);
    return series;
  };
  const show = (spot: Spot | null, aloud: boolean) => {
    at = spot;
    const line = spot === null ? undefined : all()[spot.series];
    const point = spot === null ? undefined : line?.points[spot.point];
    for (const { element } of all()) element.classList.toggle('current', element === line?.element);
    if (spot === null || line === undefined || point === undefined) {
      cursorOf(chart)?.remove();
      hideTooltip();
      return;
    }
    const cursor = cursorOf(chart) ?? makeCursor(chart);
    cursor.setAttribute('cx', String(point.x));
    cursor.setAttribute('cy', String(point.y));
    if (aloud) {
      cursor.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      say(`${line.name}, ${point.text}; ${spot.point + 1} of ${line.points.length}`);
    }
    const { left, top, width, height } = cursor.getBoundingClientRect();
    showTooltip(line.name, point.text, { x: left + width / 2, y: top + height / 2 });
  };
  const highlight = (index: number) => {
    const name = all()[index]?.name;
    if (name === undefined) return;
    toggleHighlight(name, highlightedIn(chart));
    const shown = highlightedIn(chart);
    say(shown.length === 0 ? 'No series highlighted' : `Highlighted: ${shown.join(', ')}`);
  };

  chart.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    const next = moved(all(), at, key);
    if (next !== null) show(next, true);
    else if (key === 'Escape' && at !== null) show(null, false);
    else if ((key === 'Enter' || key === ' ') && at !== null) highlight(at.series);
    else if (/^[1-8]$/.test(key)) highlight(Number(key) - 1);
    else if (key === '0') endHighlight();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  chart.addEventListener('blur', () => show(null, false));
  chart.addEventListener('pointermove', (event) => {
    const matrix = chart.getScreenCTM();
    if (matrix === null) return;
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    show(nearest(all(), place, chart.dataset.nearest === 'row'), false);
  });
  chart.addEventListener('pointerleave', () => show(null, false));
  chart.addEventListener('click', ({ target }) => {
    const label = target instanceof Element ? target.closest('.label') : null;
    const index = all().findIndex(({ element }) => label !== null && element.contains(label));
    if (index >= 0) highlight(index);
  });
}

const cursorOf = (chart: Element): SVGElement | null => chart.querySelector<SVGElement>('.cursor');

function makeCursor(chart: Element): SVGElement {
  const cursor = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
  cursor.setAttribute('class', 'cursor');
  cursor.setAttribute('r', '7');
  cursor.setAttribute('aria-hidden', 'true');
  chart.append(cursor);
  return cursor;
}
