import { describe, expect, test } from 'vitest';
import { RULES, type RuleId } from '../results/rules.ts';
import type { CoreUsage, Relayed } from '../results/schema.ts';
import { capacity } from '../scenarios/capacity.ts';
import { closed } from '../scenarios/closed.ts';
import { connect } from '../scenarios/connect.ts';
import { idle } from '../scenarios/idle.ts';
import { load } from '../scenarios/load.ts';
import { wire } from '../scenarios/wire.ts';
import { judge, MACHINE_RULES, type Observation, rules, scheduleKept } from './validity.ts';

const healthy: Observation = {
  messages: {
    due: 1_000,
    sent: 1_000,
    unsent: 0,
    onTime: 1_000,
    expected: 1_000,
    delivered: 1_000,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupt: 0,
    unexpected: 0,
    errors: {},
  },
  recording: { early: 0, returned: 0 },
  usage: {
    server: { cpuSeconds: 0.1, rssBytes: 1, rssIdleBytes: 1 },
    generator: { cpuSeconds: 1, rssBytes: 1, loopDelayP99: 0.001, busy: 0.3, workers: 1 },
  },
  clients: 10,
  reliable: true,
  reaches: 'sender',
  samples: 1_000,
};

type Changes = Partial<Omit<Observation, 'messages'>> & { messages?: Partial<Observation['messages']> };
const withChanges = ({ messages, ...rest }: Changes): Observation => ({
  ...healthy,
  ...rest,
  messages: { ...healthy.messages, ...messages },
});
const generator = (changes: Partial<Observation['usage']['generator']>): Observation['usage'] => ({
  ...healthy.usage,
  generator: { ...healthy.usage.generator, ...changes },
});

test('a healthy trial is valid', () => {
  expect(judge(healthy, load.rules)).toEqual({ state: 'valid', reasons: [], broken: [] });
  const broadcast = { expected: 10_000, delivered: 10_000 };
  expect(judge(withChanges({ reaches: 'everyone', messages: broadcast, samples: 10_000 }), load.rules).state).toBe(
    'valid',
  );
});

test.each<[RuleId, Changes, 'invalid' | 'suspect']>([
  ['accounting-closes', { messages: { sent: 999 } }, 'invalid'],
  ['accounting-closes', { messages: { expected: 999 } }, 'invalid'],
  ['accounting-closes', { messages: { delivered: 990, lost: 9 } }, 'invalid'],
  ['accounting-closes', { messages: { delivered: 1_001, lost: -1 }, samples: 1_001 }, 'invalid'],
  ['accounting-closes', { samples: 999 }, 'invalid'],
  ['clock-is-sane', { recording: { early: 1, returned: 0 }, samples: 999 }, 'invalid'],
  ['schedule-kept', { messages: { onTime: 989 } }, 'invalid'],
  ['generator-not-saturated', { usage: generator({ busy: 0.95 }) }, 'invalid'],
  ['generator-not-saturated', { usage: generator({ loopDelayP99: 0.2 }) }, 'invalid'],
  ['something-measured', { messages: { delivered: 0, lost: 1_000 }, samples: 0 }, 'invalid'],
  ['nothing-lost', { messages: { delivered: 999, lost: 1 }, samples: 999 }, 'suspect'],
  [
    'nothing-lost',
    { messages: { sent: 999, unsent: 1, expected: 999, delivered: 999, onTime: 999 }, samples: 999 },
    'suspect',
  ],
  ['nothing-foreign', { messages: { duplicated: 1 } }, 'suspect'],
  ['nothing-foreign', { messages: { corrupt: 1 } }, 'suspect'],
  ['nothing-foreign', { messages: { unexpected: 1 } }, 'suspect'],
])('“%s” is broken by %j', (id, changes, state) => {
  const { broken, reasons, ...judged } = judge(withChanges(changes), load.rules);
  expect(judged.state).toBe(state);
  expect(broken.map(({ rule }) => rule)).toContain(id);
  expect(reasons).toEqual(broken.map(({ rule, text }) => `${RULES[rule as RuleId].name}: ${text}`));
});

test('sessions that are dropped spoil a trial that holds them, and a closed loop has no schedule to keep', () => {
  const dropped = withChanges({ messages: { errors: { 'session lost: reset': 3 } } });
  expect(judge(dropped, idle.rules)).toEqual({
    state: 'suspect',
    reasons: ['sessions held: 3 session(s) dropped (session lost: reset)'],
    broken: [{ rule: 'sessions-held', text: '3 session(s) dropped (session lost: reset)' }],
  });
  const late = withChanges({ messages: { onTime: 0 }, usage: generator({ busy: 1 }) });
  expect(judge(late, load.rules).reasons).toHaveLength(2);
  expect(judge(late, closed.rules).state).toBe('valid');
  // No messages are sent, so there is none to time.
  const silent = withChanges({ messages: { due: 0, sent: 0, expected: 0, delivered: 0 }, samples: 0 });
  expect(judge(silent, idle.rules).state).toBe('valid');
  expect(judge(silent, wire.rules).state).toBe('invalid');
});

