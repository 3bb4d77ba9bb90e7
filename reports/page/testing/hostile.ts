import { DIMENSIONS } from '../../../bench/results/dimensions.ts';
import { type Results, resultsSchema } from '../../../bench/results/schema.ts';

/** Text that would do harm or garble its surroundings in markup, a script, a style, Markdown, a spreadsheet or a terminal. */
export const HARM = [
  '=HYPERLINK("http://evil.example/")',
  '</script></style></title></textarea><img src=x onerror=alert(1)><svg onload=alert(2)>',
  '<!--<script>alert(3)//',
  ']]>-->',
  '" onmouseover="alert(4)" style="x',
  "' onfocus='alert(5)",
  'javascript:alert(6)',
  `$${'{alert(7)}'} {{alert(8)}}`,
  '[x](javascript:alert(9)) ![x](http://evil.example/x.png) <http://evil.example> @everyone #1',
  '| a | b |\n\n# heading\n```\n',
  '\u001b[31m\u001b]0;title\u0007\u009b2J\b\r',
  '\u2028\u2029\u202e\u2066\u0000',
  '&lt;img src=x onerror=alert(10)&gt; %0a \\',
].join(' ');

/** Fields whose values the schema prescribes, or that are no text; all others may hold any text. */
const FIXED = [
  'schema',
  'state',
  'kind',
  ...DIMENSIONS.flatMap(({ name, values }) => (values === undefined ? [] : [name])),
  'layer',
  'bound',
  'outcome',
  'upstream',
  'step',
];
const HISTOGRAMS = ['response', 'service', 'lag', 'connect', 'last'];
/** Fields by which the advisor recognises a transport; with harm in them it gives no advice. */
const KNOWN_BY = ['transport', 'variant', 'transports', 'id'];
/** Objects whose keys may be any text. */
const OPEN = ['effective', 'errors', 'packages', 'dimensions'];

/** Puts harm into every text of a run's results, or, without `names`, into all but the names of transports. */
export function madeHostile(results: Results, { names = true }: { names?: boolean } = {}): Results {
  const spared = new Set([...FIXED, 'link', ...HISTOGRAMS, ...(names ? [] : KNOWN_BY)]);
  const harmed = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return spared.has(key) ? value : `${HARM}${value}`;
    if (Array.isArray(value)) return value.map((one) => harmed(one, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [OPEN.includes(key) ? `${HARM}${name}` : name, harmed(one, name)]),
    );
  };
  return resultsSchema.parse(harmed(results, ''));
}
