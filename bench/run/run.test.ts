import { describe, expect, test } from 'vitest';
import { makeResults } from '../../reports/testing/fixtures.ts';
import { readOptions } from '../plan/options.ts';
import { makePlan, type RunPlan } from '../plan/plan.ts';
import { maxReruns, mayRunAgain, standing } from '../results/reruns.ts';
import { RULES, type RuleId } from '../results/rules.ts';
import { type Results, resultsSchema, type Trial } from '../results/schema.ts';
import type { CalmWaiter } from './calm.ts';
import { loopback } from './link.ts';
import { ROOTS } from './machine/roots.ts';
import { type RunEvent, type RunSettings, run } from './run.ts';
import type { TrialSettings } from './trial.ts';
import { variablesFor } from './variables.ts';

const MACHINE = { variables: variablesFor({}), roots: ROOTS, limits: { cores: null, memoryBytes: null } };

function planOf(transports: string, trials: number, more: Readonly<Record<string, unknown>> = {}): RunPlan {
  const values = Object.entries({ transports, scenarios: 'echo', trials, ...more });
  const read = readOptions(Object.fromEntries(values.map(([name, value]) => [name, { value, where: `--${name}` }])));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return makePlan(read.options);
}

const [fixture] = makeResults({ transports: { ws: {} }, trials: 1 }).cases[0]!.trials;
if (fixture?.state !== 'valid') throw new Error('the fixture has no valid trial');
const valid: Extract<Trial, { state: 'valid' }> = fixture;

type Outcome = 'valid' | 'suspect' | 'failed' | RuleId | readonly RuleId[];

/** Trial that ended as asked. Rules make it invalid. */
function trialOf(outcome: Outcome, { block, order }: Pick<TrialSettings, 'block' | 'order'>): Trial {
  const at = { block, order, startedAt: '' };
  if (outcome === 'failed') return { ...at, state: 'failed', reasons: ['the server ended'] };
  if (outcome === 'valid') return { ...valid, ...at };
  const rules = outcome === 'suspect' ? (['nothing-lost'] as const) : [outcome].flat();
  const broken = rules.map((rule) => ({ rule, text: 'why' }));
  const state = outcome === 'suspect' ? 'suspect' : 'invalid';
  const reasons = rules.map((rule) => `${RULES[rule].name}: why`);
  return { ...valid, ...at, state, broken, reasons };
}

type Script = (name: string, settings: TrialSettings) => Outcome;

/** Runs a plan whose trials end by a script, on a virtual machine. */
async function played(plan: RunPlan, script: Script, more: Partial<RunSettings> = {}) {
  const events: RunEvent[] = [];
  const settings: RunSettings = {
    command: '',
    checks: [],
    micro: [],
    resources: { link: loopback(), workers: 1, pinning: undefined, ways: [], runId: 'abcd', ...MACHINE },
    security: { server: {}, client: {} },
    signal: new AbortController().signal,
    measure: async (planned, of) => ({ trial: trialOf(script(planned.name, of), of), effective: {} }),
    ...more,
  };
  for await (const event of run(plan, settings)) events.push(event);
  const last = events.at(-1);
  if (last?.event !== 'ended') throw new Error('the run has no end');
  return { events, results: last.results };
}

/** `ws 0.2<1` for the trial of ws in block 0 with order 2 that replaces order 1; in their order. */
const orderOf = ({ cases }: Results): string[] =>
  cases
    .flatMap(({ transport, trials }) => trials.map((trial) => ({ transport, ...trial })))
    .toSorted((a, b) => a.order - b.order)
    .map(
      ({ transport, block, order, replaces }) =>
        `${transport} ${block}.${order}${replaces === undefined ? '' : `<${replaces}`}`,
    );

/** Trials of a transport that a rule spoils: the first attempts of these blocks. */
const spoils =
  (name: string, blocks: readonly number[], outcome: Outcome = 'schedule-kept'): Script =>
  (of, { block }) =>
    of === name && blocks.includes(block) ? outcome : 'valid';