test.each<[Partial<Relayed>, RegExp | undefined]>([
  [{}, undefined],
  [{ lagP99Seconds: 0.003, lagMaxSeconds: 0.2 }, undefined],
  [
    { lagP99Seconds: 0.0042 },
    /^network kept: the relay sent packets on up to 4\.2 ms too late at p99 \(limit 3\.0 ms\)/,
  ],
  [{ receiveErrors: 2 }, /^network kept: the system dropped 2 packet\(s\) before the relay could read them/],
])('a network whose relay reports %j', (changes, reason) => {
  const none = { offered: 0, offeredBytes: 0, lost: 0, overflowed: 0, passed: 0, passedBytes: 0 };
  const relay = { up: none, down: none, lagP99Seconds: null, lagMaxSeconds: null, receiveErrors: 0, cpuSeconds: 0 };
  const { state, reasons } = judge(withChanges({ relay: { ...relay, ...changes } }), MACHINE_RULES);
  expect({ state, reasons }).toEqual(
    reason === undefined
      ? { state: 'valid', reasons: [] }
      : { state: 'invalid', reasons: [expect.stringMatching(reason)] },
  );
});

test('messages of sessions that the server has dropped are no fault of the schedule', () => {
  const errors = { 'session lost: WebSocket closed with 1006': 10 };
  const half = { sent: 500, unsent: 500, onTime: 500, expected: 500, delivered: 480, lost: 20, errors };
  const { reasons } = judge(withChanges({ messages: half, samples: 480 }), load.rules);
  expect(reasons).toEqual(['nothing lost: 20 of 500 deliveries lost (session lost: WebSocket closed with 1006)']);
  const all = { sent: 0, unsent: 1_000, onTime: 0, expected: 0, delivered: 0, errors };
  expect(judge(withChanges({ messages: all, samples: 0 }), load.rules).reasons).toEqual([
    'something measured: no message arrived in the measured window (session lost: WebSocket closed with 1006)',
    'nothing lost: 1000 message(s) could not be sent (session lost: WebSocket closed with 1006)',
  ]);
  const late = judge(withChanges({ messages: { ...half, onTime: 400 }, samples: 480 }), load.rules);
  expect(late.broken.map(({ rule }) => rule)).toContain('schedule-kept');
});

test('a quota that is used up, and another run, make a trial of any kind invalid', () => {
  const quota = { cores: 1.5, times: 2, seconds: 0.03 };
  const others = [{ pid: 200, command: 'aa' }];
  for (const { rules: own } of [load, closed, idle, wire]) {
    const found = judge(withChanges({ machine: { quota, others } }), [...own, ...MACHINE_RULES]);
    expect(found).toMatchObject({ state: 'invalid', broken: [{ rule: 'not-throttled' }, { rule: 'only-run' }] });
    expect(found.reasons).toEqual([
      'CPU quota not used up: the CPU quota of 1.5 cores was used up 2 time(s), and processes were stopped for 30 ms; raise the quota, or use fewer --workers',
      'the only run: another Wirebench measured on this machine: process 200 (aa); let one run at a time use it',
    ]);
  }
  const quiet = { quota: { ...quota, times: 0, seconds: 0 }, others: [] };
  expect(judge(withChanges({ machine: quiet }), MACHINE_RULES).state).toBe('valid');
});

test('an agent that was lost or slow makes a trial of any kind invalid, by its name', () => {
  const agentFaults = ['agent one was lost: it was stopped', 'agent two was slow: it learned of it late'];
  for (const { rules: own } of [load, closed, idle, wire]) {
    const found = judge(withChanges({ recording: { ...healthy.recording, agentFaults } }), [...own, ...MACHINE_RULES]);
    expect(found).toMatchObject({ state: 'invalid', broken: [{ rule: 'agents-held' }] });
    expect(found.reasons).toEqual([`agents held: ${agentFaults.join('; ')}`]);
  }
});

test('deliveries between hosts, which are timed apart, are counted', () => {
  const all = withChanges({ samples: 400 });
  expect(judge({ ...all, between: 600 }, load.rules).state).toBe('valid');
  expect(judge({ ...all, between: 599 }, load.rules).broken).toMatchObject([{ rule: 'accounting-closes' }]);
});

test('a median shorter than ten steps of the browser’s clock is not shown', () => {
  const of = (tickSeconds: number | undefined, medianSeconds: number) =>
    judge(
      withChanges({
        recording: { ...healthy.recording, ...(tickSeconds === undefined ? {} : { tickSeconds }) },
        medianSeconds,
      }),
      MACHINE_RULES,
    );
  expect(of(100e-6, 0.9e-3)).toEqual({
    state: 'invalid',
    reasons: [
      'clock fine enough: the median is 900 µs, and the browser’s clock has steps of 100 µs (a median must have 10)',
    ],
    broken: [{ rule: 'clock-is-fine', text: expect.stringContaining('900 µs') }],
  });
  expect([of(100e-6, 1e-3), of(5e-6, 0.2e-3), of(undefined, 1e-6)].map(({ state }) => state)).toEqual(
    Array(3).fill('valid'),
  );
});

