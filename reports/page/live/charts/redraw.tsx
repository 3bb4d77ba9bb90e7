import { Fragment, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { watchState } from '../url-state.ts';
import { paintHighlight } from './highlight.ts';
import { hideTooltip } from './tooltip.ts';

/** Form of a figure that differs from the one in its markup. */
export type Form = {
  /** Unique among a figure's forms: a new key makes a new chart, so that no reading position of the previous one is left. */
  readonly key: string;
  readonly title: string;
  readonly takeaway: string;
  /** Content below the caption and the reader's choices. */
  readonly body: ReactNode;
};

/**
 * Draws a figure in the form that the states of these names choose. If `formOf` gives null, the form in the markup comes back. Figures
 * out of sight wait until the page has nothing else to do.
 */
export function redraw(figure: HTMLElement, states: readonly string[], formOf: () => Promise<Form | null>): void {
  const draw = drawer(figure);
  let asked = 0;
  const update = async (mine: number): Promise<void> => {
    if (mine !== asked) return;
    const form = await formOf();
    if (mine === asked) draw(form);
  };
  for (const state of states) {
    watchState(state, () => {
      asked++;
      const mine = asked;
      // If several states change at once, the figure is drawn once.
      if (figure.closest('[hidden]') === null) queueMicrotask(() => update(mine));
      else setTimeout(() => update(mine));
    });
  }
}

/** Keeps a figure's original content, and returns a function that replaces it with a form or restores it. */
function drawer(figure: HTMLElement): (form: Form | null) => void {
  const [heading, takeawayLine] = ['figcaption h3', 'figcaption p'].map((one) => figure.querySelector(one));
  const usual = [heading?.textContent ?? '', takeawayLine?.textContent ?? ''];
  let kept: readonly Element[] = [];
  let drawn: { readonly root: Root; readonly place: Element } | null = null;

  const caption = ([title = '', takeaway = '']: readonly string[]): void => {
    heading?.replaceChildren(title);
    takeawayLine?.replaceChildren(takeaway);
  };
  const takeDown = (): void => {
    figure.querySelector('.figure-tools')?.remove();
    drawn?.root.unmount();
    drawn?.place.remove();
    drawn = null;
  };
  return (form) => {
    if (form === null && drawn === null) return;
    hideTooltip();
    const open = figure.querySelector('details')?.open ?? false;
    if (form === null) {
      takeDown();
      caption(usual);
      figure.append(...kept);
      for (const chart of figure.querySelectorAll('svg.chart')) paintHighlight(chart);
    } else {
      caption([form.title, form.takeaway]);
      if (drawn === null) {
        kept = [...figure.children].filter((child) => !child.matches('figcaption, .figure-choices'));
        for (const one of kept) one.remove();
        const place = document.createElement('div');
        place.className = 'figure-shown';
        figure.append(place);
        drawn = { root: createRoot(place), place };
      }
      // A new chart adds its own tools; a form without a chart has none.
      figure.querySelector('.figure-tools')?.remove();
      drawn.root.render(<Fragment key={form.key}>{form.body}</Fragment>);
    }
    const details = figure.querySelector('details');
    if (details !== null) details.open = open;
  };
}
