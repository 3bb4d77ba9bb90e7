import { announce } from '../announce.ts';
import { nearest, type Position, positionAfter, type Series, seriesOf } from './chart-navigation.ts';
import { figureTools } from './figure-tools.ts';
import { endHighlight, highlightedIn, paintHighlight, toggleHighlight, watchHighlighted } from './highlight.ts';
import { svgElement } from './standalone.ts';
import { hideTooltip, showTooltip } from './tooltip.ts';

/**
 * Makes charts readable by keyboard, pointer and screen reader. A chart needs only the markup that `chart.tsx` makes:
 *
 * - `<svg class="chart" role="img" aria-label="…" data-nearest="point|row">`, with all of its content hidden from the accessibility tree;
 * - in it a `<g class="series" data-series="name" data-points="x y text|x y text|…">` for each series, in reading order, with its
 *   direct label as `<text class="label">`; the class `dimmed` draws a series grey;
 * - around it the `<figure>` of `parts.tsx`, whose first table holds the chart's numbers.
 *
 * Charts that other parts draw later are upgraded as soon as they are in the page.
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
  'Left and right arrow keys read the points of a series, up and down change the series, Home and End go to its first ' +
  'and last point, Enter or 1 to 8 highlight a series, 0 removes all highlights, Escape leaves the point.';

function upgrade(chart: SVGSVGElement): void {
  if (chart.tabIndex === 0) return;
  const figure = chart.closest('figure');
  const title = figure?.querySelector('figcaption h3')?.textContent ?? '';
  // In this role a screen reader passes arrow keys to the chart.
  chart.setAttribute('role', 'application');
  chart.setAttribute('aria-roledescription', 'chart');
  chart.setAttribute('aria-label', [title, chart.getAttribute('aria-label')].filter(Boolean).join(': '));
  chart.setAttribute('aria-description', KEYS);
  chart.setAttribute('tabindex', '0');
  // The chart scrolls its current point into view, so its scroll box needs no tab stop of its own.
  chart.closest('.scroll')?.removeAttribute('tabindex');
  if (figure !== null) figureTools(figure, chart, title);
  paintHighlight(chart);
  navigate(chart);
}

function navigate(chart: SVGSVGElement): void {
  let series: readonly Series[] | undefined;
  let at: Position | null = null;
  const all = () => {
    series ??= seriesOf(chart);
    return series;
  };
  const show = (position: Position | null, aloud: boolean) => {
    at = position;
    const line = position === null ? undefined : all()[position.series];
    const point = position === null ? undefined : line?.points[position.point];
    for (const { element } of all()) element.classList.toggle('current', element === line?.element);
    if (position === null || line === undefined || point === undefined) {
      cursorOf(chart)?.remove();
      hideTooltip();
      return;
    }
    const cursor = cursorOf(chart) ?? makeCursor(chart);
    cursor.setAttribute('cx', String(point.x));
    cursor.setAttribute('cy', String(point.y));
    if (aloud) {
      cursor.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      announce(`${line.name}, ${point.text}; ${position.point + 1} of ${line.points.length}`);
    }
    const { left, top, width, height } = cursor.getBoundingClientRect();
    showTooltip(line.name, point.text, { x: left + width / 2, y: top + height / 2 });
  };
  const highlight = (index: number) => {
    const name = all()[index]?.name;
    if (name === undefined) return;
    toggleHighlight(name, highlightedIn(chart));
    const shown = highlightedIn(chart);
    announce(shown.length === 0 ? 'No series highlighted' : `Highlighted: ${shown.join(', ')}`);
  };

  chart.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    const next = positionAfter(all(), at, key);
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
  const cursor = svgElement('circle', { class: 'cursor', r: 7, 'aria-hidden': 'true' });
  chart.append(cursor);
  return cursor;
}