test('one message of few may be late, and no second', () => {
  const of = (due: number, late: number) =>
    scheduleKept({ messages: { ...healthy.messages, due, sent: due, onTime: due - late } });
  expect([of(20, 1), of(100, 1), of(1_000, 10)]).toEqual([undefined, undefined, undefined]);
  for (const [due, late] of [
    [20, 2],
    [100, 2],
    [1_000, 11],
  ] as const)
    expect(of(due, late)).toMatch(/^\d+\.\d % of messages/);
});

test('every rule can fail: none is named above in vain', () => {
  expect(rules.map(({ id }) => id)).toEqual(Object.keys(RULES));
  expect(rules).toHaveLength(15);
});

describe('cores that other programs used', () => {
  const SERVER: CoreUsage = {
    cores: '0',
    roles: ['server'],
    seconds: 1.1,
    ownSeconds: 0.3,
    othersSeconds: 0.01,
    interruptSeconds: 0.2,
    stolenSeconds: 0.3,
    waitSeconds: 0.005,
  };
  const GENERATOR: CoreUsage = { ...SERVER, cores: '1', roles: ['generator'] };
  const LOOP = { name: 'loop', processes: [812, 813, 814], seconds: 0.8 };
  const CRON = { name: 'cron', processes: [9], seconds: 0.2 };
  const brokenBy = (cores: readonly CoreUsage[], ids = load.rules) => judge(withChanges({ cores }), ids).broken;

  test('an idle machine keeps its trials: a background of some milliseconds, interrupts and stolen time break nothing', () => {
    expect(brokenBy([SERVER, GENERATOR])).toEqual([]);
    // Hundredths of a second, in which the kernel counts, are too coarse for a short window.
    expect(brokenBy([{ ...SERVER, seconds: 0.05, othersSeconds: 0.02, waitSeconds: 0.001 }])).toEqual([]);
    expect(judge(withChanges({}), load.rules).state).toBe('valid');
  });

  test('the sentences name the core, the share, the program and who waited', () => {
    const taken = {
      ...SERVER,
      othersSeconds: 0.8801,
      programs: [LOOP, CRON, { ...CRON, name: 'rare', seconds: 0.01 }],
    };
    expect(brokenBy([taken, { ...GENERATOR, othersSeconds: 0.07, waitSeconds: 0.066 }])).toEqual([
      {
        rule: 'cores-not-shared',
        text: 'other programs took 80.0 % of core 0, mostly loop (process 812 and 2 more), cron (process 9); other programs took 6.3 % of core 1, none of them seen in /proc (limit 5.0 %); close them, or keep them off the cores of the run',
      },
      {
        rule: 'cores-not-waited-for',
        text: 'the load generator waited 6.0 % of the time for core 1 while other programs ran (limit 3.0 %)',
      },
    ]);
  });

  test('a wait is judged by itself, and of several cores only the wait', () => {
    const free = { ...SERVER, cores: '0-3', roles: ['server', 'generator'], othersSeconds: 1.4, programs: [LOOP] };
    expect(brokenBy([free])).toEqual([]);
    expect(brokenBy([{ ...free, waitSeconds: 0.1101 }])).toEqual([
      {
        rule: 'cores-not-waited-for',
        text: 'the server or the load generator waited 10.0 % of the time for cores 0-3 while other programs ran, mostly loop (process 812 and 2 more) (limit 3.0 %)',
      },
    ]);
  });

  test('a wait behind trials of the run itself is judged as one behind other programs, and told from it', () => {
    const beside = { ...SERVER, besideSeconds: 0.4, besideWaitSeconds: 0.02 };
    expect(brokenBy([beside, { ...GENERATOR, besideSeconds: 0.9, besideWaitSeconds: 0.01 }])).toEqual([]);
    expect(brokenBy([{ ...beside, besideWaitSeconds: 0.0441 }])).toEqual([
      {
        rule: 'cores-not-waited-for',
        text: 'the server waited 4.0 % of the time for core 0 while other processes of this run had it (limit 3.0 %); use a lower --beside',
      },
    ]);
    const both = brokenBy([{ ...beside, waitSeconds: 0.055, besideWaitSeconds: 0.0441 }]);
    expect(both.map(({ text }) => text.match(/waited/g)?.length)).toEqual([2]);
  });

  test('kinds that time something ask for it, and those that count bytes or memory do not', () => {
    const taken = [{ ...SERVER, othersSeconds: 0.88, waitSeconds: 0.5 }];
    for (const { rules: ids } of [load, closed, capacity, connect]) expect(brokenBy(taken, ids)).toHaveLength(2);
    for (const { rules: ids } of [idle, wire]) expect(brokenBy(taken, ids)).toEqual([]);
  });
});

test('the first corrupt arrival is shown beside their number', () => {
  const example = { kind: 'a text message', length: 11, head: '99999999999' };
  const { broken } = judge(withChanges({ messages: { duplicated: 2, corrupt: 3, example } }), load.rules);
  expect(broken.map(({ text }) => text)).toEqual([
    '2 duplicated, 3 corrupt (first: a text message of 11 bytes, "99999999999")',
  ]);
});
