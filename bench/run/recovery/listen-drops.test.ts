import { expect, test } from 'vitest';
import { parseListenDrops } from './listen-drops.ts';

const TABLE = `TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPHPHits
TcpExt: 0 7 9 1200
IpExt: InNoRoutes InTruncatedPkts
IpExt: 3 4
`;

test('dropped connections are read by their name', () => {
  expect(parseListenDrops(TABLE)).toBe(9);
});

test.each(['', 'TcpExt: A B\nTcpExt: 1 2\n', 'TcpExt: ListenDrops\n', 'IpExt: ListenDrops\nIpExt: 4\n'])(
  'a system that does not tell gives none: %j',
  (table) => {
    expect(parseListenDrops(table)).toBeNull();
  },
);
