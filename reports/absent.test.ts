import { expect, test } from 'vitest';
import type { Results } from '../bench/results/schema.ts';
import { upgrade } from '../bench/results/upgrade.ts';
import { analyse } from './analysis/analyse.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { markupOf, textOf } from './page/testing/markup.ts';
import { makeReport } from './report.ts';
import { summary } from './terminal/summary.ts';
import { ECHO, makeResults, SEVEN } from './testing/fixtures.ts';

const WHY = 'its native binding needs glibc 2.38 or later';
type LeftOut = NonNullable<Results['plan']['leftOut']>;

function run(leftOut: LeftOut): Results {
  const results = makeResults({ transports: { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} }, scenarios: [ECHO] });
  return upgrade({ ...results, plan: { ...results.plan, leftOut } });
}

const kinds: LeftOut = [
  { name: 'webtransport', kind: 'unavailable', reason: `unavailable here: ${WHY}` },
  { name: 'webtransport:datagram', kind: 'not supported', size: 128, reason: 'carries no messages over 100 bytes' },
];
const older: LeftOut = kinds.map(({ kind: _, ...rest }) => rest);

test.each([
  ['this version', kinds],
  ['earlier versions', older],
])(
  'transports that a machine cannot load differ from those that cannot do the scenario, in results of %s',
  async (_, leftOut) => {
    const results = run(leftOut);
    const analysis = analyse(results, { resamples: 100 });
    expect(analysis.groups[0]?.unsupported).toEqual([
      { name: 'webtransport', word: 'unavailable', reason: WHY },
      { name: 'webtransport:datagram', word: 'not supported', reason: 'carries no messages over 100 bytes' },
    ]);

    const text = summary(results, analysis, { width: 160, colour: false });
    expect(text).toContain(`\nwebtransport: ○ unavailable here: ${WHY}\n`);
    expect(text).toContain('\nwebtransport:datagram: — not supported: carries no messages over 100 bytes\n');

    expect(summaryMarkdown(results, analysis)).toContain(`\nwebtransport: ○ unavailable here: ${WHY}\n`);

    const page = textOf(markupOf((await makeReport(results)).html)).replaceAll(/\s+/g, ' ');
    expect(page).toMatch(new RegExp(`○ Not available here ?webtransport ?${WHY}`));
    expect(page).toMatch(/— Cannot do this ?webtransport:datagram ?carries no messages over 100 bytes/);
    expect(page).toMatch(new RegExp(`webtransport ?○ unavailable ?${WHY}`));
  },
);
