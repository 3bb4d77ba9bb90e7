import { describe, expect, test } from 'vitest';
import { detailer } from '../cli/live/details.ts';
import { exitCodeOf } from '../cli/outcome.ts';
import { encode, histogram } from '../load/histogram.ts';
import type { SessionEvent } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import { commandFor, readOptions } from '../plan/options.ts';
import { estimateSeconds, makePlan, type RunPlan } from '../plan/plan.ts';
import type { Setting } from '../plan/settings.ts';
import { POLICIES } from '../results/dimensions.ts';
import type { MeasuredTrial } from '../results/schema.ts';
import { runTrial } from '../run/trial.ts';
import { singleTrial } from '../testing/single-trial.ts';
import { recovery, silenceOf } from './recovery.ts';
import type { Course, Disrupted, Stage } from './shape.ts';
import { FAULTS_OF_ONE } from './shared/faults.ts';

function optionsOf(settings: Partial<Record<Setting, string | boolean>>) {
  const all = { transports: 'ws', scenarios: 'recovery', ...settings };
  return readOptions(
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { value, where: `--${name}` }])),
  );
}

function planOf(settings: Partial<Record<Setting, string | boolean>> = {}): RunPlan {
  const read = optionsOf(settings);
  return makePlan('problems' in read ? expect.fail(read.problems.join()) : read.options);
}

const idsOf = (settings: Partial<Record<Setting, string | boolean>>): string[] =>
  planOf(settings).cases.map(({ id }) => id);

describe('the plan', () => {
  test('has a case for each fault and policy, restart and managed by default', () => {
    expect(idsOf({})).toEqual(['ws/recovery/c50/r10/s128/text/fault=restart']);
    expect(idsOf({ fault: 'blackhole,reset', reconnect: 'managed,library' })).toEqual([
      'ws/recovery/c50/r10/s128/text/fault=blackhole',
      'ws/recovery/c50/r10/s128/text/fault=blackhole/reconnect=library',
      'ws/recovery/c50/r10/s128/text/fault=reset',
      'ws/recovery/c50/r10/s128/text/fault=reset/reconnect=library',
    ]);
  });

  test('gives faults to no other scenario', () => {
    expect(idsOf({ scenarios: 'echo,recovery', fault: 'drain,rebind' })).toEqual([
      'ws/echo/c100/r1000/s128/text',
      'ws/recovery/c50/r10/s128/text/fault=drain',
      'ws/recovery/c50/r10/s128/text/fault=rebind',
    ]);
  });

  test('has every fault under both policies in a profile', () => {
    const read = readOptions({
      profile: { value: 'recovery', where: '--profile' },
      transports: { value: 'ws', where: '' },
    });
    const plan = makePlan('problems' in read ? expect.fail(read.problems.join()) : read.options);
    expect(plan.cases).toHaveLength(FAULTS_OF_ONE.length * POLICIES.length);
    expect(plan.options).toMatchObject({ scenarios: ['recovery'], faults: FAULTS_OF_ONE, policies: POLICIES });
    const command = commandFor(plan.options);
    for (const flag of [
      '--scenarios recovery',
      `--fault ${FAULTS_OF_ONE.join(',')}`,
      `--reconnect ${POLICIES.join(',')}`,
    ])
      expect(command).toContain(flag);
    expect(idsOf({ profile: 'recovery', fault: 'drain', reconnect: 'library' })).toEqual([
      'ws/recovery/c50/r10/s128/text/fault=drain/reconnect=library',
    ]);
    expect(optionsOf({ profile: 'recovery', scenarios: 'echo,recovery' })).toEqual({
      problems: ['--profile recovery has no meaning for echo; measure them in a run of their own'],
    });
  });

  test('goes over networks as well', () => {
    expect(idsOf({ network: 'none,4g-lossy' })).toEqual([
      'ws/recovery/c50/r10/s128/text/fault=restart',
      'ws/recovery/c50/r10/s128/text/network=4g-lossy/fault=restart',
    ]);
  });

  test('knows how long outages are', () => {
    const seconds = (outage: string, fault = 'restart') => estimateSeconds(planOf({ outage, fault, trials: '1' }));
    // Clients that have tried for long wait longer, until those that do not come back are given up.
    expect(seconds('4s') - seconds('2s')).toBeCloseTo(2 + 4, 6);
    expect(seconds('30s') - seconds('20s')).toBeCloseTo(10, 6);
    expect(seconds('10s-30s')).toBe(seconds('20s'));
    expect(seconds('20s', 'reset')).toBe(seconds('4s', 'reset'));
  });

  test.each<[Partial<Record<Setting, string>>, RegExp]>([
    [
      { fault: 'earthquake' },
      /--fault takes blackhole, restart, drain, reset, rebind, node, rolling, backplane, not "earthquake"/,
    ],
    [{ reconnect: 'never' }, /--reconnect takes managed, library, not "never"/],
    [{ outage: '3' }, /--outage takes a time such as 3s, or a range such as 2s-4s, from 0.1 s to 600 s, not "3"/],
    [{ outage: '4s-2s' }, /--outage takes/],
    [{ outage: '1ms' }, /--outage takes/],
    [{ silence: '2s-3s' }, /--silence takes a time such as 3s, from/],
    [{ scenarios: 'echo', fault: 'restart' }, /--fault has no meaning for echo/],
    [{ scenarios: 'echo', outage: '3s' }, /--outage has no meaning for echo/],
    [{ duration: '3' }, /--duration has no meaning for recovery/],
    [{ url: 'ws://127.0.0.1:8080' }, /recovery ends and restarts servers of ours.*leave --url out/],
  ])('refuses %j', (settings, problem) => {
    expect(optionsOf(settings)).toEqual({ problems: expect.arrayContaining([expect.stringMatching(problem)]) });
  });
});

