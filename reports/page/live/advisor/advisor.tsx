import { createRoot } from 'react-dom/client';
import { isLinked } from './link.ts';
import { Panel } from './panel.tsx';
import { readSeriesStyles } from './series-style.tsx';

/** Shows the questions and their answer above the advisor's tables, which it collapses. */
export function advisor(page: Document): void {
  const mount = page.getElementById('advisor-panel');
  if (mount === null) return;
  for (const table of page.querySelectorAll('details.advisor-table')) table.removeAttribute('open');
  const networks = (mount.dataset.networks ?? '').split(' ').filter((name) => name !== '');
  const scenarios = (mount.dataset.scenarios ?? '').split(' ').filter((name) => name !== '');
  const show = (): void => {
    createRoot(mount).render(
      <Panel scenarios={scenarios} networks={networks} styleOf={readSeriesStyles(mount.dataset.styles)} />,
    );
  };
  if (isLinked()) {
    show();
    return;
  }
  // The questions are drawn when they come near, so that the answer at the top of the page does not wait for them.
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      watcher.disconnect();
      show();
    },
    { rootMargin: '800px' },
  );
  watcher.observe(mount);
}
