import { describe, expect, test } from 'vitest';
import type { PlannedCase } from '../scenarios/shape.ts';
import { isOverNetwork } from '../scenarios/shared/network.ts';
import { arranged, besideIn, blockSeconds, mayRunBeside, paceOf } from './beside.ts';
import { readOptions } from './options.ts';
import { besideFields, estimateSeconds, makePlan } from './plan.ts';

function planOf(values: Readonly<Record<string, string>>) {
  const given = Object.entries(values).map(([name, value]) => [name, { value, where: `--${name}` }]);
  const read = readOptions(Object.fromEntries(given));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return makePlan(read.options);
}

const slow = { clients: '50', rate: '100' };
const [light] = planOf({ transports: 'ws', scenarios: 'echo', ...slow }).cases;
if (light === undefined) throw new Error('the plan has no case');
const over = (planned: PlannedCase, id = planned.id): PlannedCase => ({
  ...planned,
  id,
  dimensions: { network: 'rtt=60ms' },
});

describe('cases that may run beside others', () => {
  test('are over a network; on the link as it is none is, and its load spins', () => {
    expect([isOverNetwork(light), mayRunBeside(light), paceOf(light)]).toEqual([false, false, 'spin']);
    const named = { ...light, dimensions: { network: 'none' } };
    expect([isOverNetwork(named), mayRunBeside(named), paceOf(named)]).toEqual([false, false, 'spin']);
    expect([isOverNetwork(over(light)), mayRunBeside(over(light)), paceOf(over(light))]).toEqual([true, true, 'sleep']);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['many messages', { scenarios: 'echo', clients: '50', rate: '2000' }],
    ['many receivers', { scenarios: 'broadcast', clients: '200', rate: '100' }],
    ['large messages', { scenarios: 'echo', clients: '50', rate: '100', size: '65536' }],
    ['many sessions', { scenarios: 'echo', clients: '5000', rate: '100' }],
    ['a rate that is searched', { scenarios: 'capacity' }],
    ['a closed loop', { scenarios: 'ceiling' }],
    ['memory to measure', { scenarios: 'idle' }],
    ['connections to open', { scenarios: 'connect', clients: '20' }],
  ])('have no load that takes a core: %s', (_, values) => {
    const [planned] = planOf({ transports: 'ws', ...values }).cases;
    expect(mayRunBeside(over(planned!))).toBe(false);
  });
});

test('a few sessions that only send heartbeats may run beside others', () => {
  const [planned] = planOf({ transports: 'ws', scenarios: 'idle', clients: '20' }).cases;
  expect(mayRunBeside(over(planned!))).toBe(true);
  expect(mayRunBeside(planned!)).toBe(false);
});

describe('a block', () => {
  const block = [...'aBcDeF'].map((id) => (id === id.toLowerCase() ? over(light, id) : { ...light, id }));

  test('keeps those together that may run side by side, each part in its order', () => {
    const ids = (some: readonly PlannedCase[]): string => some.map(({ id }) => id).join('');
    expect(ids(arranged(block, 2))).toBe('aceBDF');
    expect(ids(arranged(block.toReversed(), 2))).toBe('FDBeca');
    expect(ids(arranged(block, 1))).toBe('aBcDeF');
    expect(ids(arranged(block.slice(0, 2), 8))).toBe('aB');
  });

  test('takes the time of those that run alone, and a part of the others’', () => {
    expect(besideIn(block, 8)).toBe(3);
    expect(blockSeconds(block, 1, () => 10)).toBe(60);
    expect(blockSeconds(block, 2, () => 10)).toBe(50);
    expect(blockSeconds(block, 8, () => 10)).toBe(40);
    // None ends before its longest trial.
    expect(blockSeconds(block, 8, ({ id }) => (id === 'a' ? 30 : 1))).toBe(33);
  });

  test('without a network is as it always was', () => {
    const values = { transports: 'ws,sse,mqtt', scenarios: 'echo,broadcast' };
    const [one, many] = ['1', '8'].map((beside) => planOf({ ...values, beside }));
    const ids = many?.blocks.map((of) => of.map(({ id }) => id));
    expect(ids).toEqual(one?.blocks.map((of) => of.map(({ id }) => id)));
    expect(estimateSeconds(many!)).toBe(estimateSeconds(one!));
    expect(besideFields(many!)).toEqual({});
  });
});

test('a plan says how many of its trials run at the same time', () => {
  const plan = planOf({ transports: 'ws,sse,mqtt', scenarios: 'echo', ...slow, beside: '2' });
  const cases = plan.cases.map((planned) => over(planned));
  expect(besideFields({ ...plan, cases })).toEqual({ beside: 2 });
  const alone = estimateSeconds({ ...plan, cases, options: { ...plan.options, beside: 1 } });
  expect(estimateSeconds({ ...plan, cases }) / alone).toBeCloseTo(2 / 3);
});

test.each(['0', '65', '1.5', 'many'])('--beside %s is refused', (beside) => {
  const read = readOptions({ beside: { value: beside, where: '--beside' } });
  expect('problems' in read && read.problems.join()).toContain('--beside');
});
