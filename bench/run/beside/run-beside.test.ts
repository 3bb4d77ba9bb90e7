import { describe, expect, test } from 'vitest';
import { makeResults } from '../../../reports/testing/fixtures.ts';
import { readOptions } from '../../plan/options.ts';
import { makePlan, type RunPlan } from '../../plan/plan.ts';
import { resultsSchema, type Trial } from '../../results/schema.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { isOverNetwork as isOver } from '../../scenarios/shared/network.ts';
import { loopback } from '../link.ts';
import { ROOTS } from '../machine/roots.ts';
import type { RelayedLink } from '../network/relayed-link.ts';
import { type RunEvent, type RunSettings, run, type Slot, type TrialPath } from '../run.ts';
import type { TrialSettings } from '../trial.ts';
import { variablesFor } from '../variables.ts';

const LOAD = { clients: '50', rate: '4' };
const [fixture] = makeResults({ transports: { ws: {} }, trials: 1 }).cases[0]!.trials;
if (fixture?.state !== 'valid') throw new Error('the fixture has no valid trial');
const valid: Extract<Trial, { state: 'valid' }> = fixture;

/** Plan whose every case is measured on the link as it is and over a network, with one load. */
function planOf(transports: string, trials: number, beside: number): RunPlan {
  const asked = {
    transports,
    scenarios: 'broadcast',
    network: 'none,rtt=60ms',
    trials,
    beside: String(beside),
    ...LOAD,
  };
  const values = Object.entries(asked).map(([name, value]) => [name, { value, where: `--${name}` }]);
  const read = readOptions(Object.fromEntries(values));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return makePlan(read.options);
}

/** Path through a made-up relay. */
function pathOf(): TrialPath {
  const link: RelayedLink = {
    ...loopback(),
    relayPid: 1,
    change: async () => {},
    cut: async () => {},
    rebind: async () => {},
    reset: async () => 0,
    slowLines: async () => {},
    counts: () => Promise.reject(new Error('there is no relay')),
    watchRadio: async () => {},
    radioCounts: () => Promise.reject(new Error('there is no relay')),
    record: async () => {},
    recorded: async () => 0,
    frames: async () => ({ frames: [], leftOut: 0 }),
    settle: async () => {},
    hasEnded: false,
    ended: () => new Promise(() => {}),
    congestionControl: 'cubic',
    look() {},
  };
  return { link, begin: async () => link, end: async () => {} };
}

const slotsOf = (count: number): Slot[] => Array.from({ length: count }, () => ({ path: pathOf() }));
const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

interface Played {
  readonly slots?: Slot[];
  readonly outcome?: (planned: PlannedCase, settings: TrialSettings) => Promise<Trial> | Trial;
}

/** Runs a plan with slots that are made up; each trial takes some turns of the event loop, the first of a block the longest. */
async function played(plan: RunPlan, { slots = slotsOf(8), outcome }: Played = {}, more: Partial<RunSettings> = {}) {
  const events: RunEvent[] = [];
  const links: { planned: PlannedCase; link: unknown }[] = [];
  const link = loopback();
  let most = 0;
  let running = 0;
  const settings: RunSettings = {
    command: '',
    checks: [],
    micro: [],
    resources: {
      link,
      workers: 1,
      pinning: undefined,
      ways: [],
      runId: 'abcd',
      variables: variablesFor({}),
      roots: ROOTS,
      limits: { cores: null, memoryBytes: null },
      path: pathOf(),
      slots,
    },
    security: { server: {}, client: {} },
    signal: new AbortController().signal,
    measure: async (planned, of) => {
      links.push({ planned, link: of.link });
      most = Math.max(most, ++running);
      await turns(3 + ((of.order * 7) % 5));
      const { block, order } = of;
      const trial = (await outcome?.(planned, of)) ?? { ...valid, block, order };
      running--;
      return { trial, effective: {} };
    },
    ...more,
  };
  for await (const event of run(plan, settings)) events.push(event);
  const last = events.at(-1);
  if (last?.event !== 'ended') throw new Error('the run has no end');
  return { events, results: last.results, most, links, link };
}

const ORDER = 'ws,sse,mqtt,tcp,grpc';