/** A script in which only the first attempt of a case and block has the outcome. */
function onlyFirst(script: Script): Script {
  const seen = new Set<string>();
  return (name, settings) => {
    const key = `${name} ${settings.block}`;
    if (seen.has(key)) return 'valid';
    seen.add(key);
    return script(name, settings);
  };
}

describe('a trial that the machine spoils', () => {
  test('is run again once, at the end of its own block, and both attempts stay', async () => {
    const plan = planOf('ws,sse,mqtt', 4);
    const { results, events } = await played(plan, onlyFirst(spoils('ws', [1])));
    const names = plan.blocks.map((block) => block.map(({ name }) => name));
    const first = 3 + names[1]!.indexOf('ws');
    expect(orderOf(results)).toEqual([
      ...names[0]!.map((name, at) => `${name} 0.${at}`),
      ...names[1]!.map((name, at) => `${name} 1.${3 + at}`),
      `ws 1.6<${first}`,
      ...names[2]!.map((name, at) => `${name} 2.${7 + at}`),
      ...names[3]!.map((name, at) => `${name} 3.${10 + at}`),
    ]);
    const ws = results.cases.find(({ transport }) => transport === 'ws')!;
    expect(ws.trials.map(({ state }) => state)).toEqual(['valid', 'invalid', 'valid', 'valid', 'valid']);
    expect(standing(ws.trials).map(({ state, block }) => `${state} ${block}`)).toEqual(
      [0, 1, 2, 3].map((of) => `valid ${of}`),
    );
    const again = events.flatMap((event) => (event.event === 'trial-ended' ? [event.again] : []));
    expect(again.filter((one) => one)).toHaveLength(1);
    expect(resultsSchema.parse(results).state).toBe('complete');
  });

  test('is not run a third time', async () => {
    const { results } = await played(planOf('ws,sse', 5), spoils('ws', [2]));
    expect(orderOf(results).filter((one) => one.includes('<'))).toHaveLength(1);
    expect(results.cases[0]?.trials.filter(({ block }) => block === 2).map(({ state }) => state)).toEqual([
      'invalid',
      'invalid',
    ]);
  });

  test.each([
    [1, 1],
    [7, 1],
    [10, 1],
    [11, 2],
    [20, 2],
    [22, 3],
    [154, 16],
  ])('of %i planned trials, %i may be run again', (planned, reruns) => {
    expect(maxReruns(planned)).toBe(reruns);
  });

  test('the limit holds for the run, not for each block', async () => {
    const { results } = await played(planOf('ws,sse,mqtt', 7), onlyFirst(spoils('ws', [0, 1, 2, 3, 4, 5, 6])));
    expect(
      orderOf(results)
        .filter((one) => one.includes('<'))
        .map((one) => one.slice(0, 4)),
    ).toEqual(['ws 0', 'ws 1', 'ws 2']);
  });
});

describe('what a transport may have caused is never measured again', () => {
  test.each<[string, Outcome]>([
    ['a failure', 'failed'],
    ['a loss', 'suspect'],
    ['silence', 'something-measured'],
    ['a clock or an account that is wrong', 'clock-is-sane'],
    ['a late schedule beside a loss', ['schedule-kept', 'nothing-lost']],
    ['a busy generator beside silence', ['generator-not-saturated', 'something-measured']],
  ])('%s', async (_, outcome) => {
    const { results } = await played(planOf('ws,sse', 3), spoils('ws', [1], outcome));
    expect(orderOf(results).filter((one) => one.includes('<'))).toEqual([]);
  });

  test('nor a trial whose sessions ended, nor one that broke a rule of a later version, nor one without rules', () => {
    const late = trialOf('schedule-kept', { block: 0, order: 0 });
    if (late.state !== 'invalid') throw new Error('not invalid');
    expect(mayRunAgain(late)).toBe(true);
    expect(mayRunAgain({ ...late, messages: { ...late.messages, errors: { reset: 1 } } })).toBe(false);
    expect(mayRunAgain({ ...late, broken: [...(late.broken ?? []), { rule: 'made-up', text: '' }] })).toBe(false);
    expect(mayRunAgain({ ...late, broken: [] })).toBe(false);
    expect(mayRunAgain({ ...late, replaces: 3 })).toBe(false);
    expect(mayRunAgain({ ...late, state: 'suspect' })).toBe(false);
  });

  test('every rule about deliveries or sessions says so', () => {
    const again = Object.entries(RULES).filter(([, { rerun }]) => rerun);
    expect(again.map(([id]) => id).filter((id) => /lost|foreign|session|measured|accounting|clock/.test(id))).toEqual(
      [],
    );
    expect(again.length).toBeGreaterThan(0);
  });
});

