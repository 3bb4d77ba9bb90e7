/** Marks the section that is being read: the last one whose top is above the upper third of the screen. */
export function markSection(page: Document): void {
  const links = [...page.querySelectorAll<HTMLAnchorElement>('nav.sections a')];
  const entries = links.flatMap((link) => {
    const section = page.getElementById(link.hash.slice(1));
    return section === null ? [] : [{ link, section }];
  });
  if (entries.length === 0) return;
  let due = false;
  const mark = () => {
    due = false;
    const line = innerHeight / 3;
    const shown = entries.filter(({ section }) => !section.hasAttribute('hidden'));
    const atEnd = scrollY > 0 && Math.ceil(scrollY + innerHeight) >= page.documentElement.scrollHeight;
    const passed = shown.filter(({ section }) => section.getBoundingClientRect().top <= line);
    const current = atEnd ? shown.at(-1) : (passed.at(-1) ?? shown[0]);
    for (const { link } of entries) {
      if (link === current?.link) link.setAttribute('aria-current', 'location');
      else link.removeAttribute('aria-current');
    }
  };
  const later = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(mark);
  };
  addEventListener('scroll', later, { passive: true });
  addEventListener('resize', later, { passive: true });
  // What the script adds, and what is laid out only when it comes near, moves the rest without a scroll.
  new ResizeObserver(later).observe(page.body);
  later();
}
