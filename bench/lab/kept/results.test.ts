import { describe, expect, test } from 'vitest';
import { formatResults, parseResults } from '../../results/file.ts';
import type { Environment, MeasuredTrial } from '../../results/schema.ts';
import { findTransport } from '../../transports/index.ts';
import type { KeepOrder, LaneResult } from '../protocol.ts';
import type { LaneWindow } from './case.ts';
import { type KnownRun, labResults } from './results.ts';

const environment: Environment = {
  wirebench: '0.1.0',
  node: '24.21.0',
  platform: 'linux',
  arch: 'x64',
  kernel: '6.8.0',
  cpu: 'invented',
  cores: 2,
  memoryBytes: 2 ** 33,
  link: 'loopback',
  pinning: null,
  packages: {},
};

const window = (name: string): LaneWindow => ({
  choice: findTransport(name)!,
  effective: { compression: false },
  rssIdleBytes: 50e6,
  begin: { cpuSeconds: 1, rssBytes: 51e6, bytesUp: 500, bytesDown: 200 },
  end: { cpuSeconds: 1.5, rssBytes: 52e6, bytesUp: 13_900, bytesDown: 13_200 },
  startedAt: '2026-01-01T00:00:01.000Z',
});

const lane = (transport: string, changes: Partial<LaneResult> = {}): LaneResult => ({
  transport,
  seconds: 10,
  due: 100,
  sent: 100,
  unsent: 0,
  onTime: 100,
  delivered: 100,
  duplicated: 0,
  reordered: 0,
  corrupt: 0,
  errors: {},
  response: [
    [1_000_000, 60],
    [2_000_000, 40],
  ],
  service: [[900_000, 100]],
  lag: [[100_000, 100]],
  connect: [[5_000_000, 1]],
  ...changes,
});

const known = (changes: Partial<KnownRun> = {}): KnownRun => ({
  order: { transports: ['ws', 'webrtc'], size: 128, rate: 10, network: '4g-lossy' },
  windows: new Map(['ws', 'webrtc'].map((name) => [name, window(name)])),
  cuts: [],
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:12.000Z',
  environment,
  inForce: 'proxy',
  tokens: false,
  ...changes,
});

const keep = (...lanes: readonly LaneResult[]): KeepOrder => ({
  run: 'a',
  browser: 'Chromium 156',
  clockResolutionSeconds: 5e-6,
  lanes,
});

const trialsOf = (results: ReturnType<typeof labResults>): MeasuredTrial[] =>
  parseResults(formatResults(results), 'lab').cases.flatMap(({ trials }) =>
    trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial])),
  );

describe('a run of the lab as results', () => {
  test('can be read, and is marked as made in the lab', () => {
    const results = parseResults(formatResults(labResults(known(), keep(lane('ws')))), 'lab');
    expect(results.environment.lab).toEqual({
      browser: 'Chromium 156',
      clockResolutionSeconds: 5e-6,
      path: 'proxy',
      cuts: [],
    });
    expect(results.plan).toMatchObject({ profile: 'lab', command: 'npm run lab', trials: 1 });
    expect(results.cases.map(({ id }) => id)).toEqual(['ws/echo/c1/r10/s128/text/tls=off/network=4g-lossy']);
    expect(results.networks?.[0]).toMatchObject({
      id: '4g-lossy',
      title: expect.stringContaining('TCP loses nothing'),
    });
  });

  test('has what was measured, and says what was not', () => {
    const [trial] = trialsOf(labResults(known(), keep(lane('ws'))));
    expect(trial).toMatchObject({
      state: 'valid',
      messages: { due: 100, sent: 100, expected: 100, delivered: 100, lost: 0 },
      wire: { layer: 'socket', up: 13_400, down: 13_000, setupUp: 500, setupDown: 200 },
      usage: { server: { cpuSeconds: 0.5, rssBytes: 52e6, rssIdleBytes: 50e6 } },
      notMeasured: [{ path: 'usage.generator' }],
    });
    expect(trial!.latency.summary?.response).toMatchObject({ count: 100, p50: expect.closeTo(0.001, 4) });
  });

  test('has no bytes of datagrams', () => {
    const [trial] = trialsOf(labResults(known(), keep(lane('webrtc'))));
    expect(trial!.notMeasured?.map(({ path }) => path)).toEqual(['usage.generator', 'wire']);
  });

  test.each([
    ['lost messages', { delivered: 99, response: [[1_000_000, 99]] }, 'suspect', 'nothing-lost'],
    ['late messages', { onTime: 50 }, 'invalid', 'schedule-kept'],
    ['sums that do not close', { due: 90 }, 'invalid', 'accounting-closes'],
  ] as const)('%s', (_, changes, state, rule) => {
    const [trial] = trialsOf(labResults(known(), keep(lane('ws', changes))));
    expect(trial).toMatchObject({ state, broken: [{ rule }] });
  });

  test('a cut makes no figure', () => {
    const cuts = [{ kind: 'silent', fromSeconds: 3, seconds: 5.04 }] as const;
    const [trial] = trialsOf(labResults(known({ cuts }), keep(lane('ws'))));
    expect(trial).toMatchObject({
      state: 'suspect',
      reasons: ['network kept: the path was cut by hand for 5 s (silent)'],
    });
  });

  test('a lane that the server does not know is left out', () => {
    const results = labResults(known(), keep(lane('ws'), lane('sse')));
    expect(results.cases).toHaveLength(1);
  });
});
