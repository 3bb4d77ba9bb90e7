import { objectiveSentence } from '../../../analysis/objective.ts';
import { logScale } from '../../charts/axis.ts';
import { OBJECTIVE } from '../../parts/choices.tsx';
import { figureId } from '../../parts/sections.ts';
import { carriedAnalysis } from '../carried.ts';
import { stateOf, watchState } from '../state.ts';

/**
 * State `objective`: milliseconds that the reader asks for. Where latency is drawn by percentile they are a line, and the caption says
 * who keeps to them. The curves stay as they are drawn.
 */
export function drawObjective(page: Document): void {
  for (const index of page.querySelectorAll('[data-question]').keys()) {
    const figure = page.getElementById(figureId(index, 'percentiles'));
    if (figure !== null) watchState(OBJECTIVE, () => show(figure, index));
  }
}

async function show(figure: HTMLElement, index: number): Promise<void> {
  const milliseconds = asked();
  const groups = milliseconds === null ? [] : (await carriedAnalysis()).groups;
  // Something else may have been asked for by now.
  if (milliseconds !== asked()) return;
  const chart = figure.querySelector('svg.chart');
  chart?.querySelector('.objective-asked')?.remove();
  const said = figure.querySelector('.objective-said') ?? withLine(figure);
  if (milliseconds === null || chart === null) {
    said.textContent = '';
    return;
  }
  const choices = groups[index]?.rows.filter(({ floor }) => !floor) ?? [];
  const beyond = drawnIn(chart, milliseconds) ? '' : ' It lies beyond what is drawn.';
  said.textContent = objectiveSentence(choices, milliseconds / 1e3) + beyond;
}

/** An address may say anything. */
function asked(): number | null {
  const value = Number(stateOf(OBJECTIVE) ?? '');
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** Said aloud as well, when it changes. */
function withLine(figure: HTMLElement): Element {
  const made = document.createElement('p');
  made.className = 'objective-said';
  made.setAttribute('role', 'status');
  figure.querySelector('.figure-choices')?.after(made);
  return made;
}

/** @returns whether the axis reaches so far */
function drawnIn(chart: Element, milliseconds: number): boolean {
  const place = chart.querySelector('[data-axis]');
  const [low = 0, high = 0, left = 0, right = 0, top = 0, bottom = 0] = (place?.getAttribute('data-axis') ?? '')
    .split(' ')
    .map(Number);
  if (!(milliseconds >= low && milliseconds <= high)) return false;
  const y = logScale([low, high], [bottom, top])(milliseconds).toFixed(1);
  const group = element('g', { class: 'objective-asked', 'aria-hidden': 'true' });
  const name = element('text', { class: 'tick', x: left + 4, y: Number(y) - 5 });
  name.append(`objective: ${milliseconds} ms`);
  group.append(element('line', { class: 'objective', x1: left, x2: right, y1: y, y2: y }), name);
  chart.append(group);
  return true;
}

function element(tag: string, values: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(values)) made.setAttribute(name, String(value));
  return made;
}
