import { expect, test } from 'vitest';
import { RULES, type RuleId } from '../results/rules.ts';
import { closed } from '../scenarios/closed.ts';
import { idle } from '../scenarios/idle.ts';
import { load } from '../scenarios/load.ts';
import { wire } from '../scenarios/wire.ts';
import { judge, type Observation, rules } from './validity.ts';

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
  expect(reasons).toEqual(broken.map(({ rule, text }) => `${RULES[rule as RuleId]}: ${text}`));
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

test('every rule can fail: none is named above in vain', () => {
  expect(rules.map(({ id }) => id)).toEqual(Object.keys(RULES));
  expect(rules).toHaveLength(8);
});

test('the first corrupt arrival is shown beside their number', () => {
  const example = { kind: 'a text message', length: 11, head: '99999999999' };
  const { broken } = judge(withChanges({ messages: { duplicated: 2, corrupt: 3, example } }), load.rules);
  expect(broken.map(({ text }) => text)).toEqual([
    '2 duplicated, 3 corrupt (first: a text message of 11 bytes, "99999999999")',
  ]);
});
