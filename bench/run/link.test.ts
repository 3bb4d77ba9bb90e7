import { expect, test } from 'vitest';
import { parseCounters } from './link.ts';

test('counters are read from the side of the server', () => {
  const table = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    lo:       9       9    0    0    0     0          0         0        9       9    0    0    0     0       0          0',
    'wirebench0: 1000     10    0    0    0     0          0         0     2000      20    0    0    0     0       0          0',
  ].join('\n');
  expect(parseCounters(table)).toEqual({ bytesUp: 1_000, packetsUp: 10, bytesDown: 2_000, packetsDown: 20 });
  // A large number leaves no space after the colon.
  expect(parseCounters(table.replace('wirebench0: 1000', 'wirebench0:123456789'))).toMatchObject({
    bytesUp: 123_456_789,
  });
  expect(() => parseCounters(table.split('\n').slice(0, 3).join('\n'))).toThrow(/no interface/);
});
