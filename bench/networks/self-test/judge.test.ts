import { describe, expect, test } from 'vitest';
import { type Network, readNetwork } from '../network.ts';
import { deviations, expectedRtt, type Found, lossTolerance } from './judge.ts';

function networkOf(text: string): Network {
  const read = readNetwork(text);
  if ('problems' in read) throw new Error(read.problems.join('; '));
  return read.network;
}

const mobile = networkOf('4g-lossy');
const direction = (bitsPerSecond: number | null) => ({ sent: 2_000, lost: 10, outOfOrder: 0, bitsPerSecond });
const sound: Found = {
  rtt: { p50: 0.0612, p99: 0.075 },
  up: direction(1.49e6),
  down: direction(8.9e6),
  relayLagP99: 0.001,
  receiveErrors: 0,
};

describe('a network', () => {
  test('that does what was asked has no deviations', () => {
    expect(deviations(mobile, sound)).toEqual([]);
  });

  test.each<[string, Partial<Found>, RegExp]>([
    ['is too slow', { rtt: { p50: 0.08, p99: 0.085 } }, /its round trip is 80.0 ms \(p50\), not 60.7 ms/],
    ['is too fast', { rtt: { p50: 0.03, p99: 0.06 } }, /its round trip is 30.0 ms \(p50\)/],
    ['has late packets', { rtt: { p50: 0.061, p99: 0.2 } }, /its round trip is 200.0 ms at p99, later than/],
    ['lets nothing through', { rtt: null }, /no packet came back/],
    ['loses too much', { up: { ...direction(1.5e6), lost: 90 } }, /90 of 2000 packets up were lost, not about 10/],
    [
      'loses nothing of many',
      { down: { sent: 20_000, lost: 0, outOfOrder: 0, bitsPerSecond: 9e6 } },
      /0 of 20000 .* not about 100/,
    ],
    ['breaks the order', { down: { ...direction(9e6), outOfOrder: 3 } }, /3 of 2000 packets down arrived out of order/],
    ['carries too much', { up: direction(2e6) }, /it carries 2 Mbit\/s up, not 1.5 Mbit\/s/],
    ['carries nothing', { up: direction(null) }, /it carries 0 Mbit\/s up/],
    ['overruns the relay', { receiveErrors: 7 }, /the system dropped 7 packets before the relay/],
  ])('that %s is told so', (_, change, problem) => {
    expect(deviations(mobile, { ...sound, ...change }).join('\n')).toMatch(problem);
  });

  test('may break the order where that is asked', () => {
    const found = {
      ...sound,
      rtt: { p50: 0.06, p99: 0.07 },
      up: { ...direction(null), lost: 0, outOfOrder: 9 },
      down: { ...direction(null), lost: 0 },
    };
    expect(deviations(networkOf('rtt=60ms+reorder=5%'), found)).toEqual([]);
  });
});

test('a round trip includes the time to send a packet at the lines’ rates', () => {
  // 106 bytes take 1.696 ms at 500 kbit/s, each way.
  expect(expectedRtt(networkOf('slow-3g'))).toBeCloseTo(0.403392, 9);
  expect(expectedRtt(networkOf('rtt=20ms'))).toBe(0.02);
});

test('losses in bursts may differ more from their share than independent ones', () => {
  const alone = lossTolerance(networkOf('loss=2%'), 10_000);
  expect(alone).toBeCloseTo(4 * Math.sqrt(10_000 * 0.02 * 0.98) + 1, 6);
  expect(lossTolerance(networkOf('loss=2%+burst=4'), 10_000) / alone).toBeGreaterThan(2);
});