describe('trials side by side', () => {
  test('are those over a network, up to so many at a time, in the order of the block', async () => {
    const plan = planOf(ORDER, 3, 3);
    const { events, results, most } = await played(plan);
    expect(most).toBe(3);
    const started = events.flatMap((event) => (event.event === 'trial-started' ? [event] : []));
    expect(started.map(({ planned }) => planned.id)).toEqual(plan.blocks.flatMap((block) => block.map(({ id }) => id)));
    expect(started.map(({ order }) => order)).toEqual(started.map((_, at) => at));
    for (const { network, trials } of results.cases) {
      expect(trials.map(({ block }) => block)).toEqual([0, 1, 2]);
      const company = trials.map(({ beside = [] }) => beside.length);
      if (network === 'none') expect(company).toEqual([0, 0, 0]);
      else for (const others of company) expect(others).toBeGreaterThan(0);
    }
    expect(resultsSchema.parse(results)).toEqual(results);
  });

  test('name each other, and only trials of their own block', async () => {
    const { results } = await played(planOf(ORDER, 2, 4));
    const trials = results.cases.flatMap((one) => one.trials);
    const of = new Map(trials.map((trial) => [trial.order, trial]));
    for (const { order, block, beside = [] } of trials) {
      for (const other of beside) {
        expect(of.get(other)?.beside).toContain(order);
        expect(of.get(other)?.block).toBe(block);
      }
      expect(beside).not.toContain(order);
    }
  });

  test('have each a link of a slot; the others have the link of the run', async () => {
    const slots = slotsOf(3);
    const { links, link } = await played(planOf(ORDER, 2, 3), { slots });
    const known: unknown[] = slots.map(({ path }) => path?.link);
    for (const one of links) expect(isOver(one.planned) ? known.includes(one.link) : one.link === link).toBe(true);
    expect(new Set(links.map((one) => one.link)).size).toBe(4);
  });

  test.each([
    ['--beside 1', planOf(ORDER, 2, 1), slotsOf(8)],
    ['one slot', planOf(ORDER, 2, 8), slotsOf(1)],
    ['no slots', planOf(ORDER, 2, 8), []],
  ])('with %s run one after another, and none names others', async (_, plan, slots) => {
    const { results, most } = await played(plan, { slots });
    expect(most).toBe(1);
    expect(results.cases.flatMap(({ trials }) => trials.flatMap(({ beside }) => beside ?? []))).toEqual([]);
  });

  test('are run again at the end of the block', async () => {
    const seen = new Set<string>();
    const { results, events } = await played(planOf(ORDER, 3, 4), {
      outcome(planned, { block, order }) {
        const isFirst = block === 1 && isOver(planned) && planned.name === 'sse' && !seen.has(planned.id);
        if (!isFirst) return { ...valid, block, order };
        seen.add(planned.id);
        const broken = [{ rule: 'schedule-kept', text: 'late' }];
        return { ...valid, block, order, state: 'invalid', broken, reasons: ['schedule kept: late'] };
      },
    });
    const trials = results.cases.flatMap((one) => one.trials).filter(({ block }) => block === 1);
    const [again] = trials.filter(({ replaces }) => replaces !== undefined);
    expect(again?.order).toBe(Math.max(...trials.map(({ order }) => order)));
    expect(trials.find(({ order }) => order === again?.replaces)?.state).toBe('invalid');
    expect(events.filter((event) => event.event === 'trial-ended' && event.again)).toHaveLength(1);
    expect(resultsSchema.parse(results)).toEqual(results);
  });

  test('wait for a calm machine only while no other runs', async () => {
    const plan = planOf('ws,sse,mqtt', 1, 8);
    const { events } = await played(
      plan,
      {},
      {
        calm: async function* () {
          yield 0.4;
        },
      },
    );
    const waited = events.flatMap((event) => (event.event === 'waiting' ? [event.planned] : []));
    // The three that run alone, and the first of the three that do not.
    expect(waited.filter((planned) => !isOver(planned))).toHaveLength(3);
    expect(waited.filter(isOver)).toHaveLength(1);
  });

  test('are all dropped by an interruption, with what ended before', async () => {
    const stop = new AbortController();
    const plan = planOf(ORDER, 2, 4);
    let begun = 0;
    const { results, events } = await played(
      plan,
      {
        async outcome(planned, { block, order, signal }) {
          if (isOver(planned) && ++begun === 3) stop.abort();
          if (signal.aborted) throw signal.reason;
          return { ...valid, block, order };
        },
      },
      { signal: stop.signal },
    );
    expect(results.state).toBe('interrupted');
    const ended = events.filter(({ event }) => event === 'trial-ended');
    expect(results.cases.flatMap(({ trials }) => trials)).toHaveLength(ended.length);
    expect(ended.length).toBeLessThan(plan.blocks[0]!.length);
  });

  test('end with the run when one of them cannot be carried out', async () => {
    const aborted: number[] = [];
    const failing = played(planOf(ORDER, 1, 4), {
      async outcome(planned, { block, order, signal }) {
        if (!isOver(planned)) return { ...valid, block, order };
        if (planned.name === 'ws') throw new Error('no such module');
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        aborted.push(order);
        throw signal.reason;
      },
    });
    await expect(failing).rejects.toThrow('no such module');
    expect(aborted.length).toBeGreaterThan(0);
  });
});
