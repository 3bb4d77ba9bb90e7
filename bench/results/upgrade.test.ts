import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { formatResults, parseResults } from './file.ts';
import { whyNotMeasured } from './not-measured.ts';
import { RULES } from './rules.ts';
import type { Case, MeasuredTrial, Results } from './schema.ts';
import { bareReason, upgrade } from './upgrade.ts';

const NO_SAMPLES = encodeIntoCompressedBase64(build());

const measured = {
  block: 0,
  order: 0,
  startedAt: '2026-01-01T00:00:00.000Z',
  seconds: 1,
  messages: {
    due: 1,
    sent: 1,
    unsent: 0,
    onTime: 1,
    expected: 1,
    delivered: 1,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupt: 0,
    unexpected: 0,
    errors: {},
  },
  latency: { response: NO_SAMPLES, service: NO_SAMPLES, lag: NO_SAMPLES, connect: NO_SAMPLES },
  wire: { layer: 'socket', up: 1, down: 1, setupUp: 1, setupDown: 1 },
  usage: {
    server: { cpuSeconds: 0, rssBytes: 0, rssIdleBytes: 0 },
    generator: { cpuSeconds: 1, rssBytes: 1, loopDelayP99: 0, busy: 0, workers: 1 },
  },
} satisfies Omit<MeasuredTrial, 'state' | 'reasons'>;

const one: Case = {
  id: 'ws/echo/c1/r1/s16/text',
  transport: 'ws',
  variant: null,
  scenario: 'echo',
  clients: 1,
  rate: 1,
  size: 16,
  encoding: 'text',
  tls: false,
  network: 'none',
  effective: {},
  trials: [{ ...measured, state: 'valid', reasons: [] }],
};

const results: Results = {
  schema: 'wirebench/1',
  id: 'x',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  state: 'complete',
  plan: {
    seed: 1,
    profile: 'quick',
    transports: ['ws'],
    scenarios: ['echo'],
    trials: 1,
    durationSeconds: 1,
    warmupSeconds: 0,
    workers: 1,
    order: [[one.id]],
    command: '',
  },
  environment: {
    wirebench: '0.1.0',
    node: '24',
    platform: 'linux',
    arch: 'x64',
    kernel: '6',
    cpu: 'x',
    cores: 1,
    memoryBytes: 1,
    link: 'loopback',
    pinning: null,
    packages: {},
  },
  transports: [],
  cases: [one],
};

const withTrial = (trial: Case['trials'][number], changes: Partial<Case> = {}): Results => ({
  ...results,
  cases: [{ ...one, ...changes, trials: [trial] }],
});
const trialOf = ({ cases }: Results): Case['trials'][number] | undefined => cases[0]?.trials[0];

describe('results of an earlier version', () => {
  test.each(Object.entries(RULES))('the rule %s is told from how its reason begins', (rule, { name }) => {
    const old = withTrial({ ...measured, state: 'invalid', reasons: [`${name}: 3 of 4`, 'a reason of its own'] });
    expect(trialOf(upgrade(old))?.broken).toEqual([
      { rule, text: '3 of 4' },
      { rule: 'unknown', text: 'a reason of its own' },
    ]);
  });

  test('the kind of what was left out, and checks that the system does not tell', () => {
    const old: Results = {
      ...results,
      plan: {
        ...results.plan,
        leftOut: [
          { name: 'grpc', reason: 'unavailable here: no such library' },
          { name: 'sse', reason: 'carries no binary messages' },
        ],
      },
      environment: {
        ...results.environment,
        checks: [
          { name: 'steal', state: 'note', observed: 'not known on this system', fix: '' },
          { name: 'cores', state: 'ok', observed: '2', fix: '' },
        ],
      },
    };
    const { plan, environment } = upgrade(old);
    expect(plan.leftOut?.map(({ kind }) => kind)).toEqual(['unavailable', 'not supported']);
    expect(plan.leftOut?.map(({ reason }) => bareReason(reason))).toEqual([
      'no such library',
      'carries no binary messages',
    ]);
    expect(environment.checks?.map(({ known }) => known)).toEqual([false, undefined]);
  });

  test('the server of a foreign target was not measured', () => {
    const upgraded = trialOf(upgrade(withTrial({ ...measured, state: 'valid', reasons: [] }, { target: 'ws://h' })));
    if (upgraded === undefined || upgraded.state === 'failed') throw new Error('no trial');
    expect(whyNotMeasured(upgraded, ['usage.server.cpuSeconds'])).toBe('not measured on a server that is not ours');
    expect(whyNotMeasured(upgraded, ['usage.generator.cpuSeconds', 'usage.serverless'])).toBeUndefined();
  });

  test('results of the present shape stay as they are', () => {
    const broken = [{ rule: 'a-later-rule', text: 'nothing lost: 3' }];
    const now = withTrial({ ...measured, state: 'suspect', reasons: ['nothing lost: 3'], broken });
    expect(upgrade(now)).toEqual(now);
    expect(upgrade(upgrade(results))).toEqual(results);
    expect(parseResults(formatResults(now), 'x')).toEqual(now);
  });
});

describe('results of a later version', () => {
  /** Document of a later version: no type of this one holds it. */
  const later = (changes: object, ofRun: object = {}): string =>
    JSON.stringify({
      ...results,
      plan: { ...results.plan, order: [['later', one.id]] },
      cases: [{ ...one, id: 'later', ...changes }, one],
      ...ofRun,
    });

  test.each<[string, object]>([
    ['kind “fan-in”', { kind: 'fan-in', trials: [{ whatever: 1 }] }],
    ['dimension “encoding=cbor”', { encoding: 'cbor' }],
    ['reaches “half”', { reaches: 'half' }],
    ['dimension “altitude”', { dimensions: { altitude: 3 } }],
    ['layer “radio”', { trials: [{ ...measured, state: 'valid', reasons: [], wire: { layer: 'radio' } }] }],
    ['state “unavailable”', { trials: [{ state: 'unavailable' }] }],
  ])('a case with an unknown %s is set aside by name, and the rest is read', (what, changes) => {
    const read = parseResults(later(changes), 'x');
    expect(read.cases.map(({ id }) => id)).toEqual([one.id]);
    expect(read.plan.order).toEqual([[one.id]]);
    expect(read.setAside).toEqual([{ id: 'later', reason: `${what} was written by a newer version` }]);
    // A page carries the results that were read: reading them again changes nothing.
    expect(parseResults(formatResults(read), 'x')).toEqual(read);
  });

  test('of a link that is unknown the bytes are set aside, and the rest is read', () => {
    const read = parseResults(later({}, { environment: { ...results.environment, link: 'mesh' } }), 'x');
    expect(read.cases).toHaveLength(2);
    expect(read.setAside).toEqual([
      { id: 'bytes of every case', reason: 'link “mesh” was written by a newer version' },
    ]);
    const trial = trialOf(read);
    if (trial === undefined || trial.state === 'failed') throw new Error('no trial');
    expect(whyNotMeasured(trial, ['wire.up'])).toBe('not shown: link “mesh” was written by a newer version');
    expect(parseResults(formatResults(read), 'x')).toEqual(read);
  });

  test('a mistake is no later version', () => {
    expect(() => parseResults(later({ kind: 3 }), 'x')).toThrow(/does not match schema wirebench\/1/);
    expect(() => parseResults(later({ clients: 'many' }), 'x')).toThrow(/does not match schema wirebench\/1/);
    expect(() => parseResults(later({ id: 7, kind: 'fan-in' }), 'x')).toThrow(/does not match schema wirebench\/1/);
  });
});
