import { Fragment, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { watchState } from '../state.ts';
import { paintHighlight } from './highlight.ts';
import { hideTooltip } from './tooltip.ts';

/** A figure in another form than its markup has. */
export type Form = {
  /** No two forms of a figure have the same: another form is another chart, and whoever reads it finds nothing of the one before. */
  readonly key: string;
  readonly title: string;
  readonly takeaway: string;
  /** What stands below the caption, and the reader's choices. */
  readonly body: ReactNode;
};

/**
 * Draws a figure in the form that the states of these names ask for, in the place of the one in its markup, which comes back when
 * `formOf` has none to offer. Figures out of sight wait until the page has nothing else to do.
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
      // Several states change at once, and the figure once.
      if (figure.checkVisibility()) queueMicrotask(() => update(mine));
      else setTimeout(() => update(mine));
    });
  }
}

/** Of what is in the markup: the caption, the reader's choices, and what they change. */
function drawer(figure: HTMLElement): (form: Form | null) => void {
  const [heading, said] = ['figcaption h3', 'figcaption p'].map((one) => figure.querySelector(one));
  const usual = [heading?.textContent ?? '', said?.textContent ?? ''];
  let kept: readonly Element[] = [];
  let drawn: { readonly root: Root; readonly place: Element } | null = null;

  const caption = ([title = '', takeaway = '']: readonly string[]): void => {
    heading?.replaceChildren(title);
    said?.replaceChildren(takeaway);
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
      // A chart brings its own, and a form without one has none.
      figure.querySelector('.figure-tools')?.remove();
      drawn.root.render(<Fragment key={form.key}>{form.body}</Fragment>);
    }
    const details = figure.querySelector('details');
    if (details !== null) details.open = open;
  };
}
