import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Comparison } from '../../../compare/compare-model.ts';
import { VIEW_NAMES, type View, viewFrom, viewTexts } from '../../comparison/comparison-state.ts';
import { ComparisonView } from '../../comparison/comparison-view.tsx';
import { carriedComparison } from '../carried.ts';
import { setState, stateOf, watchState } from '../state.ts';
import { Controls } from './controls.tsx';

/** On the page of two runs: another view of the same comparison, kept in the address. */
export function comparisonControls(page: Document): void {
  const container = page.getElementById('comparison');
  if (container === null) return;
  carriedComparison().then(({ comparison, view: usual }) => {
    // Other parts have added to what stands there: it is made anew, and they find it again.
    container.replaceChildren();
    const root = createRoot(container);
    const choose = (view: View): void => {
      const texts = viewTexts(view, usual);
      for (const name of VIEW_NAMES) setState(name, texts[name], 'replace');
    };
    let shown: string | null = null;
    const show = (): void => {
      const view = viewFrom(stateOf, usual);
      const asked = JSON.stringify(view);
      if (asked === shown) return;
      shown = asked;
      root.render(
        <ComparisonView
          comparison={comparison}
          view={view}
          heading="h2"
          controls={<Controls comparison={comparison} view={view} onView={choose} />}
        />,
      );
    };
    for (const name of VIEW_NAMES) watchState(name, show);
  });
}

type ChosenProps = {
  readonly comparison: Comparison;
  readonly first: View;
  readonly heading: 'h2' | 'h3';
};

/** A comparison that its reader can ask for another view of; the view goes with the comparison. */
export function Chosen({ comparison, first, heading }: ChosenProps) {
  const [view, setView] = useState(first);
  return (
    <ComparisonView
      comparison={comparison}
      view={view}
      heading={heading}
      controls={<Controls comparison={comparison} view={view} onView={setView} />}
    />
  );
}
