import { expect, test } from 'vitest';
import { analyse } from './analysis/analyse.ts';
import { trialsCsv } from './raw/trials-csv.ts';
import { makeReport } from './report.ts';
import { ECHO, makeResults, SEVEN } from './testing/fixtures.ts';

const ON_BUN = { ...ECHO, dimensions: { runtime: 'bun' } };

const results = makeResults({
  transports: { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} },
  scenarios: [ECHO, ON_BUN],
  trials: 6,
});
const analysis = analyse(results, { resamples: 200 });
const [group] = analysis.groups;

test('servers in several runtimes stand in one table, each by its name', () => {
  expect(analysis.groups).toHaveLength(1);
  expect(group?.rows.map(({ name }) => name).toSorted()).toEqual(['sse', 'sse (on Bun)', 'ws', 'ws (on Bun)']);
});

test('each is compared with Node: latency, CPU time and memory, as ratios with their intervals', async () => {
  const lines = group?.notes.filter((note) => note.includes(' on Bun against Node: ')) ?? [];
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/p50 .*×.*p99 .*CPU/);
  expect((await makeReport(results, { resamples: 200 })).html).toContain('ws on Bun against Node');
  expect(trialsCsv(results, analysis)).toMatch(/\bruntime\b/);
});

test('a run in one runtime compares none', () => {
  const alone = makeResults({ transports: { ws: SEVEN.ws ?? {} }, scenarios: [ON_BUN], trials: 6 });
  expect(analyse(alone, { resamples: 100 }).groups[0]?.notes.filter((note) => note.includes('against'))).toEqual([]);
});
