import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { singleTrial } from '../testing/single-trial.ts';
import { needs } from '../testing/unavailable.ts';
import { wirePlan } from '../testing/wire-trial.ts';
import { privateLink } from './link.ts';
import { runTrial } from './trial.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-capture-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the link counts the bytes and packets that a capture of the same packets has', async () => {
  await needs('tshark');
  const { cases } = wirePlan({ transports: ['ws', 'sse', 'mqtt', 'long-polling'], size: '64,16384' });

  test.each(cases)('$id', async (planned) => {
    const file = join(folder, 'packets.pcap');
    const link = await privateLink();
    try {
      const [program, ...args] = [
        ...link.serverEnd,
        'dumpcap',
        '-i',
        'wirebench0',
        '-w',
        file,
        '-s',
        '200',
        '-B',
        '64',
      ];
      const capturing = spawn(program!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      await once(capturing.stderr, 'data');
      const { trial } = await runTrial(planned, singleTrial({ link }));
      expect(trial).toMatchObject({ state: 'valid', reasons: [] });
      const counters = link.counters();
      // The capture has written its packets by then.
      await later(500);
      capturing.kill('SIGINT');
      await once(capturing, 'exit');

      const captured = { bytesUp: 0, bytesDown: 0, packetsUp: 0, packetsDown: 0 };
      const fields = ['-r', file, '-T', 'fields', '-e', 'ip.src', '-e', 'frame.len'];
      const lines = execFileSync('tshark', fields, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      for (const line of lines.trim().split('\n')) {
        const [source, length] = line.split('\t');
        const way = source === link.host ? 'Down' : 'Up';
        captured[`bytes${way}`] += Number(length);
        captured[`packets${way}`]++;
      }
      expect(captured).toEqual(counters);
    } finally {
      await link.close();
    }
  });
});