test('silence is three seconds or three intervals, unless it is given', () => {
  expect(silenceOf({ rate: 10 })).toBe(3);
  expect(silenceOf({ rate: 0.5 })).toBe(6);
  const [planned] = planOf({ silence: '1500ms' }).cases;
  expect(silenceOf(planned!)).toBe(1.5);
});

const NS = 1e9;
/** Times of the made-up trial: one second of messages before the fault, two of outage, and three after it. */
const [START, FAULT, BACK, END] = [2, 3, 5, 8].map((seconds) => seconds * NS) as [number, number, number, number];
const INTERVAL = 0.1 * NS;

/** Sessions that are lost at the fault, are usable half a second after the path is back, and get what they missed, if they do. */
function histories(clients: number, resumes: boolean): Disrupted['sessions'] {
  const usable = BACK + 0.5 * NS;
  const events: readonly SessionEvent[] = [
    { what: 'lost', atNs: FAULT + 1e6, reason: 'reset' },
    { what: 'attempt', lateNs: 0, atNs: usable - 1e6 },
    { what: 'usable', atNs: usable },
  ];
  const arrivedNs = Array.from({ length: 65 }, (_, number) => {
    const due = START + number * INTERVAL;
    if (due < FAULT || due >= usable) return due + 1e6 < END ? due + 1e6 : null;
    return resumes ? usable + 1e6 : null;
  });
  return Array.from({ length: clients }, (_, sender) => ({
    sender,
    events,
    arrivedNs,
    duplicated: 1,
    reordered: 0,
    corrupt: 0,
  }));
}

