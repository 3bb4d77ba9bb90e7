import { expect, test } from 'vitest';
import { typeset } from './minify.ts';

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
