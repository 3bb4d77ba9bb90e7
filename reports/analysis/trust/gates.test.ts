import { describe, expect, test } from 'vitest';
import type { Case, CoreUsage, Results, Trial } from '../../../bench/results/schema.ts';
import { ECHO, type Fault, IDLE, makeResults, type RunSpec, SEVEN, WIRE } from '../../testing/fixtures.ts';
import { analyse } from '../analyse.ts';
import { type Gate, gatesOf, gatesTakeaway } from './gates.ts';

const GOOD: RunSpec = {
  transports: SEVEN,
  scenarios: [ECHO, { ...WIRE, size: 64 }],
  wire: 'link',
  environment: {
    link: 'veth',
    checks: [
      { name: 'clock', state: 'ok', observed: 'steps of 30 ns', fix: '' },
      { name: 'load by others', state: 'ok', observed: '0.4 %', fix: '' },
      { name: 'stolen time', state: 'ok', observed: '0.0 %', fix: '' },
    ],
  },
};

/** Fixtures run every block in one order; a true run shuffles each. */
function shuffled(results: Results): Results {
  const ids = results.cases.map(({ id }) => id);
  const order = results.plan.order.map((_, block) => [...ids.slice(block + 1), ...ids.slice(0, block + 1)]);
  const places = new Map(order.flat().map((id, index) => [`${Math.floor(index / ids.length)} ${id}`, index]));
  return withTrials({ ...results, plan: { ...results.plan, order } }, ({ id }, trial) => ({
    ...trial,
    order: places.get(`${trial.block} ${id}`) ?? 0,
  }));
}

const withTrials = (results: Results, change: (one: Case, trial: Trial) => Trial): Results => ({
  ...results,
  cases: results.cases.map((one) => ({ ...one, trials: one.trials.map((trial) => change(one, trial)) })),
});

type Valid = Extract<Trial, { state: 'valid' }>;

/** Changes every trial of `ws`. */
const ofWs =
  (change: (trial: Valid) => Partial<Valid>) =>
  (results: Results): Results =>
    withTrials(results, (one, trial) =>
      one.transport === 'ws' && trial.state === 'valid' ? { ...trial, ...change(trial) } : trial,
    );

const counted = (messages: Partial<Valid['messages']>) =>
  ofWs((trial) => ({ messages: { ...trial.messages, ...messages } }));
const generator = (usage: Partial<Valid['usage']['generator']>) =>
  ofWs((trial) => ({ usage: { ...trial.usage, generator: { ...trial.usage.generator, ...usage } } }));
/** Changes the first core of every trial of `ws`. */
const core = (change: Partial<CoreUsage>) =>
  ofWs(({ cores = [] }) => ({ cores: cores.map((one, index) => (index === 0 ? { ...one, ...change } : one)) }));
/** Makes results of a version that did not watch the cores. */
const withoutCores = (results: Results): Results =>
  withTrials(results, (_, trial) => (trial.state === 'failed' ? trial : { ...trial, cores: undefined }));
const environment =
  (change: Partial<Results['environment']>) =>
  (results: Results): Results => ({ ...results, environment: { ...results.environment, ...change } });
const plan =
  (change: Partial<Results['plan']>) =>
  (results: Results): Results => ({ ...results, plan: { ...results.plan, ...change } });
const unfit = (name: string) =>
  environment({ checks: [{ name, state: 'unfit', observed: 'too much', fix: 'Close other programs.' }] });

function gates(change: (results: Results) => Results = (results) => results, spec: RunSpec = GOOD): Gate[] {
  const results = change(shuffled(makeResults(spec)));
  return gatesOf({ results, analysis: analyse(results, { resamples: 200 }) });
}

const gate = (check: string, found: readonly Gate[]): Gate => {
  const one = found.find((candidate) => candidate.check === check);
  if (one === undefined) throw new Error(`no gate is called ${check}`);
  return one;
};

const faultsIn = (blocks: readonly number[], fault: Fault) => Object.fromEntries(blocks.map((block) => [block, fault]));
const withWs = (faults: Record<number, Fault>, trials = 7): RunSpec => ({
  ...GOOD,
  trials,
  transports: { ...SEVEN, ws: { ...SEVEN.ws, faults } },
});

test('a good run keeps all that was looked at, and says what was not', () => {
  const found = gates();
  expect(found.filter(({ status }) => status !== 'kept').map(({ check, status }) => [check, status])).toEqual([
    ['A/A test', 'unknown'],
  ]);
  expect(gatesTakeaway(found)).toBe('18 of 19 conditions kept. Not checked: A/A test.');
  for (const { status, consequence, action } of found) {
    expect(consequence === '').toBe(status === 'kept');
    expect(action === '').toBe(status === 'kept');
  }
});

