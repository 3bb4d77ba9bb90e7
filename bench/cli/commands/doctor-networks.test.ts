import { expect, test } from 'vitest';
import { readNetwork } from '../../networks/network.ts';
import type { Found } from '../../networks/self-test/judge.ts';
import { networkTable } from './doctor-networks.ts';

function check(name: string, found: Partial<Found> = {}, problems: readonly string[] = []) {
  const read = readNetwork(name);
  if ('problems' in read) throw new Error(read.problems.join('; '));
  const { network } = read;
  const direction = (bitsPerSecond: number | null) => ({ sent: 1_000, lost: 5, outOfOrder: 0, bitsPerSecond });
  const usual: Found = {
    rtt: { p50: 0.0612, p99: 0.0745 },
    up: direction(network.upBitsPerSecond === null ? null : 1.49e6),
    down: direction(network.downBitsPerSecond === null ? null : 8.98e6),
    relayLagP99: 0.0012,
    receiveErrors: 0,
  };
  return { network, found: { ...usual, ...found }, problems };
}

const CHECKS = [
  check('rtt=60ms'),
  check('4g-lossy'),
  check('cable', { rtt: { p50: 0.03, p99: 0.06 } }, ['its round trip is 60.4 ms at p99, later than 41.0 ms']),
];

test.each([40, 60, 80, 120])('networks fit into %d columns, with the rates that their lines carry', (width) => {
  const lines = networkTable(CHECKS, width);
  const text = lines.join('\n');
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
  expect(text).toMatch(/✓ 4g-lossy +1\.49 of 1\.5/);
  expect(text).toMatch(/✕ cable/);
  expect(text.replaceAll(/\s+/g, ' ')).toContain('✕ cable: its round trip is 60.4 ms at p99, later than 41.0 ms.');
  // A network without a limit of its rate is in the first table alone.
  expect(text.match(/rtt=60ms/g)).toHaveLength(1);
});

test('without a limited rate there is no table of rates', () => {
  expect(networkTable([check('rtt=60ms')], 80).join('\n')).not.toContain('Mbit');
});
