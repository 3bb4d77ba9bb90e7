import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectionsOf, establishedIn, fromOtherEnd, namesIn, readEnd, stillEstablished } from './connections.ts';

const PRINTED = `0      0         10.77.0.1:45678  10.78.0.1:40000
\t ts sack cubic wscale:7,7 rto:240 rtt:20.4/0.3 mss:1448 cwnd:10
0      0         10.77.0.1:45678  10.78.0.2:40002 timer:(keepalive,28sec,0)
\t cubic wscale:7,7 rto:204 rtt:0.1/0.05
0      0         10.77.0.1:45678  10.78.0.3:40004
\t ts sack ecn bbr wscale:7,7 rto:204`;

test('the congestion control of connections is read from what `ss` prints', () => {
  expect(namesIn(PRINTED)).toEqual(['cubic', 'cubic', 'bbr']);
  expect(namesIn('')).toEqual([]);
});

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 01004D0A:B26E 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 01004D0A:B26E 01004E0A:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 0 10 -1
   2: 01004D0A:B26E 02004E0A:9C42 06 00000000:00000000 00:00000000 00000000     0        0 0 3 0
   3: 0100007F:B26E 0100007F:9C44 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 0 10 -1
`;

test('connections to the other end are read from the system’s table, without listening and ended ones', () => {
  const proc = mkdtempSync(join(tmpdir(), 'wirebench-proc-'));
  try {
    mkdirSync(join(proc, '7', 'net'), { recursive: true });
    writeFileSync(join(proc, '7', 'net', 'tcp'), TABLE);
    expect(establishedIn(7, proc)).toEqual([{ local: '01004D0A:B26E', remote: '01004E0A:9C40' }]);
    expect(establishedIn(8, proc)).toEqual([]);
    // The process itself has the socket with inode 3, and a pipe.
    mkdirSync(join(proc, '7', 'fd'));
    symlinkSync('socket:[3]', join(proc, '7', 'fd', '20'));
    symlinkSync('pipe:[2]', join(proc, '7', 'fd', '21'));
    const own = [{ local: '0100007F:B26E', remote: '0100007F:9C44' }];
    expect(connectionsOf(7, proc)).toEqual(own);
    expect(connectionsOf(8, proc)).toEqual([]);
    expect(stillEstablished(7, own, proc)).toEqual(own);
    expect(stillEstablished(7, own.map(fromOtherEnd), proc)).toEqual([]);
  } finally {
    rmSync(proc, { recursive: true });
  }
});

test('the end of a connection in that table is an address in the machine’s order and a port', () => {
  const address = endianness() === 'LE' ? '01004E0A' : '0A4E0001';
  expect(readEnd(`${address}:9C40`)).toEqual({ address: '10.78.0.1', port: 40_000 });
});
