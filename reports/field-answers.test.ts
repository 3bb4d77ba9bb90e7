import { describe, expect, test } from 'vitest';
import type { Results } from '../bench/results/schema.ts';
import { textOf } from './analysis/sentences.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import type { Analysis } from './model/model.ts';
import { judgeRun, summary } from './report.ts';
import { BROADCAST, ECHO, IDLE, makeResults, type RunSpec, type TransportSpec, WIRE } from './testing/fixtures.ts';
import { NETWORKS } from './testing/networks.ts';
import { RESTART, RESTART_BY_LIBRARY } from './testing/recovery.ts';

const MOBILE = { scenario: 'echo', clients: 50, rate: 100, tls: true, network: '4g-lossy' } as const;
const STEADY: TransportSpec = { noise: 0.005, p50Ms: 1, tail: 0.2 };
const LATE: TransportSpec = { ...STEADY, retransmitted: 0.03, retransmissionTrips: 3 };
const BACK = { noticed: 0.1, reconnection: 0.5, catchUp: 0.1 };

/** Run as a default one is: three trials of the cases over the network and with the fault. */
function defaultRun(spec: RunSpec): Results {
  const made = makeResults({ networks: NETWORKS.slice(0, 1), durationSeconds: 20, band: 'usual', ...spec });
  const isFewer = (id: string): boolean => /4g-lossy|fault=/.test(id);
  return {
    ...made,
    plan: { ...made.plan, order: made.plan.order.map((block, at) => block.filter((id) => at < 3 || !isFewer(id))) },
    cases: made.cases.map((one) => (isFewer(one.id) ? { ...one, trials: one.trials.slice(0, 3) } : one)),
  };
}

const linesOf = ({ field }: Analysis): string[] => field.map(({ sentence }) => textOf(sentence));
const analysed = (results: Results): Analysis => judgeRun(results).analysis;

describe('a run with a mobile network and a fault', () => {
  const scenarios = [ECHO, BROADCAST, MOBILE, RESTART];
  const transports = {
    tcp: { ...STEADY, floor: true, recoveries: { restart: BACK } },
    ws: { ...STEADY, recoveries: { restart: { ...BACK, reconnection: 1.5 } } },
    sse: { ...LATE, recoveries: { restart: BACK } },
    socketio: { ...STEADY, p50Ms: 3, recoveries: { restart: { ...BACK, lost: 31 } } },
    mqtt: { ...LATE, recoveries: { restart: { ...BACK, gone: 2 } } },
  };
  const results = defaultRun({ transports, scenarios });
  const analysis = analysed(results);

  test('says who is within the objective there, and who comes back with nothing lost and how soon', () => {
    const [mobile, fault] = analysis.field;
    expect(mobile).toMatchObject({
      condition:
        'echo with 50 clients at 100 msg/s of 128 B, 2 msg/s a session, over 4g-lossy (round trip 60 ms, 0.5 % of packets lost each way)',
      command: null,
    });
    expect(fault).toMatchObject({
      condition: '50 sessions after a restart of the server of 2 to 4 s over a wire without delay or loss',
      command: null,
    });
    const [latency, back] = linesOf(analysis);
    expect(latency).toMatch(
      /^p99 is within 110 ms with ws and socketio, in each of 3 trials, and not with sse and mqtt\. Lowest: ws, 6\d\.\d ms; most in time: (ws|socketio), 100 %\.$/,
    );
    expect(back).toMatch(
      /^back with nothing lost, after the path was there again: sse \(0\.6\d s\), ws \(1\.\d s\); messages were lost with socketio \(up to 31 a session\); not all sessions came back with mqtt\.$/,
    );
  });

  test('says so in the terminal, in Markdown and on the page', () => {
    const [latency = '', back = ''] = linesOf(analysis);
    const said = summary(results, analysis, { width: 100, colour: false }).replaceAll(/\n +/g, ' ');
    const opening = 'On a mobile network, echo with 50 clients at 100 msg/s of 128 B, 2 msg/s a session, over 4g-lossy';
    expect(said).toContain(opening);
    for (const line of [latency, back]) expect(said).toContain(line);
    const markdown = summaryMarkdown(results, analysis).replaceAll('**', '');
    expect(markdown).toContain(opening);
    expect(markdown).toContain(latency);
  });

  test('fewer trials than others on purpose are no lack of trials', () => {
    expect(analysis.status.label).not.toMatch(/Quick|Invalid/);
    expect(analysis.counts).toMatchObject({ missing: 0, planned: 2 * 5 * 6 + 2 * 5 * 3 });
    expect(analysis.warnings.map(({ text }) => text).join()).not.toContain('Too few valid trials');
  });

  test('names nobody who is within the objective in some trials alone, and nobody if there is none', () => {
    const slow = { ...LATE, retransmitted: 0.05 };
    const [latency, back] = linesOf(
      analysed(
        defaultRun({
          transports: {
            ws: { ...slow, recoveries: { restart: { ...BACK, gone: 1 } } },
            sse: { ...slow, recoveries: { restart: { ...BACK, lost: 2 } } },
          },
          scenarios,
        }),
      ),
    );
    expect(latency).toMatch(/^no transport’s p99 is within 110 ms in each of 3 trials\. Lowest: /);
    expect(back).toBe(
      'nobody came back with nothing lost; messages were lost with sse (up to 2.0 a session); not all sessions came back with ws.',
    );
  });
});

