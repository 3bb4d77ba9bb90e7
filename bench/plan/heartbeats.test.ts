import { describe, expect, test } from 'vitest';
import { idle } from '../scenarios/idle.ts';
import { heartbeatOptions } from '../scenarios/shared/heartbeat.ts';
import { mayRunBeside } from './beside.ts';
import { commandFor, readOptions } from './options.ts';
import { describeCase, makePlan } from './plan.ts';

type Settings = Readonly<Record<string, string>>;

const read = (settings: Settings) =>
  readOptions(
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, { value, where: `--${name}` }])),
  );

function planOf(settings: Settings) {
  const outcome = read(settings);
  if ('problems' in outcome) throw new Error(outcome.problems.join('\n'));
  return makePlan(outcome.options);
}

const IDLE = { transports: 'ws', scenarios: 'idle' };

describe('--heartbeat', () => {
  test('spans cases; with library they are those without it, and their options too', () => {
    const usual = planOf(IDLE);
    const { cases } = planOf({ ...IDLE, heartbeat: 'library,5s,0.5s' });
    expect(cases.map(({ id }) => id)).toEqual([
      'ws/idle/c4000/text',
      'ws/idle/c4000/text/heartbeat=5s',
      'ws/idle/c4000/text/heartbeat=500ms',
    ]);
    expect(cases.map(heartbeatOptions)).toEqual([{}, { heartbeatSeconds: 5 }, { heartbeatSeconds: 0.5 }]);
    expect(describeCase(cases[0]!)).toEqual(describeCase(usual.cases[0]!));
    expect(describeCase(cases[1]!).dimensions).toEqual({ heartbeat: '5s' });
    expect(commandFor(usual.options)).not.toContain('heartbeat');
  });

  test('is a sweep over networks too, whose trials may run side by side', () => {
    const { cases } = planOf({ ...IDLE, heartbeat: 'library,5s,30s', network: 'none,4g-lossy' });
    expect(cases.map(({ id }) => id)).toEqual([
      'ws/idle/c4000/text',
      'ws/idle/c4000/text/heartbeat=5s',
      'ws/idle/c4000/text/heartbeat=30s',
      'ws/idle/c20/text/network=4g-lossy',
      'ws/idle/c20/text/network=4g-lossy/heartbeat=5s',
      'ws/idle/c20/text/network=4g-lossy/heartbeat=30s',
    ]);
    expect(cases.map(mayRunBeside)).toEqual([false, false, false, true, true, true]);
    const [none, , , over] = cases;
    expect([none?.tls, over?.tls]).toEqual([false, true]);
    expect(over?.seconds).toBeGreaterThanOrEqual(180);
    // A window has three heartbeats at the least.
    const seconds = (heartbeat: string): number =>
      idle.estimateSeconds(planOf({ ...IDLE, heartbeat, network: 'cable' }).cases[0]!, 0);
    expect(seconds('120s') - seconds('60s')).toBeCloseTo(180);
    expect(seconds('5s')).toBe(seconds('60s'));
  });

  test('what a transport cannot set is not supported, with the reason', () => {
    const transports = 'ws,mqtt,short-polling,graphql:sse,webrtc,webtransport,tcp';
    const plan = planOf({ transports, scenarios: 'idle', heartbeat: 'library,0.5s,30s' });
    const left = plan.leftOut.map(({ name, kind, dimensions, reason }) => [name, dimensions?.heartbeat, kind, reason]);
    expect(left).toEqual([
      ['mqtt', '500ms', 'not supported', expect.stringContaining('whole seconds alone (MQTT 3.1.1 §3.1.2.10')],
      ['short-polling', '500ms', 'not supported', expect.stringContaining('every poll')],
      ['short-polling', '30s', 'not supported', expect.stringContaining('every poll')],
      ['graphql:sse', '500ms', 'not supported', expect.stringContaining('12 s')],
      ['graphql:sse', '30s', 'not supported', expect.stringContaining('12 s')],
      ['webrtc', '500ms', 'not supported', expect.stringContaining('RFC 7675')],
      ['webrtc', '30s', 'not supported', expect.stringContaining('RFC 7675')],
      ['webtransport', '30s', 'not supported', expect.stringContaining('less than 30 s apart')],
      ['tcp', '500ms', 'not supported', expect.stringContaining('whole seconds alone (tcp(7)')],
    ]);
    const measured = plan.cases.map(({ name, dimensions }) => `${name} ${dimensions?.heartbeat}`);
    expect(measured).toHaveLength(7 * 3 - left.length);
    for (const [name, heartbeat] of left) expect(measured).not.toContain(`${name} ${heartbeat}`);
  });

  test('is no property of scenarios whose figures do not depend on it', () => {
    const { cases } = planOf({ transports: 'ws', scenarios: 'echo,idle', heartbeat: 'library,5s' });
    expect(cases.map(({ id }) => id)).toEqual([
      'ws/echo/c100/r1000/s128/text',
      'ws/idle/c4000/text',
      'ws/idle/c4000/text/heartbeat=5s',
    ]);
  });

  test.each<[Settings, RegExp]>([
    [{ ...IDLE, heartbeat: '' }, /--heartbeat takes library and times from 100ms to 3600s, such as 5s, not nothing/],
    [{ ...IDLE, heartbeat: '5' }, /not "5"$/],
    [{ ...IDLE, heartbeat: '5s,50ms,2h' }, /not "50ms", "2h"$/],
    [{ ...IDLE, heartbeat: '5s,5000ms' }, /--heartbeat names 5s twice/],
    [{ ...IDLE, scenarios: 'echo', heartbeat: '5s' }, /^--heartbeat has no meaning for echo; leave it out$/],
    [
      { ...IDLE, url: 'ws://127.0.0.1:1/', heartbeat: '5s' },
      /--url: the server has its own heartbeats; set them there, and leave --heartbeat out/,
    ],
  ])('%j is refused with a fix', (settings, message) => {
    const outcome = read(settings);
    expect('problems' in outcome ? outcome.problems.join('\n') : '').toMatch(message);
  });
});