/** Stage whose fault is made up. */
function stageWith(outcome: Partial<Disrupted>, courses: Course[] = []): Stage & AsyncDisposable {
  const empty = encode(histogram());
  const recording: Recording = {
    due: 0,
    sent: 0,
    unsent: 0,
    onTime: 0,
    delivered: 0,
    duplicated: 0,
    reordered: 0,
    corrupt: 0,
    unexpected: 0,
    returned: 0,
    foreign: 0,
    backlog: 0,
    early: 0,
    errors: {},
    response: empty,
    service: empty,
    lag: empty,
    last: null,
    cpuSeconds: 1,
    rssBytes: 1,
    rssStartBytes: 1,
    seconds: 6,
    loopDelayP99Seconds: 0,
    busy: 0,
  };
  const snapshot = { cpuSeconds: 0, rssBytes: 1, bytesUp: 0, bytesDown: 0, link: null };
  const nothing = () => Promise.reject(new Error('not used'));
  return {
    url: 'ws://127.0.0.1:1/',
    effective: {},
    workers: 1,
    snapshot: async () => snapshot,
    usage: nothing,
    window: async (work) => ({ before: snapshot, result: await work(), after: snapshot }),
    openSessions: async () => ({ connect: empty, seconds: 0.1 }),
    phase: nothing,
    closed: nothing,
    hold: nothing,
    memory: nothing,
    closeSessions: nothing,
    watchRadio: nothing,
    openReaders: nothing,
    async disrupt(course) {
      courses.push(course);
      return {
        startNs: START,
        faultNs: FAULT,
        backNs: BACK,
        endNs: END,
        sessions: histories(50, true),
        recording,
        published: { sent: 65, onTime: 65 },
        server: [],
        listenDrops: 0,
        ...outcome,
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function trialWith(outcome: Partial<Disrupted>, settings: Partial<Record<Setting, string>> = {}) {
  const courses: Course[] = [];
  const plan = planOf(settings);
  const planned = plan.cases[0]!;
  const { trial } = await runTrial(planned, singleTrial(), async () => stageWith(outcome, courses));
  return { planned, trial, course: courses[0] };
}

const measured = ({ trial }: Awaited<ReturnType<typeof trialWith>>): MeasuredTrial =>
  trial.state === 'failed' ? expect.fail(trial.reasons.join()) : trial;

/** Exit code of a run that has only this trial. */
function exitOf({ planned, trial }: Awaited<ReturnType<typeof trialWith>>): number {
  const { id, entry } = planned;
  const one = { id, transport: entry.id, variant: null, scenario: 'recovery', kind: 'recovery', trials: [trial] };
  const transports = [{ id: entry.id, variant: null, capabilities: entry.capabilities }];
  return exitCodeOf({ state: 'complete', plan: { trials: 1, order: [[id]] }, cases: [one], transports } as never);
}

describe('a trial', () => {
  test('is carried out with the settings of its case, and an outage that its block decides', async () => {
    const { course } = await trialWith({}, { fault: 'drain', reconnect: 'library', rate: '20', silence: '2s' });
    expect(course).toMatchObject({
      fault: 'drain',
      policy: 'library',
      intervalSeconds: 0.05,
      silenceSeconds: 2,
      observationSeconds: 30,
    });
    expect(course?.outageSeconds).toBeGreaterThanOrEqual(2);
    expect(course?.outageSeconds).toBeLessThanOrEqual(4);
    const again = await trialWith({}, { fault: 'blackhole', transports: 'sse' });
    expect(again.course?.outageSeconds).toBe(course?.outageSeconds);
    expect((await trialWith({}, { fault: 'reset' })).course?.outageSeconds).toBe(0);
    expect((await trialWith({}, { outage: '700ms' })).course?.outageSeconds).toBe(0.7);
  });

  test('is valid, accounts for every message, and tells when sessions were back', async () => {
    const found = await trialWith({});
    const trial = measured(found);
    expect(trial).toMatchObject({ state: 'valid', reasons: [] });
    // Messages that were due in the last half second may be under way.
    expect(trial.messages).toMatchObject({ due: 55, sent: 55, onTime: 55, expected: 2750, delivered: 2750, lost: 0 });
    expect(trial.recovery).toMatchObject({
      sessions: { all: 50, survived: 0, cameBack: 50, gone: 0 },
      reconnection: { p50: expect.closeTo(0.5, 6) },
      messages: { published: 55, expected: 2750, delivered: 2750, lost: 0, duplicated: 50 },
      silenceSeconds: 3,
    });
    expect(detailer()(recovery, trial)).toBe('back 0.50 s  lost 0  dup 50');
    expect(exitOf(found)).toBe(0);
  });

  test('that lost messages is valid too, and fails no run', async () => {
    const found = await trialWith({ sessions: histories(50, false) });
    const trial = measured(found);
    expect(trial).toMatchObject({
      state: 'valid',
      messages: { lost: 50 * 25 },
      recovery: { messages: { lost: 1250 } },
    });
    expect(exitOf(found)).toBe(0);
  });

  test('of sessions that are gone says so', async () => {
    const gone = histories(50, false).map((one) => ({
      ...one,
      events: [],
      arrivedNs: one.arrivedNs.map((atNs) => (atNs !== null && atNs < FAULT ? atNs : null)),
    }));
    const trial = measured(await trialWith({ sessions: gone }, { reconnect: 'library' }));
    expect(trial.recovery).toMatchObject({ sessions: { gone: 50 }, messages: { expected: 0 }, silenceSeconds: null });
    expect(detailer()(recovery, trial)).toBe('50 of 50 gone  lost 0  dup 50');
  });

  test('whose publisher was late is invalid', async () => {
    const { trial } = await trialWith({ published: { sent: 65, onTime: 60 } });
    expect(trial).toMatchObject({ state: 'invalid', broken: [{ rule: 'schedule-kept' }] });
  });

  test('in which a session is missing fails', async () => {
    const found = await trialWith({ sessions: histories(49, true) });
    expect(found.trial).toMatchObject({
      state: 'failed',
      reasons: ['the load workers told of 49 sessions, and 50 were opened'],
    });
    expect(exitOf(found)).toBe(14);
  });

  test.each([
    ['restart', 'the session went with the process'],
    ['blackhole', undefined],
  ])('of a protocol whose server keeps the sessions has a limit at %s: %s', async (fault, limit) => {
    const trial = measured(await trialWith({}, { transports: 'socketio', fault }));
    expect(trial.recovery?.limit).toBe(limit);
  });
});