test('of two policies the harness’s counts, alike for all', () => {
  const transports = { ws: { ...STEADY, recoveries: { restart: BACK, 'restart/library': { ...BACK, gone: 50 } } } };
  const [, back] = linesOf(analysed(makeResults({ transports, scenarios: [ECHO, RESTART_BY_LIBRARY, RESTART] })));
  expect(back).toMatch(/^back with nothing lost, .* ws \(0\.\d+ s\)\.$/);
});

describe('a run that covers neither', () => {
  test('says so with the commands that would, without what this machine lacks', () => {
    const made = makeResults({ transports: { ws: STEADY, sse: STEADY } });
    const results: Results = {
      ...made,
      plan: {
        ...made.plan,
        transports: ['ws', 'sse', 'webtransport'],
        leftOut: [{ name: 'webtransport', kind: 'unavailable', reason: 'unavailable here: no binding' }],
      },
    };
    const analysis = analysed(results);
    expect(linesOf(analysis)).toEqual(['not covered by this run.', 'not covered by this run.']);
    const commands = [
      'npm run bench -- --transports ws,sse --scenarios echo,broadcast --network 4g-lossy',
      'npm run bench -- --transports ws,sse --scenarios recovery --fault restart',
    ];
    expect(analysis.field.map(({ command }) => command)).toEqual(commands);
    const said = summary(results, analysis, { width: 60, colour: false }).replaceAll(/\n +/g, ' ');
    for (const command of commands) expect(said).toContain(command);
    for (const command of commands) expect(summaryMarkdown(results, analysis)).toContain(`\`${command}\``);
  });

  test('gives the reason where the machine could not', () => {
    const made = makeResults({ transports: { ws: STEADY } });
    const reason = 'unavailable here: this machine can make no network: unshare is not installed';
    const leftOut = [{ name: 'ws', kind: 'unavailable' as const, dimensions: { network: '4g-lossy' }, reason }];
    const [mobile] = linesOf(analysed({ ...made, plan: { ...made.plan, leftOut } }));
    expect(mobile).toBe(`not covered by this run: ${reason}.`);
  });

  test.each<[string, RunSpec]>([
    ['only counts bytes', { transports: { ws: STEADY }, scenarios: [WIRE] }],
    ['only has idle sessions', { transports: { ws: STEADY }, scenarios: [IDLE] }],
    ['measures everything twice', { transports: { ws: STEADY }, aa: true }],
  ])('says nothing of them if it %s', (_, spec) => {
    expect(analysed(makeResults(spec)).field).toEqual([]);
  });
});
