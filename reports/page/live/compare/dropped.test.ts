import { expect, test, vi } from 'vitest';
import { parseResults } from '../../../../bench/results/file.ts';
import { resultsJsonSchema } from '../../../../bench/results/json-schema.ts';
import { makeReport } from '../../../report.ts';
import { ECHO, makeResults, SEVEN } from '../../../testing/fixtures.ts';
import type * as Dropped from './dropped.ts';

const today = makeResults({
  transports: { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} },
  scenarios: [ECHO, { ...ECHO, scenario: 'fan-in' }],
  trials: 2,
});

/** Results file of a later version. */
const newer = JSON.stringify({
  ...today,
  environment: { ...today.environment, link: 'mesh' },
  cases: today.cases.map((one) =>
    one.scenario === 'echo'
      ? one
      : { ...one, kind: 'fan-in', dimensions: { altitude: 3 }, trials: [{ state: 'valid', figure: 3 }] },
  ),
});

/** Imports the module with the schema that the bundler inserts. */
async function bundled(): Promise<typeof Dropped> {
  vi.stubGlobal('RESULTS_JSON_SCHEMA', resultsJsonSchema());
  return import('./dropped.ts');
}

test('a page reads a newer file as the command line does, and sets unknown cases aside by name', async () => {
  const { readDropped } = await bundled();
  const { results } = await readDropped(new File([newer], 'newer.json'));
  expect(results).toEqual(parseResults(newer, 'newer.json'));
  expect(results.cases.map(({ scenario }) => scenario)).toEqual(['echo', 'echo']);
  expect(results.setAside?.map(({ id }) => id)).toEqual([
    expect.stringContaining('ws/fan-in'),
    expect.stringContaining('sse/fan-in'),
    'bytes of every case',
  ]);
});

test('a report made of a newer file is read with the cases that were set aside', async () => {
  const { readDropped } = await bundled();
  const read = parseResults(newer, 'newer.json');
  const { html } = await makeReport(read, { resamples: 100 });
  const { results } = await readDropped(new File([html], 'report.html'));
  expect(results.setAside).toEqual(read.setAside);
  expect(results.cases.map(({ id }) => id)).toEqual(read.cases.map(({ id }) => id));
});
