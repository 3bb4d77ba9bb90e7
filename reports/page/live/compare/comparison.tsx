import { createRoot } from 'react-dom/client';
import { VIEW_NAMES, type View, viewFrom, viewTexts } from '../../comparison/comparison-state.ts';
import { embeddedComparison } from '../embedded-data.ts';
import { setState, stateOf, watchState } from '../url-state.ts';
import { ControlledComparison } from './controls.tsx';

/** Starts the controls of the page of two runs, which change its view and keep it in the address. */
export function comparisonControls(page: Document): void {
  const container = page.getElementById('comparison');
  if (container === null) return;
  embeddedComparison().then(({ comparison, view: usual }) => {
    // Other parts have changed the markup. It is replaced, and they upgrade the replacement.
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
      root.render(<ControlledComparison comparison={comparison} view={view} onView={choose} heading="h2" />);
    };
    for (const name of VIEW_NAMES) watchState(name, show);
  });
}
