import { describe, expect, test } from 'vitest';
import type { Results } from '../../../bench/results/schema.ts';
import { BROADCAST, ECHO, IDLE, makeResults, type RunSpec } from '../../testing/fixtures.ts';
import { analyse } from '../analyse.ts';
import { isUnsplit, setupInMessages, wireCosts } from './wire-cost.ts';

function costsOf(spec: RunSpec, change: (results: Results) => Results = (results) => results) {
  const results = change(makeResults(spec));
  const [group] = analyse(results, { resamples: 200 }).groups;
  if (group === undefined) throw new Error('the run asks nothing');
  return wireCosts(results.cases, group);
}

describe('bytes of a message, each way', () => {
  test('on a link: payload, framing, and one packet a message with half an acknowledgement', () => {
    const [cost] = costsOf({ transports: { a: { framing: 10 } }, scenarios: [ECHO], wire: 'link' });
    // 66 bytes of headers a packet; every second message is acknowledged by a packet of its own.
    const way = { payload: 128, framing: 10, headers: 66 * 1.5, total: 128 + 10 + 66 * 1.5 };
    expect(cost?.up).toEqual(way);
    expect(cost?.down).toEqual(way);
  });

  test('at the sockets headers are not counted, and are not a zero', () => {
    const [cost] = costsOf({ transports: { a: { framing: 10 } }, scenarios: [ECHO] });
    expect(cost?.up).toEqual({ payload: 128, framing: 10, headers: null, total: 138 });
    expect(cost !== undefined && isUnsplit(cost)).toBe(true);
  });

  test('of a broadcast the way up is shared by all who are delivered to', () => {
    const [cost] = costsOf({ transports: { a: { framing: 10 } }, scenarios: [BROADCAST] });
    expect(cost?.up).toEqual({ payload: 1.28, framing: expect.closeTo(0.1, 9), headers: null, total: 1.38 });
    expect(cost?.down.total).toBe(138);
  });

  test('compression below the payload is a negative framing', () => {
    const [cost] = costsOf({ transports: { a: { framing: -60 } }, scenarios: [ECHO] });
    expect(cost?.up).toMatchObject({ payload: 128, framing: -60, total: 68 });
  });

  test('set-up is of a session, and so many messages', () => {
    const [cost] = costsOf({ transports: { a: { framing: 10 } }, scenarios: [ECHO] });
    expect(cost?.setup).toEqual({ up: 220, down: 130 });
    expect(cost && setupInMessages(cost)).toBeCloseTo(350 / 276, 9);
  });

  test('datagrams that nobody counted, and trials that are not valid, are no figure', () => {
    const uncounted = costsOf({ transports: { a: {} }, scenarios: [ECHO] }, (results) => ({
      ...results,
      cases: results.cases.map((one) => ({
        ...one,
        trials: one.trials.map((trial) =>
          trial.state === 'failed' ? trial : { ...trial, wire: { ...trial.wire, datagrams: true as const } },
        ),
      })),
    }));
    expect(uncounted).toEqual([]);
    const reasons = ['the generator was saturated'];
    const faults = Object.fromEntries(
      [0, 1, 2, 3, 4, 5].map((block) => [block, { state: 'invalid' as const, reasons }]),
    );
    expect(costsOf({ transports: { a: { faults } }, scenarios: [ECHO] })).toEqual([]);
  });
});

test('idle sessions: bytes of an hour, half of them each way, and packets on a link alone', () => {
  const run = { transports: { a: { idleBytes: 7200 }, b: {} }, scenarios: [IDLE], durationSeconds: 10 };
  const [a, b] = costsOf({ ...run, wire: 'link' });
  // 2,000 sessions over 10 s are 5.56 session hours: 40,000 bytes, 20,000 each way, in 500 packets of 66 more.
  expect(a?.up).toMatchObject({ payload: 0, framing: 3600, headers: expect.closeTo(500 * 66 * 0.18, 6) });
  expect(a?.packets).toBeCloseTo(1000 * 0.18, 9);
  expect(b?.up.total).toBe(0);
  const [socket] = costsOf(run);
  expect(socket?.packets).toBeNull();
});
