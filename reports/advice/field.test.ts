import { describe, expect, test } from 'vitest';
import { analyse } from '../analysis/analyse.ts';
import { BROADCAST, makeResults, type RunSpec, type ScenarioSpec, type TransportSpec } from '../testing/fixtures.ts';
import { NETWORKS } from '../testing/networks.ts';
import { ON_A_RADIO, RESTART, SLOW } from '../testing/recovery.ts';
import { advise } from './advise.ts';
import type { Advice, Answers, Option } from './model.ts';
import { BLANK, readDraft, withPreset } from './questions/draft.ts';
import type { NeedId } from './questions/needs.ts';
import { PRESETS } from './questions/presets.ts';

const [MOBILE] = NETWORKS;
if (MOBILE === undefined) throw new Error('there is no network');
const OVER_3G = { ...MOBILE, id: '3g-lossy', effective: { ...MOBILE.effective, rttSeconds: 0.25 } };

const over = (network: string, scenario = 'broadcast'): ScenarioSpec => ({
  scenario,
  clients: 50,
  rate: scenario === 'echo' ? 100 : 10,
  tls: true,
  network,
});
const after = (fault: string): ScenarioSpec => ({ ...RESTART, dimensions: { fault } });

/** Transport whose every trial has about the same figures. */
const STEADY: TransportSpec = { noise: 0.005, p50Ms: 1, tail: 0.2, framing: 6, cpuMicros: 20, memoryMiB: 80 };
const BACK = { noticed: 0.1, reconnection: 0.5, catchUp: 0.1 };

function answersFor(preset: string, given: Partial<Answers> = {}): Answers {
  const { answers } = readDraft(withPreset(BLANK, preset));
  if (answers === null) throw new Error('a preset is a whole answer');
  return { ...answers, ...given };
}

function adviceOn(spec: RunSpec, answers: Answers): Advice {
  const results = makeResults({ networks: [...NETWORKS, OVER_3G], durationSeconds: 20, band: 'usual', ...spec });
  return advise({ results, analysis: analyse(results, { resamples: 200 }) }, answers, { draws: 300 });
}

