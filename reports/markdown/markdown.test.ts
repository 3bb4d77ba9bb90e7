import { describe, expect, test } from 'vitest';
import type { Results } from '../../bench/results/schema.ts';
import { analyse } from '../analysis/analyse.ts';
import { judgeThresholds, type Threshold } from '../analysis/thresholds.ts';
import { compare } from '../compare/compare.ts';
import { BROADCAST, ECHO, makeResults, type RunSpec, SEVEN } from '../testing/fixtures.ts';
import { comparisonMarkdown } from './comparison.ts';
import { summaryMarkdown } from './summary.ts';
import { escaped } from './text.ts';

const run = (spec: Partial<RunSpec> = {}): Results => makeResults({ transports: SEVEN, trials: 7, ...spec });
const summarise = (results: Results, thresholds: readonly Threshold[] = []): string =>
  summaryMarkdown(results, analyse(results, { resamples: 500 }), judgeThresholds(results, thresholds));

/** Cells of each row must be as many as its heading has, or the table falls apart. */
const tables = (text: string): number[][] =>
  text.split(/\n(?!\|)/).flatMap((part) => {
    const rows = part.split('\n').filter((line) => line.startsWith('|'));
    return rows.length === 0 ? [] : [rows.map((row) => row.split(/(?<!\\)\|/).length)];
  });

const HOSTILE = '</script><img src=x onerror=alert(1)>|[x](http://evil.example)`@team\n# head';

describe('a run as Markdown', () => {
  const threshold = {
    text: 'ws.echo.p50<1ms',
    flag: 'ws',
    scenario: 'echo',
    metric: 'p50',
    operator: '<',
    limit: 0.001,
  } as const;
  const text = summarise(run({ scenarios: [ECHO, BROADCAST] }), [threshold]);

  test('has decision, state, thresholds and a table a question', () => {
    expect(text).toMatch(/^## Wirebench\n\nFor echo with 100 clients .*: use \*\*ws\*\*: every other choice is/);
    expect(text).toMatch(/\nValid · 2026-11-23T06-18-00Z-fixture\.\n/);
    expect(text).toMatch(/\n\| `ws\.echo\.p50<1ms` \| ws\/echo\/c100\/r1200\/s128\/text \| \*\*met\*\* \| 0\.1\d+ ms /);
    expect(text).toMatch(/\n### broadcast to 100 clients at 50 msg\/s of 128 B\n\n\| transport \| p50 ms \|/);
    expect(text).toMatch(/\n\| tcp \| .* \| floor \|/);
  });

  test('its tables are whole', () => {
    expect(tables(text)).toHaveLength(3);
    for (const rows of tables(text)) expect(new Set(rows).size).toBe(1);
  });

  test('says what went wrong', () => {
    const faults = { 0: { state: 'failed', reasons: ['the server exited with code 1'] } } as const;
    const wrong = summarise(run({ trials: 1, transports: { a: {}, b: { faults } } }));
    expect(wrong).toMatch(/Quick look \(n=1\)/);
    expect(wrong).toMatch(/- \*\*Warning:\*\* b \(echo\): .*the server exited with code 1/);
  });
});

describe('a comparison as Markdown', () => {
  const slow = { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 0.17 * 1.2 } };
  const comparison = compare(run(), run({ transports: slow, seed: 2 }), { resamples: 500 });

  test('has the headline, what changed, and the rest folded away', () => {
    const text = comparisonMarkdown(comparison, { all: false });
    expect(text).toMatch(/Against the base run: \*\*2 worse, \d+ equivalent and \d+ not separated\*\*, of/);
    expect(text).toMatch(/\| echo with 100 clients .* \| ws \| p\d\d ms \| .* \| \+\d\d % \| ▼ worse 1\.\d\d× \(/);
    expect(text).toMatch(/<details><summary>\d+ equivalent or not testable<\/summary>/);
    for (const rows of tables(text)) expect(new Set(rows).size).toBe(1);
    expect(comparisonMarkdown(comparison, { all: true })).not.toContain('<details>');
  });

  test('of unlike questions it says why', () => {
    const raw = compare(run(), run({ scenarios: [{ ...ECHO, clients: 5 }] }));
    expect(comparisonMarkdown(raw, { all: false })).toMatch(
      /\*\*ws\*\* is not compared, because the questions differ: clients 100 → 5\./,
    );
  });
});

const HOSTILE_NAMES: readonly (readonly [what: string, name: string, inert: string])[] = [
  ['a pipe', 'a|b', 'a\\|b'],
  ['an escaped pipe', 'a\\|b', 'a\\\\\\|b'],
  ['code', '`rm`', '\\`rm\\`'],
  ['a command', 'see `npm run a -- *b*_c_`', 'see `npm run a -- *b*_c_`'],
  ['a command with a bar', "`npm run a -- 'b|c'`", "<code>npm run a -- 'b\\|c'</code>"],
  ['a fence', '```js', '\\`\\`\\`js'],
  ['a new line', 'a\n# head', 'a \\# head'],
  ['a row of its own', 'a\r\n| b |', 'a \\| b \\|'],
  ['emphasis', 'a_b*c*', 'a\\_b\\*c\\*'],
  ['a link', '[x](http://evil.example)', '\\[x\\](http&#58;//evil.example)'],
  ['a picture', '![x](y)', '!\\[x\\](y)'],
  ['a bare address', 'WWW.evil.example', 'WWW&#46;evil.example'],
  ['a mention', '@team', '&#64;&#8288;team'],
  ['a tag', '<img src=x>', '&lt;img src=x&gt;'],
  ['an entity', '&lt;b&gt;', '&amp;lt;b&amp;gt;'],
  ['a comment', '<!-- a', '&lt;!-- a'],
  ['a list', '- a', '\\- a'],
  ['a numbered list', '1. a', '1\\. a'],
];

test.each(HOSTILE_NAMES)('%s in a name is text: %j', (_, name, inert) => {
  expect(escaped(name)).toBe(inert);
  const transports = { [name]: { p50Ms: 1 }, b: {} };
  const results = run({ transports, trials: 6 });
  const leftOut = [{ name, kind: 'unavailable' as const, reason: name }];
  const text = summarise({ ...results, plan: { ...results.plan, leftOut } });
  expect(text).toContain(`\n| ${inert} | `);
  expect(text).toContain(`\n${inert}: ○ unavailable here: `);
  for (const rows of tables(text)) expect(new Set(rows).size).toBe(1);
});

test('what comes from outside is inert', () => {
  const transports = { [HOSTILE]: { title: HOSTILE, p50Ms: 1 }, b: {} };
  const texts = [
    summarise(run({ transports })),
    comparisonMarkdown(compare(run({ transports }), run({ transports, seed: 2 }), { resamples: 500 }), { all: true }),
  ];
  for (const text of texts) {
    expect(text).not.toMatch(/<img|<\/script|[^\\]`@|@team|\n# head|[^\\]\]\(|:\/\//);
    for (const rows of tables(text)) expect(new Set(rows).size).toBe(1);
  }
  expect(escaped('a|b_c*d')).toBe('a\\|b\\_c\\*d');
});
