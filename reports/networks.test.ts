import { describe, expect, test } from 'vitest';
import type { Results } from '../bench/results/schema.ts';
import { advise } from './advice/advise.ts';
import type { Answers } from './advice/model.ts';
import { EQUAL } from './advice/questions/criteria.ts';
import { analyse } from './analysis/analyse.ts';
import { networkSeries, overNetworks } from './analysis/figures/networks.ts';
import { tripsOf } from './analysis/figures/round-trips.ts';
import { textOf } from './analysis/sentences.ts';
import { judgeThresholds } from './analysis/thresholds.ts';
import { gatesOf } from './analysis/trust/gates.ts';
import { effectText, foundText, relayFactsOf } from './analysis/trust/networks.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { percentage } from './model/format.ts';
import { objectiveIn, usualObjective } from './model/in-time.ts';
import { trialsCsv } from './raw/trials-csv.ts';
import { makeReport } from './report.ts';
import { summary } from './terminal/summary.ts';
import { ECHO, makeResults } from './testing/fixtures.ts';
import { NETWORKS, OVER_NETWORKS_RUN } from './testing/networks.ts';

const results = makeResults(OVER_NETWORKS_RUN);
const analysis = analyse(results, { resamples: 500 });
const groupOver = (network: string) => {
  const found = analysis.groups.find(({ question }) => question.network === network);
  if (found === undefined) throw new Error(`no question over ${network}`);
  return found;
};

describe('the share in time', () => {
  test('is counted of what was expected, by the network’s round trip and 50 ms', () => {
    const { rows, inTime, metrics } = groupOver('4g-lossy');
    expect(inTime).toEqual({ percentile: 99, seconds: 0.11, stated: false });
    expect(metrics).toEqual(['p50', 'p99', 'p99.9', 'in-time', 'bytes', 'cpu', 'memory', 'connect']);
    const cellOf = (name: string) => rows.find((row) => row.name === name)?.cells['in-time'];
    // Losses are 20 of 2,000, and every message that arrived was in time.
    expect(cellOf('webrtc:lossy')).toMatchObject({ state: 'shown', median: 0.99 });
    expect(cellOf('ws')).toMatchObject({ state: 'shown', median: 0.985 });
    expect(cellOf('long-polling')).toMatchObject({ state: 'shown', median: 0.92 });
  });

  test('counts what is overdue as late', () => {
    const run = makeResults({ transports: { a: { overdue: 30, p50Ms: 1 } }, scenarios: [ECHO] });
    const [group] = analyse({ ...run, cases: run.cases.map((one) => ({ ...one, network: 'wan' })) }).groups;
    expect(group?.rows[0]?.cells['in-time']).toMatchObject({ state: 'shown', median: (1200 - 30) / 1200 });
  });

  test('is that of the run’s objective where it names one', () => {
    const plan = { ...results.plan, objective: 'p99<300ms' };
    expect(objectiveIn({ plan, networks: [...NETWORKS] }, { network: '4g-lossy' })).toMatchObject({
      seconds: 0.3,
      stated: true,
    });
    expect(usualObjective().seconds).toBe(0.05);
  });

  test('decides under loss, and p99 where nothing is lost', () => {
    expect(groupOver('4g-lossy').primary).toBe('in-time');
    expect(textOf(groupOver('4g-lossy').answer)).toMatch(/over 4g-lossy: use webrtc:lossy: .* lower in share in time/);
    expect(groupOver('slow-4g').primary).toBe('p99');
    expect(groupOver('none').metrics).not.toContain('in-time');
  });

  test('is never rounded up to all', () => {
    expect([0.99999, 0.9995, 0.873, 1].map(percentage)).toEqual(['99.99', '99.95', '87.3', '100']);
  });

  test('has a band that follows from the objective, as times have', () => {
    const { columns } = groupOver('4g-lossy');
    expect(columns['in-time']).toMatchObject({ band: 0.001, absolute: 0.001 });
    expect(columns.p99.absolute).toBeCloseTo(0.011);
    expect(groupOver('none').columns.p99.absolute).toBe(0.005);
  });

  test('can be limited, on a wire without delay too', () => {
    const limit = { flag: 'ws', scenario: 'echo', metric: 'in-time', operator: '>=', limit: 0.99 } as const;
    const [over] = judgeThresholds(results, [{ ...limit, text: '', narrowing: { network: '4g-lossy' } }]);
    expect(over).toMatchObject({ outcome: 'missed', median: 0.985 });
    const without = judgeThresholds(results, [{ ...limit, text: '' }]);
    expect(without.map(({ outcome }) => outcome)).toEqual(['met', 'met']);
  });
});

