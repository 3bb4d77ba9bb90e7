import { setState, stateOf, watchState } from './url-state.ts';

const DARK = '(prefers-color-scheme: dark)';

/** State `theme`: `light`, `dark`, or null for the system's. It is in the address because a page from a file may not store anything. */
export function switchTheme(page: Document): void {
  const select = page.querySelector<HTMLSelectElement>('#theme');
  const rules = [...page.styleSheets].flatMap((sheet) => mediaRulesIn(sheet.cssRules));
  const dark = rules.map(({ media }) => ({ media, text: media.mediaText })).filter(({ text }) => text.includes(DARK));
  watchState('theme', (value) => {
    const theme = value === 'light' || value === 'dark' ? value : null;
    const root = page.documentElement;
    if (theme === null) root.removeAttribute('data-theme');
    else root.dataset.theme = theme;
    for (const { media, text } of dark) {
      media.mediaText = theme === null ? text : theme === 'dark' ? text.replace(DARK, '(min-width: 0px)') : 'not all';
    }
    if (select !== null) select.value = theme ?? 'system';
  });
  select?.addEventListener('change', () =>
    setState('theme', select.value === 'system' ? null : select.value, 'replace'),
  );
}

const mediaRulesIn = (rules: CSSRuleList): CSSMediaRule[] =>
  [...rules].flatMap((rule) => (rule instanceof CSSMediaRule ? [rule, ...mediaRulesIn(rule.cssRules)] : []));

/** State `keys`: `off` disables the page's single-key shortcuts. */
export function answerKeys(page: Document): void {
  const dialog = page.querySelector<HTMLDialogElement>('#keys');
  const on = page.querySelector<HTMLInputElement>('#keys-on');
  if (dialog === null) return;
  const open = () => {
    if (!dialog.open) dialog.showModal();
  };
  page.querySelector('#show-keys')?.addEventListener('click', open);
  page.querySelector('#close-keys')?.addEventListener('click', () => dialog.close());
  on?.addEventListener('change', () => setState('keys', on.checked ? null : 'off', 'replace'));
  watchState('keys', (value) => {
    if (on !== null) on.checked = value !== 'off';
  });
  page.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (stateOf('keys') === 'off' || dialog.open || isTyping(event.target)) return;
    const action = { '?': open, n: () => step(page, 1), p: () => step(page, -1) }[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

const step = (page: Document, by: number) => page.dispatchEvent(new CustomEvent('step-question', { detail: by }));

/** True in a control where a letter is text, or selects from a list. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('textarea, select, input:not([type="radio"], [type="checkbox"], [type="button"])'));

/** Marks the section being read: the last one whose top is above the upper third of the screen. */
export function markSection(page: Document): void {
  const links = [...page.querySelectorAll<HTMLAnchorElement>('nav.sections a')];
  const entries = links.flatMap((link) => {
    const section = page.getElementById(link.hash.slice(1));
    return section === null ? [] : [{ link, section }];
  });
  if (entries.length === 0) return;
  let isScheduled = false;
  const mark = () => {
    isScheduled = false;
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
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(mark);
  };
  addEventListener('scroll', schedule, { passive: true });
  addEventListener('resize', schedule, { passive: true });
  // Parts that the script adds or lays out late move the sections without a scroll event.
  new ResizeObserver(schedule).observe(page.body);
  schedule();
}