function optionOf({ options }: Advice, name: string): Option {
  const found = options.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no option ${name}`);
  return found;
}

/** Texts of the reasons for an option that speak so. */
const reasonsOf = (advice: Advice, name: string, speaks: 'for' | 'against' | 'neither' = 'for'): string[] =>
  optionOf(advice, name)
    .reasons.filter((reason) => reason.speaks === speaks)
    .map(({ text }) => text);

type Pair = readonly [good: string, bad: string];

/** Transports of a pair by flag, such as `webrtc:lossy`, the first with the good figures. */
const transportsOf = ([good, bad]: Pair, theGood: TransportSpec, theBad: TransportSpec): RunSpec['transports'] =>
  Object.fromEntries(
    [[good, theGood] as const, [bad, theBad] as const].map(([flag, spec]) => {
      const [id = '', variant] = flag.split(':');
      return [id, { ...STEADY, ...spec, ...(variant === undefined ? {} : { variant }) }];
    }),
  );

/** Pairs with the names permuted. */
const bothWays = (a: string, b: string): Pair[] => [
  [a, b],
  [b, a],
];

describe('a game over a mobile network, where what is late is worthless', () => {
  const scenarios = [
    { ...BROADCAST, rate: 10, encoding: 'binary' as const },
    { ...over('4g-lossy'), encoding: 'binary' as const },
    after('rebind'),
  ];

  test.each(bothWays('webrtc:lossy', 'webtransport:datagram'))(
    '%s is within 100 ms there, and %s is not',
    (good, bad) => {
      // On the link as it is the other one is twice as fast, and takes half as much CPU.
      const transports = transportsOf(
        [good, bad],
        { p50Ms: 2, cpuMicros: 40, recoveries: { rebind: BACK } },
        { retransmitted: 0.03, retransmissionTrips: 3, recoveries: { rebind: BACK } },
      );
      const advice = adviceOn({ transports, scenarios }, answersFor('game'));
      expect(advice.recommended).toEqual([good]);
      expect(reasonsOf(advice, good)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^over 4g-lossy, p99 6\d.\d* ms \(6 trials\): within the objective, p99 ≤ 100 ms$/),
          expect.stringMatching(
            /^50 sessions after a change of their address: nothing was lost, and whole again after 0\.6\d* s$/,
          ),
        ]),
      );
      expect(optionOf(advice, bad)).toMatchObject({
        rating: 'Avoid',
        because: expect.stringMatching(/^objective: p99 24\d/),
      });
      expect(advice.field).toMatchObject({ network: '4g-lossy', fault: 'rebind', lacks: [] });
    },
  );

  test('with the deciding figure reversed the other is advised', () => {
    const [good, bad]: Pair = ['webrtc:lossy', 'webtransport:datagram'];
    const late = { retransmitted: 0.03, retransmissionTrips: 3 };
    const advice = adviceOn(
      { transports: transportsOf([good, bad], { p50Ms: 2, cpuMicros: 40, ...late }, {}), scenarios },
      answersFor('game'),
    );
    expect(advice.recommended).toEqual([bad]);
  });

  test('few trials over the network decide the objective, while the costs are of the link', () => {
    const transports = transportsOf(['webrtc:lossy', 'webtransport:datagram'], { p50Ms: 2 }, { retransmitted: 0.03 });
    const answers = answersFor('game');
    const results = makeResults({ networks: NETWORKS, durationSeconds: 20, transports, scenarios });
    const fewer = {
      ...results,
      cases: results.cases.map((one) => (one.network === 'none' ? one : { ...one, trials: one.trials.slice(0, 3) })),
    };
    const advice = advise({ results: fewer, analysis: analyse(fewer, { resamples: 200 }) }, answers, { draws: 300 });
    expect(advice.recommended).toEqual(['webrtc:lossy']);
    expect(advice.load.text).toContain('The figures hold for a wire without delay or loss');
    expect(optionOf(advice, 'webtransport:datagram').because).toMatch(
      /over 4g-lossy misses p99 ≤ 100 ms in each of 3 trials/,
    );
    expect(reasonsOf(advice, 'webrtc:lossy')).toContainEqual(
      expect.stringMatching(/^over 4g-lossy, p99 .* \(3 trials\): within/),
    );
  });
});

describe('notifications on phones', () => {
  const scenarios = [BROADCAST, over('4g-lossy'), after('rebind'), ON_A_RADIO];
  const asleep = (awakeSecondsPerHour: number) => ({
    radio: { awakeSecondsPerHour, bytesPerHour: 1_000, packetsPerHour: 60 },
    recoveries: { rebind: BACK },
  });

  test.each(bothWays('ws', 'sse'))('%s lets the radio sleep, and %s keeps it awake', (good, bad) => {
    const transports = transportsOf([good, bad], { ...asleep(120), cpuMicros: 40, framing: 40 }, asleep(3_600));
    const advice = adviceOn({ transports, scenarios }, answersFor('notifications'));
    expect(advice.recommended).toEqual([good]);
    expect(reasonsOf(advice, good)).toEqual(
      expect.arrayContaining([
        'a silent session keeps a phone’s radio awake for 120 s of each hour',
        expect.stringMatching(/^50 sessions after a change of their address: nothing was lost/),
        expect.stringMatching(/^over 4g-lossy, p99 .*: within the objective, p99 ≤ 10000 ms$/),
      ]),
    );
    expect(optionOf(advice, bad).because).toMatch(
      /^sleeping devices: it keeps a phone’s radio awake for 3,600 s of each hour/,
    );
    const reversed = adviceOn(
      {
        transports: transportsOf([good, bad], { ...asleep(3_600), cpuMicros: 40, framing: 40 }, asleep(120)),
        scenarios,
      },
      answersFor('notifications'),
    );
    expect(reversed.recommended).toEqual([bad]);
  });
});

describe('a dashboard behind Wi-Fi', () => {
  const scenarios = [BROADCAST, over('wifi-bad'), after('restart'), SLOW];
  const calm = { slow: { p99Ms: 5, ratio: 1.05 }, recoveries: { restart: BACK } };
  const disturbed = { slow: { p99Ms: 5, ratio: 3 }, recoveries: { restart: BACK } };
  const needs = (more: readonly NeedId[]): Partial<Answers> => ({ needs: [...answersFor('dashboard').needs, ...more] });

  test.each(bothWays('ws', 'sse'))('%s stays within a second there, and %s waits for retransmissions', (good, bad) => {
    const late = { retransmitted: 0.02, retransmissionTrips: 40 };
    const dear = { cpuMicros: 40, framing: 40 };
    const advice = adviceOn(
      { transports: transportsOf([good, bad], { ...calm, ...dear }, { ...calm, ...late }), scenarios },
      answersFor('dashboard'),
    );
    expect(advice.recommended).toEqual([good]);
    expect(reasonsOf(advice, good)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^over wifi-bad, p99 .*: within the objective, p99 ≤ 1000 ms$/),
        expect.stringMatching(/^50 sessions after a restart of the server of 2 to 4 s: nothing was lost/),
        expect.stringMatching(/^while some readers are slow, the others’ p99 is 1\.0\d* times/),
      ]),
    );
    expect(optionOf(advice, bad).because).toMatch(/^objective: p99 1,?6\d\d/);
    const reversed = adviceOn(
      { transports: transportsOf([good, bad], { ...calm, ...dear, ...late }, calm), scenarios },
      answersFor('dashboard'),
    );
    expect(reversed.recommended).toEqual([bad]);
  });

  test.each(bothWays('ws', 'sse'))(
    'with many watchers, some of them slow: %s holds, and %s lets the others wait',
    (good, bad) => {
      const advice = adviceOn(
        { transports: transportsOf([good, bad], { ...calm, cpuMicros: 40 }, disturbed), scenarios },
        answersFor('dashboard', needs(['watchers'])),
      );
      expect(advice.recommended).toEqual([good]);
      expect(optionOf(advice, bad).because).toMatch(
        /^many watchers, some of them slow: the others’ p99 is 3\.0 times as long/,
      );
    },
  );
});

describe('sensors over 3G that sleep and come and go', () => {
  const scenarios = [{ ...BROADCAST, scenario: 'echo' }, over('3g-lossy', 'echo'), after('blackhole'), ON_A_RADIO];
  const radio = { awakeSecondsPerHour: 100, bytesPerHour: 900, packetsPerHour: 10 };
  const given: Partial<Answers> = { needs: ['upstream', 'replay', 'quiet'] };

  test.each(bothWays('ws', 'grpc'))('%s loses nothing in a cut of the path, and %s does', (good, bad) => {
    const kept = { radio, recoveries: { blackhole: BACK } };
    const losing = { radio, recoveries: { blackhole: { ...BACK, lost: 12 } } };
    const advice = adviceOn(
      { transports: transportsOf([good, bad], { ...kept, framing: 40, memoryMiB: 200 }, losing), scenarios },
      answersFor('telemetry', given),
    );
    expect(advice.recommended).toEqual([good]);
    expect(reasonsOf(advice, good)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^50 sessions after a cut of the path of 2 to 4 s: nothing was lost/),
        'a silent session keeps a phone’s radio awake for 100 s of each hour',
        expect.stringMatching(/^over 3g-lossy, p99 .*: within the objective, p99 ≤ 1000 ms$/),
      ]),
    );
    expect(optionOf(advice, bad).because).toMatch(
      /^reconnecting without loss: up to 12(\.0)? messages a session were lost/,
    );
    const reversed = adviceOn(
      { transports: transportsOf([good, bad], { ...losing, framing: 40, memoryMiB: 200 }, kept), scenarios },
      answersFor('telemetry', given),
    );
    expect(reversed.recommended).toEqual([bad]);
  });
});

describe('a run that lacks what a use needs', () => {
  test('names each condition with the command that measures it', () => {
    const transports = transportsOf(['ws', 'sse'], {}, {});
    const { field } = adviceOn(
      { transports, scenarios: [BROADCAST] },
      answersFor('notifications', { needs: ['browser', 'watchers'] }),
    );
    expect(field.text).toBe(
      'Conditions of this use: network 4g-lossy (not measured here); fault rebind (not measured here).',
    );
    const [{ command: first } = { command: '' }] = field.lacks;
    const names = first.includes('ws,sse') ? 'ws,sse' : 'sse,ws';
    const command = (flags: string): string => `npm run bench -- --transports ${names} ${flags}`;
    expect(field.lacks).toEqual([
      { what: 'latency over 4g-lossy', command: command('--scenarios broadcast --network 4g-lossy') },
      {
        what: 'the way back after a change of the client’s address',
        command: command('--scenarios recovery --fault rebind'),
      },
      { what: 'a phone’s radio with sleeping clients', command: command('--scenarios idle --network 4g-lossy') },
      { what: 'slow readers among many', command: command('--scenarios slow-readers') },
    ]);
  });

  test('takes another fault that was measured, and says so', () => {
    const transports = transportsOf(
      ['ws', 'sse'],
      { recoveries: { restart: BACK } },
      { recoveries: { restart: { ...BACK, lost: 3 } } },
    );
    const advice = adviceOn(
      { transports, scenarios: [BROADCAST, after('restart')] },
      answersFor('chat', { preset: 'signalling' }),
    );
    expect(advice.field.text).toContain('fault rebind (measured here: restart)');
    const [ws, sse] = ['ws', 'sse'].map((name) =>
      optionOf(advice, name).reasons.map(({ speaks, text }) => `${speaks}: ${text}`),
    );
    expect(ws).toContainEqual(expect.stringMatching(/^for: 50 sessions after a restart .*nothing was lost/));
    expect(sse).toContainEqual(
      expect.stringMatching(/^against: 50 sessions after a restart .*up to 3\.0 messages a session were lost/),
    );
  });

  test('answers without a preset have no network and no fault', () => {
    const transports = transportsOf(['ws', 'sse'], {}, {});
    const { field } = adviceOn({ transports, scenarios: [BROADCAST] }, { ...answersFor('chat'), preset: null });
    expect(field).toEqual({ network: null, fault: null, text: null, lacks: [] });
  });
});

test('every preset names a network and a fault', () => {
  for (const { network, fault } of PRESETS) expect([network, fault].every((one) => one.length > 2)).toBe(true);
});
