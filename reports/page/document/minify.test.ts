import { expect, test } from 'vitest';
import { minifyMarkup, minifyStyle, typeset } from './minify.ts';

test('a number stays on one line with its sign and its unit', () => {
  expect(typeset('<td>in ≤ 1.5 % of them, &lt; 1 %</td>')).toBe(
    '<td>in ≤\u00a01.5\u00a0% of them, &lt;\u00a01\u00a0%</td>',
  );
  expect(typeset('<p>1.2 ms, ±5 % of 1,000 msg/s</p>')).toBe('<p>1.2\u00a0ms, ±5\u00a0% of 1,000\u00a0msg/s</p>');
  expect(typeset('<td>23.5 GiB</td><td>3 bytes</td>')).toBe('<td>23.5\u00a0GiB</td><td>3 bytes</td>');
  expect(typeset('<th>p50 ms</th>')).toBe('<th>p50 ms</th>');
});

test('attributes and text to be copied stay unchanged', () => {
  const markup = '<a title="5 %" href="#x"></a><pre><code id="command">--warmup 5 s</code></pre><code>5 s</code>';
  expect(typeset(markup)).toBe(markup);
});

test('right-to-left text is isolated from its surroundings, unless it stands alone in an element', () => {
  expect(typeset('<p>most with שקע רשת (2.5×)</p>')).toBe('<p>most with \u2068שקע רשת\u2069 (2.5×)</p>');
  expect(typeset('<bdi>مقبس الويب</bdi>')).toBe('<bdi>مقبس الويب</bdi>');
});

test('markup loses what a parser implies, and a slash never joins a value', () => {
  expect(minifyMarkup('<tr><td>a</td><td>b</td></tr>')).toBe('<tr><td>a<td>b');
  expect(minifyMarkup('<line x1="1" y2="2.5"></line><path d="M1 2"></path><text x="3" y="-4">a</text>')).toBe(
    '<line x1=1 y2="2.5"/><path d="M1 2"/><text x=3 y=-4>a</text>',
  );
  expect(
    minifyMarkup(
      '<td class="number">1</td><td class="a b">2</td><path class="grid" d="M1"></path><path class="grid"></path>',
    ),
  ).toBe('<td class=number>1<td class="a b">2<path class=grid d="M1"/><path class="grid"/>');
  expect(minifyMarkup('<path d="M1"><title>a</title></path><a href="b"></a>')).toBe(
    '<path d="M1"><title>a</title></path><a href="b"></a>',
  );
});

test('a style sheet loses blanks that separate nothing, and keeps strings and operators', () => {
  expect(minifyStyle('/* a */\n.a > b , c:hover {\n  color: red;\n  width: calc(1px + 2px);\n}\n')).toBe(
    '.a > b ,c:hover{color:red;width:calc(1px + 2px)}',
  );
  expect(minifyStyle('@media (max-width: 9px) {\n  a::after {\n    content: "; }  x";\n  }\n}')).toBe(
    '@media (max-width:9px){a::after{content:"; }  x"}}',
  );
});

/** Points of a path of straight lines, absolute, as a browser reads them. */
function pointsOf(path: string): string[] {
  let [x, y] = [0, 0];
  return [...path.matchAll(/([MLl])([^MLlZ]*)/g)].flatMap(([, letter, text = '']) => {
    const numbers = (text.match(/-?(?:\d+\.\d+|\.\d+|\d+)/g) ?? []).map(Number);
    const pairs = Array.from({ length: numbers.length / 2 }, (_, at) => numbers.slice(2 * at, 2 * at + 2));
    return pairs.map(([left = 0, top = 0]) => {
      [x, y] = letter === 'l' ? [x + left, y + top] : [left, top];
      return `${x.toFixed(3)},${y.toFixed(3)}`;
    });
  });
}

test('a line keeps its points in fewer characters, and other paths stay as they are', () => {
  expect(minifyMarkup('<path d="M46,305.6L56,304.5L66.2,303.6Z"/>')).toBe('<path d="M46,305.6l10-1.1 10.2-.9Z"/>');
  expect(minifyMarkup('<path d="M0,0L1,1M5,5L5,4.25"/>')).toBe('<path d="M0,0l1 1M5,5l0-.75"/>');
  for (const path of ['M4 102H156', 'M3.6,0A3.6,3.6,0,1,1,-3.6,0', 'M1,2C3,4,5,6,7,8']) {
    expect(minifyMarkup(`<path d="${path}"/>`)).toBe(`<path d="${path}"/>`);
  }
  const points = Array.from({ length: 60 }, (_, at) => `${at * 6.7 - 30},${((at * 137) % 500) / 10 - 25}`);
  const path = `M${points.map((point) => point.replaceAll(/(\.\d)\d+/g, '$1')).join('L')}`;
  const [, shorter = ''] = / d="([^"]*)"/.exec(minifyMarkup(`<path d="${path}"/>`)) ?? [];
  expect(pointsOf(shorter)).toEqual(pointsOf(path));
  expect(shorter.length).toBeLessThan(path.length);
});
