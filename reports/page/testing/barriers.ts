import { type RunOptions, source } from 'axe-core';
import type { Page } from 'playwright-core';

/** Rules whose outcome depends on colours. They take most of the time of all rules. */
const OF_COLOUR = ['color-contrast', 'link-in-text-block'];

const STRUCTURE: RunOptions = {
  resultTypes: ['violations'],
  rules: Object.fromEntries(OF_COLOUR.map((rule) => [rule, { enabled: false }])),
};
const COLOURS: RunOptions = { resultTypes: ['violations'], runOnly: { type: 'rule', values: OF_COLOUR } };

/**
 * Script for `evaluate` that lists the elements with text of their own, one for each look that an earlier call has not seen. Elements
 * of one look have the same classes and backgrounds along all ancestors, and the same colours and font.
 */
const NEW_LOOKS = `(() => {
  const seen = (window.looksSeen ??= new Set());
  const grounds = new WeakMap();
  const groundOf = (one) => {
    if (one === null) return '';
    if (!grounds.has(one)) {
      const { backgroundColor, backgroundImage, opacity, position, visibility } = getComputedStyle(one);
      const own = [one.localName, one.getAttribute('class'), backgroundColor, backgroundImage, opacity, position, visibility];
      grounds.set(one, groundOf(one.parentElement) + '>' + own.join());
    }
    return grounds.get(one);
  };
  const letters = (one) => {
    const { color, fontSize, fontWeight, textDecorationLine, textShadow } = getComputedStyle(one);
    return [color, fontSize, fontWeight, textDecorationLine, textShadow].join();
  };
  const hasText = (one) => [...one.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim() !== '');
  return [...document.body.querySelectorAll('*')].filter((one) => {
    if (!one.matches('input, select, textarea') && !hasText(one)) return false;
    if (!one.checkVisibility()) return false;
    const look = [groundOf(one), letters(one), letters(one.parentElement), one.matches(':disabled')].join('|');
    return !seen.has(look) && seen.add(look);
  });
})()`;

/** Violations of all rules but those of colours that would exclude readers, each with its first place. */
export const barriersOn = (page: Page): Promise<string[]> => barriersIn(page, 'document', STRUCTURE);

/** Violations of the rules of colours in the looks that no earlier call has seen on this document. */
export const colourBarriersOn = (page: Page): Promise<string[]> => barriersIn(page, NEW_LOOKS, COLOURS);

async function barriersIn(page: Page, where: string, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(source);
  return page.evaluate<string[]>(`(async () => {
    const where = ${where};
    if (Array.isArray(where) && where.length === 0) return [];
    const { violations } = await axe.run(where, ${JSON.stringify(options)});
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => [id + ':', help, '(' + nodes.length + '):', nodes[0].html, nodes[0].failureSummary].join(' '));
  })()`);
}