describe('networks in words', () => {
  test('their effects and findings', () => {
    const [first] = NETWORKS;
    expect(effectText(first!)).toBe(
      '60 ms round trip, ±7.5 ms each way, 0.5 % lost each way in bursts of 3, 9 Mbit/s down, 1.5 Mbit/s up',
    );
    expect(foundText(first!)).toBe(
      '60.3 ms at p50 and 76.1 ms at p99; 0.5 % lost up, 0.5 % down; 9 Mbit/s down, 1.49 Mbit/s up',
    );
  });

  test('titles name the rate of a session, headlines and limits the network', () => {
    expect(groupOver('4g-lossy').title).toMatch(
      /^echo with 50 clients at 100 msg\/s of 128 B, 2 msg\/s a session, .*over 4g-lossy$/,
    );
    expect(groupOver('4g-lossy').notCovered.common).toContain('the network 4g-lossy (60 ms round trip');
    expect(textOf(groupOver('none').answer)).toMatch(/over a wire without delay or loss: /);
    expect(groupOver('none').notCovered.common).toContain('a wire without delay or loss');
  });

  test('one that was off its target has a warning, a condition and a limit, and no question', () => {
    const [shell] = results.cases;
    const lacking = { ...shell!, id: 'ws/echo/network=edge-lossy', network: 'edge-lossy', trials: [] };
    const run: Results = { ...results, cases: [...results.cases, lacking] };
    const of = analyse(run, { resamples: 500 });
    expect(of.groups).toHaveLength(analysis.groups.length);
    expect(of.warnings[0]?.text).toMatch(
      /^edge-lossy: .*689 ms.* Asked: 650 ms .* found: .* 1 case over it is unavailable here\.$/,
    );
    expect(of.groups[0]?.notCovered.common).toContain('nothing over edge-lossy');
    expect(gatesOf({ results: run, analysis: of }).find(({ check }) => check === 'Networks on target')).toMatchObject({
      status: 'note',
    });
  });

  test('the relay’s lateness and counts are added over trials', () => {
    const [first] = relayFactsOf(results);
    expect(first).toMatchObject({ network: '4g-lossy', trials: 36, lagP99Seconds: 0.0009, receiveErrors: 0 });
    expect(gatesOf({ results, analysis }).find(({ check }) => check === 'Network kept')).toMatchObject({
      status: 'kept',
    });
  });

  test('bare TCP is no floor where packets are lost', () => {
    expect(analysis.warnings.filter(({ text }) => text.includes('that of the floor'))).toEqual([]);
  });
});

describe('figures over networks', () => {
  test('one axis has one load and one TLS, and says what is left out', () => {
    const [set, ...more] = overNetworks(analysis.groups, results);
    expect(more).toEqual([]);
    expect(set?.groups.map(({ question }) => question.network)).toEqual(['none', 'wifi-bad', '4g-lossy', 'slow-4g']);
    expect(set?.leftOut).toEqual([
      { title: 'echo with 100 clients at 1,000 msg/s of 128 B', because: 'clients, rate, TLS' },
    ]);
    expect(networkSeries(set!).map(({ points }) => points.length)).toEqual(Array.from({ length: 6 }, () => 4));
  });

  test('round trips stand beside those of the specifications', () => {
    const trips = tripsOf(groupOver('rtt=200ms'));
    expect(trips.map(({ name, expected }) => [name, expected])).toEqual([
      ['tcp', 3],
      ['ws', 3],
      ['sse', 3],
      ['long-polling', 3],
      ['socketio', 4],
      ['webrtc:lossy', 10],
    ]);
    for (const { measured, expected } of trips) expect(Math.abs(measured - expected)).toBeLessThan(0.3);
  });

  test('are on the page, each with its data, and their findings in terminal, Markdown and CSV', async () => {
    const { html } = await makeReport(results, { resamples: 500 });
    expect(html).toContain('<section id="networks"');
    expect(html).toContain('id="question-1-in-time"');
    expect(html).toContain('id="question-6-round-trips"');
    expect(html).toContain('p50 and p99 by network in ms');
    expect(html).toContain('<optgroup label="Over 4g-lossy">');
    const note = /Share in time: deliveries within 110 ms \(the network’s round trip and 50 ms/;
    expect(summary(results, analysis, { width: 400, colour: false })).toMatch(note);
    expect(summaryMarkdown(results, analysis)).toMatch(/deliveries within 110 ms/);
    const [header = ''] = trialsCsv(results, analysis).split('\r\n');
    expect(header).toMatch(/,response_p999_seconds,share_in_time,in_time_seconds,wire_arrived_up_bytes,/);
  });

  test('runs without networks have none of them', async () => {
    const { html } = await makeReport(makeResults({ transports: { a: {}, b: {} } }), { resamples: 500 });
    expect(html).not.toContain('id="networks"');
    expect(html).not.toContain('in-time"');
  });
});

describe('advice over networks', () => {
  const load = { scenario: 'echo', preferred: null, clients: null, rate: null, size: null };
  const asked = (answers: Partial<Answers>, of = { results, analysis }) =>
    advise(
      of,
      { preset: null, needs: [], load, objective: null, weights: EQUAL, judged: [], judgement: true, ...answers },
      { draws: 200 },
    );

  test('a need that asks for losses takes figures over the mobile network, and a named one those over it', () => {
    expect(asked({ needs: ['lossy'] }).load).toMatchObject({ group: groupOver('4g-lossy').id });
    expect(asked({ load: { ...load, network: 'slow-4g' } }).load.text).toMatch(/The figures hold for slow-4g\.$/);
    expect(asked({}).load.text).toMatch(/The figures hold for a wire without delay or loss\.$/);
  });

  test('one that was not measured is said to be so, with the command that measures it', () => {
    const unmeasured = asked({ load: { ...load, network: 'satellite' } });
    expect(unmeasured).toMatchObject({ outcome: 'none' });
    expect(unmeasured.load.text).toBe(
      'The run measured nothing over satellite; it measured 4g-lossy, wifi-bad, slow-4g and none.',
    );
    expect(unmeasured.measure).toMatch(/^npm run bench -- --transports \S+ --scenarios \S+ --network satellite$/);
    const bare = makeResults({ transports: OVER_NETWORKS_RUN.transports, scenarios: [ECHO] });
    const without = asked({ needs: ['lossy'] }, { results: bare, analysis: analyse(bare, { resamples: 500 }) });
    expect(without.load.text).toMatch(/without delay or loss; a network that loses packets was not measured\.$/);
    expect(without.measure).toMatch(/ --network 4g-lossy$/);
  });
});