const BREAKS: Readonly<Record<string, (results: Results) => Results>> = {
  'Schedule kept': counted({ onTime: 1000 }),
  'Generator not saturated': generator({ busy: 0.95 }),
  'Cores not shared with other programs': core({ othersSeconds: 0.4 }),
  'Every message accounted for': counted({ sent: 1190 }),
  'Messages intact': counted({ corrupt: 1 }),
  'No errors': counted({ errors: { 'socket hang up': 40 } }),
  'Clock sane': unfit('clock'),
  'Enough trials': (results) =>
    withTrials(plan({ trials: 3 })(results), (_, trial) => (trial.block > 2 ? gone(trial) : trial)),
  'Blocks interleaved': plan({ order: [['only one of them']] }),
  'No drift across blocks': (results) =>
    withTrials(results, (_, trial) => (trial.state === 'valid' ? slowed(trial) : trial)),
  'No load by other programs': unfit('load by others'),
  'No CPU time stolen': unfit('stolen time'),
  'Server and generator on separate cores': environment({ pinning: { server: '0', generator: '0' } }),
  'Bytes counted on a link': ofWs((trial) => ({ wire: { ...trial.wire, layer: 'socket' as const } })),
  'Bytes agree with theory': ofWs((trial) =>
    trial.theory === undefined ? {} : { theory: { ...trial.theory, up: trial.theory.up * 0.9 } },
  ),
};

const gone = ({ block, order, startedAt }: Trial): Trial => ({
  state: 'failed',
  block,
  order,
  startedAt,
  reasons: ['the server exited with code 1'],
});

/** Each block takes the histogram of a transport that is slower still: the machine, not the transport, changes. */
function slowed(trial: Valid): Valid {
  const ms = ['ws', 'socketio', 'sse', 'long-polling', 'tcp', 'mqtt'];
  const by = 1.3 ** trial.block;
  const slower = makeResults({ transports: { [ms[trial.block] ?? 'x']: { p50Ms: by, noise: 0 } }, trials: 1 });
  const [first] = slower.cases.flatMap(({ trials }) => trials);
  return first?.state === 'valid'
    ? { ...trial, latency: { ...trial.latency, response: first.latency.response } }
    : trial;
}

describe('each condition can come out broken', () => {
  test.each(Object.entries(BREAKS))('%s', (check, change) => {
    const found = gate(check, gates(change));
    expect(found.status).toBe('broken');
    expect(found.consequence).not.toBe('');
    expect(found.action).not.toBe('');
    expect(gatesTakeaway(gates(change))).toContain('Broken: ');
  });

  test('A/A test', () => {
    const results = makeResults({ transports: { ws: {} }, aa: true });
    const analysis = analyse(results, { resamples: 200 });
    const tested = { comparisons: 20, mistaken: ['p99 of ws', 'bytes of ws', 'CPU of ws'], sentence: [] };
    const found = (sameTwice: typeof analysis.sameTwice) =>
      gate('A/A test', gatesOf({ results, analysis: { ...analysis, sameTwice } }));
    expect(found(tested).status).toBe('broken');
    expect(found({ ...tested, mistaken: ['p99 of ws'] }).status).toBe('note');
    expect(found({ ...tested, mistaken: [] }).status).toBe('kept');
    expect(found({ ...tested, comparisons: 0, mistaken: [] }).status).toBe('unknown');
  });
});

describe('what other programs took of the cores', () => {
  const CHECK = 'Cores not shared with other programs';

  test('the worst core is named with the programs that used it', () => {
    const programs = [{ name: 'backup', processes: [812, 813, 814], seconds: 0.4 }];
    const found = gate(CHECK, gates(core({ othersSeconds: 0.4, waitSeconds: 0.3, programs })));
    expect(found.observed).toMatch(
      /^at most 40 % of core 0 taken \(mostly backup \(process 812 and 2 more\)\); waited at most 30 %; broken in 6 of 42/,
    );
  });

  test('a wait breaks it by itself, also where the system chose the cores', () => {
    const found = gate(CHECK, gates(core({ cores: '0-3', othersSeconds: 0.9, waitSeconds: 0.2 })));
    expect(found).toMatchObject({ status: 'broken', observed: expect.stringContaining('waited at most 20 %') });
    // Programs on cores that are free do no harm.
    expect(gate(CHECK, gates(core({ cores: '0-3', othersSeconds: 0.9 }))).status).toBe('kept');
  });

  test('it is unknown, with the reason, where the system does not tell', () => {
    const reason = 'not measured, because this system does not tell';
    const silent = gates((results) =>
      withTrials(results, (_, trial) =>
        trial.state === 'failed' ? trial : { ...trial, cores: undefined, notMeasured: [{ path: 'cores', reason }] },
      ),
    );
    expect(gate(CHECK, silent)).toMatchObject({ status: 'unknown', observed: reason });
    expect(gate(CHECK, gates(withoutCores))).toMatchObject({ status: 'unknown', observed: 'not measured in this run' });
  });

  test('stolen time is a condition of its own, kept apart from what programs took', () => {
    const found = gates((results) =>
      withTrials(results, (_, trial) =>
        trial.state === 'failed' || trial.cores === undefined
          ? trial
          : { ...trial, cores: trial.cores.map((one) => ({ ...one, stolenSeconds: 0.02 })) },
      ),
    );
    expect(gate('No CPU time stolen', found)).toMatchObject({
      status: 'note',
      observed: '0.0 % before the run; 2 % on average in its trials, 2 % at most',
    });
    expect(gate(CHECK, found).status).toBe('kept');
  });
});

