import { describe, expect, test } from 'vitest';
import { encode, histogram } from '../../load/histogram.ts';
import { planTrial } from '../../testing/single-trial.ts';
import { findTransport, handshakeOf, nameOf, transportChoices } from '../../transports/index.ts';
import type { PlannedCase } from '../shape.ts';
import { rttSecondsOf } from './network.ts';
import { roundTripsOf } from './round-trips.ts';

/** Histogram with these times in milliseconds. */
function timesOf(...times: readonly number[]): string {
  const all = histogram();
  for (const ms of times) all.recordValue(ms * 1e6);
  return encode(all);
}

const FAR = { network: 'rtt=100ms' };
const far = (transport: string, changes: Partial<PlannedCase> = {}): PlannedCase =>
  planTrial(transport, 'connect', { dimensions: FAR, ...changes });

const tripsOf = (name: string, tls: boolean): number =>
  (handshakeOf(findTransport(name) ?? expect.fail(name), { tls, auth: false, rttSeconds: 0 }) ?? []).reduce(
    (sum, { roundTrips }) => sum + roundTrips,
    0,
  );

describe('the formula', () => {
  test.each([
    ['tcp', 2, 3],
    ['ws', 2, 3],
    ['ws:deflate', 2, 3],
    ['sse', 2, 3],
    ['http-stream', 2, 3],
    ['long-polling', 2, 3],
    ['short-polling', 2, 3],
    ['socketio', 3, 4],
    ['socketio:polling', 4, 6],
    ['socketio:upgrade', 5, 7],
    ['grpc', 3, 4],
    ['mqtt', 3, 4],
    ['mqtt:ws', 4, 5],
    ['graphql', 4, 5],
    ['graphql:sse', 5, 7],
    ['webrtc', 8, 9],
    ['webtransport', 4, 4],
  ])('of %s has %d round trips, over TLS %d', (name, plain, secure) => {
    expect([tripsOf(name, false), tripsOf(name, true)]).toEqual([plain, secure]);
  });

  test.each(transportChoices().map((choice) => [nameOf(choice), choice] as const))(
    'of %s names its sources',
    (_, choice) => {
      const steps = handshakeOf(choice, { tls: true, auth: true, rttSeconds: 0.1 }) ?? [];
      expect(steps.length).toBeGreaterThan(1);
      for (const { step, source, roundTrips } of steps) {
        expect(step).not.toBe('');
        expect(source).not.toBe('');
        expect(roundTrips).toBeGreaterThan(0);
      }
    },
  );

  test('has fixed times as a part of the network’s round trip', () => {
    const choice = findTransport('webrtc') ?? expect.fail();
    const pacing = (rttSeconds: number) =>
      handshakeOf(choice, { tls: false, auth: false, rttSeconds })?.find(({ step }) => step === 'pacing')?.roundTrips;
    expect([pacing(0.1), pacing(0.2), pacing(0)]).toEqual([1, 0.5, undefined]);
  });
});

describe('times in round trips', () => {
  test('are the median of sessions, and what their first connection tells', () => {
    const opened = {
      connect: timesOf(330, 340, 900),
      seconds: 1,
      steps: { TCP: timesOf(101, 102, 600), TLS: timesOf(210, 212, 750) },
      protocols: ['TLSv1.3'],
    };
    const found = roundTripsOf(far('ws'), opened);
    expect(found?.rttSeconds).toBe(0.1);
    expect(found?.measured).toBeCloseTo(3.4, 1);
    expect(found?.parts.map(({ step }) => step)).toEqual(['TCP', 'TLS', 'upgrade']);
    expect(found?.parts[1]?.roundTrips).toBeCloseTo(1.1, 1);
    expect(found?.parts.reduce((sum, { roundTrips }) => sum + roundTrips, 0)).toBeCloseTo(found?.measured ?? 0, 9);
    expect(found?.theory.map(({ step }) => step)).toEqual(['TCP', 'TLS', 'upgrade']);
  });

  test('are one part over UDP', () => {
    const found = roundTripsOf(far('webtransport'), { connect: timesOf(405), seconds: 1, protocols: ['TLSv1.3'] });
    expect(found?.parts.map(({ step }) => step)).toEqual(['QUIC, SETTINGS, CONNECT, greeting']);
  });

  test('are not there without a round trip, and without a formula', () => {
    const opened = { connect: timesOf(2), seconds: 1 };
    expect(roundTripsOf(planTrial('ws', 'connect'), opened)).toBeUndefined();
    const { roundTrips: _, ...entry } = far('ws').entry;
    expect(roundTripsOf(far('ws', { entry }), opened)).toBeUndefined();
  });

  test.each([
    [undefined, 0],
    ['none', 0],
    ['rtt=80ms', 0.08],
    ['4g-lossy', 0.06],
    ['loss=1%', 0],
  ])('need the round trip of the network %s: %d s', (network, seconds) => {
    expect(rttSecondsOf(network === undefined ? {} : { dimensions: { network } })).toBe(seconds);
  });
});
