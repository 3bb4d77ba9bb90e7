import { objectiveSentence } from '../../../analysis/objective.ts';
import { logScale } from '../../charts/axis.ts';
import { OBJECTIVE } from '../../parts/choices.tsx';
import { figureId } from '../../parts/sections.ts';
import { embeddedAnalysis } from '../embedded-data.ts';
import { stateOf, watchState } from '../url-state.ts';
import { svgElement } from './standalone.ts';

/**
 * State `objective`: the reader's latency objective in milliseconds. Figures of latency by percentile draw it as a line, and their
 * captions say which transports meet it. The curves stay unchanged.
 */
export function drawObjective(page: Document): void {
  for (const index of page.querySelectorAll('[data-question]').keys()) {
    const figure = page.getElementById(figureId(index, 'percentiles'));
    if (figure !== null) watchState(OBJECTIVE, () => show(figure, index));
  }
}

async function show(figure: HTMLElement, index: number): Promise<void> {
  const milliseconds = asked();
  const groups = milliseconds === null ? [] : (await embeddedAnalysis()).groups;
  // The objective may have changed while the analysis was decompressed.
  if (milliseconds !== asked()) return;
  const chart = figure.querySelector('svg.chart');
  chart?.querySelector('.objective-asked')?.remove();
  const status = figure.querySelector('.objective-said') ?? makeStatus(figure);
  if (milliseconds === null || chart === null) {
    status.textContent = '';
    return;
  }
  const choices = groups[index]?.rows.filter(({ floor }) => !floor) ?? [];
  const beyond = drawnIn(chart, milliseconds) ? '' : ' The objective lies outside the chart’s axis.';
  status.textContent = objectiveSentence(choices, milliseconds / 1e3) + beyond;
}

/** Objective in milliseconds; null if there is none, or the address has no positive number. */
function asked(): number | null {
  const value = Number(stateOf(OBJECTIVE) ?? '');
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** Adds the caption's line about the objective; screen readers announce its changes. */
function makeStatus(figure: HTMLElement): Element {
  const made = document.createElement('p');
  made.className = 'objective-said';
  made.setAttribute('role', 'status');
  figure.querySelector('.figure-choices')?.after(made);
  return made;
}

/** Draws the objective's line. @returns false if it lies outside the chart's axis */
function drawnIn(chart: Element, milliseconds: number): boolean {
  const place = chart.querySelector('[data-axis]');
  const [low = 0, high = 0, left = 0, right = 0, top = 0, bottom = 0] = (place?.getAttribute('data-axis') ?? '')
    .split(' ')
    .map(Number);
  if (!(milliseconds >= low && milliseconds <= high)) return false;
  const y = logScale([low, high], [bottom, top])(milliseconds).toFixed(1);
  const group = svgElement('g', { class: 'objective-asked', 'aria-hidden': 'true' });
  const name = svgElement('text', { class: 'tick', x: left + 4, y: Number(y) - 5 });
  name.append(`objective: ${milliseconds} ms`);
  group.append(svgElement('line', { class: 'objective', x1: left, x2: right, y1: y, y2: y }), name);
  chart.append(group);
  return true;
}