describe('what limits a run without spoiling it', () => {
  const late: Fault = { state: 'invalid', reasons: ['schedule kept: 98.6 % of messages left within 5 ms'] };

  test('rejected trials that leave enough are only to be known of; those that leave too few spoil their case', () => {
    expect(gate('Schedule kept', gates(undefined, withWs({ 2: late })))).toMatchObject({ status: 'note' });
    expect(gate('Schedule kept', gates(undefined, withWs(faultsIn([2, 3], late)))).status).toBe('broken');
    expect(gate('Schedule kept', gates(undefined, withWs(faultsIn([2, 3], late)))).observed).toMatch(
      /broken in 4 of 98 trials|broken in 2 of 49 trials/,
    );
  });

  test('one case short of trials is a note, all of them are the run', () => {
    const failed: Fault = { state: 'failed', reasons: ['x'] };
    expect(gate('Enough trials', gates(undefined, withWs(faultsIn([1, 2], failed)))).status).toBe('note');
    expect(gate('No errors', gates(undefined, withWs(faultsIn([1, 2], failed)))).status).toBe('note');
    const all = gates(undefined, withWs(faultsIn([0, 1, 2, 3, 4, 5, 6], failed)));
    expect(gate('No errors', all).status).toBe('broken');
    expect(gate('Enough trials', gates(undefined, { ...GOOD, trials: 1 })).status).toBe('broken');
  });

  test('a run that was stopped, not pinned, not warmed up, without a link', () => {
    const stopped = { ...GOOD, done: 3, state: 'interrupted' as const };
    expect(gate('Run complete', gates(undefined, stopped)).status).toBe('note');
    expect(gate('Blocks interleaved', gates(undefined, stopped)).status).toBe('kept');
    expect(gate('Server and generator on separate cores', gates(environment({ pinning: null }))).status).toBe('note');
    expect(gate('Warmed up', gates(plan({ warmupSeconds: 0 }))).status).toBe('note');
    const socket = gate(
      'Bytes counted on a link',
      gates(environment({ linkReason: 'no unshare' }), { ...GOOD, wire: 'socket' }),
    );
    expect(socket).toMatchObject({ status: 'note', observed: 'at the sockets (no unshare)' });
  });

  test('one order for all blocks is no shuffling', () => {
    const results = makeResults(GOOD);
    const found = gatesOf({ results, analysis: analyse(results, { resamples: 200 }) });
    expect(gate('Blocks interleaved', found).status).toBe('note');
  });

  test('what nobody looked at is not known, which is not kept', () => {
    const older = (results: Results) => withoutCores(environment({ checks: undefined })(results));
    const found = gates(older, { ...GOOD, scenarios: [ECHO], trials: 3 });
    for (const check of [
      'No load by other programs',
      'No CPU time stolen',
      'Cores not shared with other programs',
      'Bytes agree with theory',
      'No drift across blocks',
      'A/A test',
    ])
      expect(gate(check, found).status).toBe('unknown');
  });

  test('losses of who promises nothing, and their order, are no fault', () => {
    const promising = (capabilities: Partial<Results['transports'][number]['capabilities']>) => (results: Results) => ({
      ...counted({ lost: 5, delivered: 1195, reordered: 9 })(results),
      transports: results.transports.map((one) => ({ ...one, capabilities: { ...one.capabilities, ...capabilities } })),
    });
    const run = { ...GOOD, scenarios: [ECHO] };
    expect(gate('Messages intact', gates(promising({ reliable: false, ordered: false }), run)).status).toBe('kept');
    expect(gate('Messages intact', gates(promising({ reliable: false }), run)).observed).toContain('54 out of order');
    expect(gate('Messages intact', gates(promising({}), run)).observed).toContain('30 lost');
  });
});

test('conditions that a run has nothing of are not in its table', () => {
  const checks = gates(undefined, { ...GOOD, scenarios: [IDLE] }).map(({ check }) => check);
  expect(checks).not.toContain('Schedule kept');
  expect(checks).not.toContain('Enough samples for p99');
  expect(checks).toContain('Enough trials');
  expect(gates(undefined, { transports: {} }).every(({ status }) => status !== 'broken')).toBe(true);
});
