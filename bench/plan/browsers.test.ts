import { describe, expect, test } from 'vitest';
import { nameOf } from '../results/case.ts';
import { clientsInOf } from '../scenarios/shared/clients-in.ts';
import { readOptions } from './options.ts';
import { describeCase, makePlan } from './plan.ts';

const read = (settings: Readonly<Record<string, unknown>>) =>
  readOptions(
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, { value, where: `--${name}` }])),
  );

function planOf(settings: Readonly<Record<string, unknown>>) {
  const outcome = read(settings);
  if ('problems' in outcome) throw new Error(outcome.problems.join('\n'));
  return makePlan(outcome.options);
}

const problemsOf = (settings: Readonly<Record<string, unknown>>): readonly string[] => {
  const outcome = read(settings);
  return 'problems' in outcome ? outcome.problems : [];
};

const ECHO = { transports: 'ws', scenarios: 'echo' };

describe('--clients-in', () => {
  test('Node is the default, and no case mentions it', () => {
    const { cases } = planOf(ECHO);
    expect(cases.map(({ id }) => id)).toEqual(['ws/echo/c100/r1000/s128/text']);
    expect(cases.map(clientsInOf)).toEqual(['node']);
    expect(describeCase(cases[0]!)).not.toHaveProperty('dimensions');
  });

  test('both run at the load of a browser, as cases that may be compared', () => {
    const { cases } = planOf({ ...ECHO, 'clients-in': 'node,chromium' });
    expect(cases.map(({ id }) => id)).toEqual([
      'ws/echo/c10/r100/s128/text',
      'ws/echo/c10/r100/s128/text/clients-in=chromium',
    ]);
    expect(cases.map(clientsInOf)).toEqual(['node', 'chromium']);
    expect(cases.map((one) => nameOf(describeCase(one)))).toEqual(['ws', 'ws (in Chromium)']);
  });

  test('a load that is given holds for both', () => {
    const { cases } = planOf({ ...ECHO, 'clients-in': 'node,chromium', clients: '300', rate: '1000' });
    expect(cases.map(({ clients, rate }) => [clients, rate])).toEqual([
      [300, 1000],
      [300, 1000],
    ]);
  });

  test('what browsers do not speak is not supported in them, with the reason, and still measured in Node', () => {
    const { cases, leftOut } = planOf({
      transports: 'tcp,mqtt,mqtt:ws,grpc',
      scenarios: 'echo',
      'clients-in': 'node,chromium',
    });
    const of = (runtime: string) => cases.filter((one) => clientsInOf(one) === runtime).map(({ name }) => name);
    expect(of('node')).toEqual(['tcp', 'mqtt', 'mqtt:ws', 'grpc']);
    expect(of('chromium')).toEqual(['mqtt:ws']);
    expect(leftOut.map(({ name, kind, dimensions }) => ({ name, kind, dimensions }))).toEqual(
      ['tcp', 'mqtt', 'grpc'].map((name) => ({
        name,
        kind: 'not supported',
        dimensions: { 'clients-in': 'chromium' },
      })),
    );
    expect(leftOut.map(({ reason }) => reason).join('\n')).toMatch(/TCP.*\n.*mqtt:ws.*\n.*HTTP\/2/);
  });

  test('messages that a browser does not carry are left out in it alone', () => {
    const settings = {
      transports: 'ws,webrtc',
      scenarios: 'echo',
      size: '262144,262145',
      'clients-in': 'node,chromium',
    };
    const { cases, leftOut } = planOf(settings);
    expect(leftOut).toMatchObject(
      [
        {
          name: 'webrtc',
          size: 262_145,
          dimensions: { 'clients-in': 'chromium' },
          reason: /262144 bytes in a browser/,
        },
      ].map((one) => ({ ...one, reason: expect.stringMatching(one.reason) })),
    );
    expect(cases.filter(({ name }) => name === 'webrtc').map((one) => [clientsInOf(one), one.size])).toEqual([
      ['node', 262_144],
      ['node', 262_145],
      ['chromium', 262_144],
    ]);
    expect(cases.filter(({ name }) => name === 'ws')).toHaveLength(4);
  });

  test('HTTP/2 without TLS is left out in a browser alone', () => {
    const settings = { transports: 'sse:h2', scenarios: 'echo', 'clients-in': 'chromium' };
    expect(planOf(settings)).toMatchObject({ cases: [], leftOut: [{ reason: expect.stringContaining('over TLS') }] });
    expect(planOf({ ...settings, tls: true })).toMatchObject({ cases: [{ tls: true }], leftOut: [] });
    const over = planOf({ ...settings, network: 'none,cable' });
    expect(over.cases.map(({ id }) => id)).toEqual([
      'sse:h2/echo/c10/r100/s128/text/network=cable/clients-in=chromium',
    ]);
    expect(over.leftOut).toMatchObject([{ dimensions: { 'clients-in': 'chromium', network: 'none' } }]);
  });

  test('a scenario whose clients run in Node alone refuses it', () => {
    expect(problemsOf({ transports: 'ws', scenarios: 'slow-readers', 'clients-in': 'chromium' })).toEqual([
      '--clients-in has no meaning for slow-readers; leave it out',
    ]);
  });

  test('values that do not exist, and a browser that is not started are refused', () => {
    expect(problemsOf({ ...ECHO, 'clients-in': 'chromum' })).toEqual([
      '--clients-in takes node, chromium, not "chromum", did you mean "chromium"?',
    ]);
    expect(problemsOf({ ...ECHO, browser: '/opt/chrome' })).toEqual([
      expect.stringContaining('--browser has no meaning where clients run in Node'),
    ]);
  });
});
