import { describe, expect, test } from 'vitest';
import { detailer } from '../cli/live/details.ts';
import { encode, histogram } from '../load/histogram.ts';
import type { Recording } from '../load/recording.ts';
import { readOptions } from '../plan/options.ts';
import { estimateSeconds, makePlan, type RunPlan } from '../plan/plan.ts';
import type { Given } from '../plan/readers.ts';
import type { Setting } from '../plan/settings.ts';
import { fitToMachine } from '../run/limits.ts';
import { loopback } from '../run/link.ts';
import { runTrial } from '../run/trial.ts';
import { singleTrial } from '../testing/single-trial.ts';
import { entriesOf, scenarios } from './index.ts';
import type { ScenarioModule, Stage } from './shape.ts';

/** Kind that is known only in this file: it opens sessions, waits and checks that they are still open. */
const nap: ScenarioModule = {
  // @ts-expect-error a kind has its part in the schema of the results, or it does not compile
  id: 'nap',
  scenarios: [
    {
      id: 'short-nap',
      title: 'Sessions that sleep',
      opcode: 0x45,
      reaches: 'sender',
      usual: false,
      defaults: { clients: 3, rate: 0, sizes: [], seconds: 2 },
    },
  ],
  uses: { rate: 'none', messages: false, duration: true, warmup: false, objective: false, network: false },
  estimateSeconds: ({ clients, seconds }) => clients + seconds,
  resources: ({ clients }) => ({ connections: 5 * clients }),
  measure: ({ planned: { clients, seconds }, onStage }) =>
    onStage(async (stage) => {
      const idle = await stage.snapshot();
      const { connect } = await stage.openSessions(clients, 1);
      const ready = await stage.snapshot();
      const { result: recording, ...window } = await stage.window(() => stage.hold(seconds));
      return { reading: { idle, ready, ...window, connect, recording, workers: stage.workers, due: 0, seconds } };
    }),
  accounting: { samples: 'service', timeline: false },
  rules: ['sessions-held'],
  detail: ({ seconds }) => `slept ${seconds} s`,
  judgedBy: 'verdicts',
  brokenSessionsFail: true,
  microCosts: false,
  advice: 'none',
};
const known = [...scenarios, ...entriesOf(nap)];

function read(settings: Partial<Record<Setting, string>>) {
  const given = Object.entries(settings).map(([name, value]): [string, Given] => [name, { value, where: `--${name}` }]);
  return readOptions(Object.fromEntries(given), known);
}

function planOf(settings: Partial<Record<Setting, string>>): RunPlan {
  const outcome = read({ transports: 'ws', scenarios: 'short-nap', ...settings });
  return makePlan('problems' in outcome ? expect.fail(outcome.problems.join()) : outcome.options, new Map(), known);
}

/** Stage that does nothing, and whose sessions are lost with these errors. */
function stageWith(errors: Recording['errors']): Stage & AsyncDisposable {
  const counts = { due: 0, sent: 0, unsent: 0, onTime: 0, delivered: 0, duplicated: 0, reordered: 0, corrupt: 0 };
  const usage = { cpuSeconds: 0, rssBytes: 1, rssStartBytes: 1, loopDelayP99Seconds: 0, busy: 0 };
  const empty = encode(histogram());
  const snapshot = { cpuSeconds: 0, rssBytes: 1, bytesUp: 0, bytesDown: 0, link: null };
  const times = { response: empty, service: empty, lag: empty, last: null };
  const recorded = async (seconds = 0): Promise<Recording> => ({
    ...counts,
    ...usage,
    ...times,
    unexpected: 0,
    returned: 0,
    foreign: 0,
    backlog: 0,
    early: 0,
    errors,
    seconds,
  });
  return {
    url: 'ws://127.0.0.1:1/',
    effective: { heartbeatSeconds: 25 },
    workers: 1,
    snapshot: async () => snapshot,
    watchRadio: async () => {},
    window: async (work) => ({ before: snapshot, result: await work(), after: snapshot }),
    openSessions: async () => ({ connect: empty, seconds: 0.1 }),
    phase: () => recorded(),
    closed: () => recorded(),
    hold: recorded,
    memory: async () => ({ server: 1, generator: 1 }),
    closeSessions: async () => {},
    disrupt: () => Promise.reject(new Error('nothing happens here')),
    usage: async () => snapshot,
    openReaders: () => Promise.reject(new Error('nobody reads here')),
    async [Symbol.asyncDispose]() {},
  };
}

const trialWith = (errors: Recording['errors']) =>
  runTrial(planOf({}).cases[0]!, singleTrial(), async () => stageWith(errors));

describe('a kind that is only a module', () => {
  test('is planned by its own settings and estimate', () => {
    const plan = planOf({ clients: '3,4', trials: '2' });
    expect(plan.cases.map(({ id, rate, size, seconds }) => [id, rate, size, seconds])).toEqual([
      ['ws/short-nap/c3/text', 0, 0, 2],
      ['ws/short-nap/c4/text', 0, 0, 2],
    ]);
    expect(estimateSeconds(plan)).toBe(2 * (3 + 2 + 4 + 2));
    expect(estimateSeconds(planOf({ duration: '10', trials: '1' }))).toBe(13);
    expect(read({ scenarios: 'short-nap', rate: '5' })).toEqual({
      problems: ['--rate has no meaning for short-nap; leave it out'],
    });
    expect(read({ scenarios: 'short-nab' })).toEqual({
      problems: [expect.stringContaining('did you mean "short-nap"?')],
    });
  });

  test('says what it needs of the machine', () => {
    const one = { workers: 1, asked: false };
    const { cases } = planOf({ clients: '10' });
    expect(fitToMachine(cases, one, loopback(), { files: 150, ports: null })).toMatchObject({ problems: [] });
    const processes = new Map([[cases[0]?.id, { servers: 3, workers: 2 }]]);
    expect(fitToMachine(cases, one, loopback(), { files: 149, ports: null })).toMatchObject({ processes });
  });

  test('is measured, judged by its own rules, and tells its own figures', async () => {
    const { trial, effective } = await trialWith({});
    expect(trial).toMatchObject({ state: 'valid', reasons: [], seconds: 2, messages: { due: 0, delivered: 0 } });
    expect(effective).toEqual({ heartbeatSeconds: 25 });
    const detail = detailer();
    expect(detail(nap, trial)).toBe('slept 2 s');

    const dropped = await trialWith({ reset: 3 });
    const reason = 'sessions held: 3 session(s) dropped (reset)';
    expect(dropped.trial).toMatchObject({ state: 'suspect', reasons: [reason] });
    expect(detail(nap, dropped.trial)).toBe(reason);
    expect(detail(nap, dropped.trial)).toBe('sessions dropped');
  });

  test('does not compile while anything is missing', () => {
    const { rules, ...rest } = nap;
    // @ts-expect-error it names no rules
    const incomplete: ScenarioModule = rest;
    expect(incomplete).not.toHaveProperty('rules');
    expect(rules).toHaveLength(1);
  });
});