describe('a first block without a valid trial', () => {
  const all =
    (blocks: readonly number[], outcome: Outcome): Script =>
    (_, { block }) =>
      blocks.includes(block) ? outcome : 'valid';

  test.each<[string, Outcome]>([
    ['on a busy machine', 'schedule-kept'],
    ['of servers that fail', 'failed'],
    ['of transports that lose', 'suspect'],
  ])('%s ends the run, with its results and the reason', async (_, outcome) => {
    const { results } = await played(planOf('ws,sse', 6), all([0], outcome));
    expect(results).toMatchObject({ state: 'interrupted', stopped: { rule: 'first-block' } });
    expect(results.finishedAt).not.toBeNull();
    expect(new Set(results.cases.flatMap(({ trials }) => trials.map(({ block }) => block)))).toEqual(new Set([0]));
    expect(resultsSchema.parse(results)).toEqual(results);
  });

  test('goes on if the user says so, by a flag or when asked', async () => {
    const asked: Results[] = [];
    const goOn = async (results: Results): Promise<boolean> => asked.push(results) > 0;
    const on = await played(planOf('ws,sse', 3), all([0], 'failed'), { goOn });
    expect([on.results.state, on.results.stopped]).toEqual(['complete', undefined]);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.cases.flatMap(({ trials }) => trials)).toHaveLength(2);
    const flagged = await played(planOf('ws,sse', 3, { 'keep-going': true }), all([0, 1, 2], 'failed'), { goOn });
    expect(flagged.results.state).toBe('complete');
    expect(asked).toHaveLength(1);
  });

  test('is saved by one that is valid when run again, or by one valid case', async () => {
    const { results } = await played(planOf('ws,sse', 3), onlyFirst(all([0], 'schedule-kept')));
    expect(results.state).toBe('complete');
    expect((await played(planOf('ws,sse', 3), spoils('ws', [0, 1, 2], 'failed'))).results.state).toBe('complete');
  });

  test('is no reason to stop later, or where there is no second block', async () => {
    expect((await played(planOf('ws,sse', 3), all([1, 2], 'failed'))).results.state).toBe('complete');
    expect((await played(planOf('ws,sse', 1), all([0], 'failed'))).results.state).toBe('complete');
  });

  test('an interruption is told from it', async () => {
    const stop = new AbortController();
    const script: Script = () => {
      stop.abort();
      return 'failed';
    };
    const { results } = await played(planOf('ws,sse', 3), script, { signal: stop.signal });
    expect([results.state, results.stopped]).toEqual(['interrupted', undefined]);
  });
});

describe('before every trial the run waits for a calm machine', () => {
  test('and says what for, also before a trial that is run again', async () => {
    const calm: CalmWaiter = async function* () {
      yield 0.5;
    };
    const { events } = await played(planOf('ws', 2), onlyFirst(spoils('ws', [0])), { calm });
    const told = events.flatMap((event) =>
      event.event === 'waiting' || event.event === 'trial-started'
        ? [`${event.event} ${event.block}.${event.order}${event.replaces === undefined ? '' : `<${event.replaces}`}`]
        : [],
    );
    expect(told).toEqual(['0.0', '0.1<0', '1.2'].flatMap((trial) => [`waiting ${trial}`, `trial-started ${trial}`]));
  });

  test('an interruption while it waits starts no trial', async () => {
    const stop = new AbortController();
    const calm: CalmWaiter = async function* () {
      stop.abort();
      yield 0.9;
    };
    const { events, results } = await played(planOf('ws', 2), () => 'valid', { calm, signal: stop.signal });
    expect(events.map(({ event }) => event)).toEqual(['started', 'waiting', 'ended']);
    expect(results.state).toBe('interrupted');
  });
});
