import { describe, expect, test } from 'vitest';
import { totalSeconds } from '../cli/networks/planned.ts';
import { besideIn, harmlessBeside, maxBesideWaitShare, mayRunBeside } from './beside.ts';
import { commandFor, isObjectiveStated, type RunOptions, readOptions } from './options.ts';
import { besideFields, makePlan, type RunPlan, trialsOf } from './plan.ts';
import type { Given } from './readers.ts';

type Values = Readonly<Record<string, unknown>>;

const read = (values: Values) =>
  readOptions(
    Object.fromEntries(
      Object.entries(values).map(([name, value]): [string, Given] => [name, { value, where: `--${name}` }]),
    ),
  );

function optionsOf(values: Values): RunOptions {
  const found = read(values);
  if ('problems' in found) throw new Error(found.problems.join('\n'));
  return found.options;
}

const planOf = (values: Values): RunPlan => makePlan(optionsOf(values));

/** Settings of each case of ws: `echo none 6`. */
const shownOf = ({ cases, options }: RunPlan): string[] =>
  cases
    .filter(({ name }) => name === 'ws')
    .map((planned) => {
      const { network = 'none', fault = '' } = planned.dimensions ?? {};
      return [planned.scenario.id, network, fault, trialsOf(planned, options)].filter((part) => part !== '').join(' ');
    });

const USUAL = ['echo none 6', 'broadcast none 6', 'echo 4g-lossy 3', 'recovery none restart 3'];

describe('the default run', () => {
  test('answers for the link as it is, for a mobile network and for a restart', () => {
    expect(shownOf(planOf({}))).toEqual(USUAL);
    expect(planOf({}).cases.find(({ disruption }) => disruption !== undefined)).toMatchObject({
      clients: 50,
      disruption: { outage: { minSeconds: 2, maxSeconds: 4 } },
    });
    expect(shownOf(planOf({ profile: 'default', transports: 'ws,sse', seed: 3 }))).toEqual(USUAL);
    expect(shownOf(planOf({ quick: true }))).toEqual(USUAL.map((one) => one.replace(/\d$/, '1')));
  });

  test('takes ten minutes at most with every transport, and a quick one ninety seconds', () => {
    expect(totalSeconds(planOf({}))).toBeLessThanOrEqual(600);
    expect(totalSeconds(planOf({ quick: true }))).toBeLessThanOrEqual(90);
  });

  test('has fewer trials of the others, in its first blocks', () => {
    const { blocks, cases } = planOf({});
    const also = cases.filter(({ trials }) => trials !== undefined).length;
    expect(blocks.map(({ length }) => length)).toEqual([0, 0, 0, also, also, also].map((less) => cases.length - less));
    const counted = Map.groupBy(blocks.flat(), (planned) => planned);
    for (const planned of cases) expect(counted.get(planned)).toHaveLength(planned.trials ?? 6);
    expect(shownOf(planOf({ trials: '12' }))[3]).toBe('recovery none restart 6');
    expect(shownOf(planOf({ trials: '1' }))[3]).toBe('recovery none restart 1');
  });

  test.each<[Values, string[]]>([
    [{ network: 'cable' }, ['echo cable 6', 'broadcast cable 6']],
    [{ network: 'none' }, ['echo none 6', 'broadcast none 6']],
    [{ scenarios: 'echo' }, ['echo none 6']],
    [{ scenarios: 'recovery', fault: 'drain' }, ['recovery none drain 6']],
    [{ rate: '500' }, ['echo none 6', 'broadcast none 6']],
    [{ encoding: 'text' }, ['echo none 6', 'broadcast none 6']],
    [{ aa: true, transports: 'ws' }, []],
  ])('measures nothing besides with %j', (values, expected) => {
    expect(shownOf(planOf(values))).toEqual(expected);
  });

  test('takes another fault, outage or policy for its recovery', () => {
    const plan = planOf({ fault: 'blackhole', outage: '1s', reconnect: 'library' });
    expect(shownOf(plan)).toEqual([...USUAL.slice(0, 3), 'recovery none blackhole 3']);
    const faulty = plan.cases.find(({ disruption }) => disruption !== undefined);
    expect(faulty?.disruption?.outage).toEqual({ minSeconds: 1, maxSeconds: 1 });
    expect(faulty?.dimensions).toMatchObject({ reconnect: 'library' });
  });

  test('has no network on the loopback', () => {
    expect(shownOf(planOf({ link: 'loopback' }))).toEqual([...USUAL.slice(0, 2), USUAL[3]]);
  });

  test('has a command that measures the parts again, and no objective that holds for all', () => {
    const options = optionsOf({ transports: 'ws', trials: '8' });
    const command = commandFor(options);
    expect(command).toBe('npm run bench -- --transports ws --warmup 0.8 --trials 8 --seed 1 --link auto');
    expect(isObjectiveStated(options)).toBe(false);
    expect(isObjectiveStated(optionsOf({ objective: 'p99<50ms' }))).toBe(true);
    expect(commandFor(optionsOf({ transports: 'ws', beside: '1' }))).toContain(' --beside 1');
    expect(commandFor(optionsOf({ transports: 'ws', scenarios: 'echo', beside: '1' }))).not.toContain('--beside');
  });
});

describe('trials side by side without being asked for', () => {
  test('are as many as add no more than a twentieth to the shortest time', () => {
    // Four waits of a(1 − a)⁻¹ ms each, of neighbours that take a sixth of one of two cores.
    const added = (trials: number): number => {
      const load = (trials - 1) / 6 / 2;
      return (4 * 0.001 * load) / (1 - load);
    };
    for (const seconds of [0.04, 0.06, 0.1, 0.4]) {
      const trials = harmlessBeside(seconds);
      expect(added(trials)).toBeLessThanOrEqual(0.05 * seconds);
      expect(trials === 7 || added(trials + 1) > 0.05 * seconds).toBe(true);
    }
    expect([0, 0.06, 1].map(harmlessBeside)).toEqual([1, 6, 7]);
  });

  test('are none on the link as it is, nor over a short way, nor in a run that asks for a network', () => {
    const plan = planOf({});
    expect(plan.cases.filter(mayRunBeside).every(({ trials }) => trials === 3)).toBe(true);
    expect(besideFields(plan)).toEqual({ beside: 6 });
    const { cases } = planOf({ transports: 'ws,sse,tcp', scenarios: 'echo', network: 'rtt=20ms' });
    expect(besideIn(cases, null)).toBe(1);
    expect(besideFields(planOf({ transports: 'ws,sse', scenarios: 'echo', network: '4g-lossy' }))).toEqual({});
    expect(besideFields(planOf({ beside: '2' }))).toEqual({ beside: 2 });
  });

  test('may wait for each other as long as that delays a message by a twentieth', () => {
    const [bare, , mobile, recovery] = planOf({ transports: 'ws' }).cases;
    // 100 messages a second over 60 ms; 10 a second, whose figures are of the order of seconds; on the link no more than for others.
    expect([bare!, mobile!, recovery!].map(maxBesideWaitShare)).toEqual([0.03, expect.closeTo(0.3, 9), 0.5]);
  });
});

test('a setting that neither the scenarios nor the parts use is refused', () => {
  expect(read({ heartbeat: '5s' })).toHaveProperty('problems');
  expect(read({ scenarios: 'echo', fault: 'restart' })).toHaveProperty('problems');
  expect(read({ network: 'cable', fault: 'restart' })).toHaveProperty('problems');
});
