import { createRoot } from 'react-dom/client';
import { isLinked } from './link.ts';
import { readLooks } from './looks.ts';
import { Panel } from './panel.tsx';

/** Questions and a live answer in place of the tables, which stay within reach below. */
export function advisor(page: Document): void {
  const mount = page.getElementById('advisor-panel');
  if (mount === null) return;
  for (const table of page.querySelectorAll('details.advisor-table')) table.removeAttribute('open');
  const scenarios = (mount.dataset.scenarios ?? '').split(' ').filter((name) => name !== '');
  const show = (): void => {
    createRoot(mount).render(<Panel scenarios={scenarios} looks={readLooks(mount.dataset.looks)} />);
  };
  if (isLinked()) {
    show();
    return;
  }
  // Whoever only reads the answer does not wait for questions.
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
