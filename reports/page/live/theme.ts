import { setState, watchState } from './state.ts';

const DARK = '(prefers-color-scheme: dark)';

/** State `theme`: `light`, `dark`, or the system's. A page from a file may not be allowed to store anything, so the address has it. */
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
