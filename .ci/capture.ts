/**
 * Holds the private link's counters against a capture of the same packets by someone else's program: bytes and packets of
 * both ways must be equal, and the data that the packets carry must be what the sockets say. Needs tshark.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOptions } from '../bench/plan/options.ts';
import { makePlan } from '../bench/plan/plan.ts';
import { privateLink } from '../bench/run/link.ts';
import { runTrial } from '../bench/run/trial.ts';
import { singleTrial } from '../bench/testing/single-trial.ts';

const TRANSPORTS = ['ws', 'sse', 'mqtt', 'long-polling'];
const file = join(tmpdir(), `wirebench-capture-${process.pid}.pcap`);

const read = readOptions({
  transports: { value: TRANSPORTS, where: '' },
  scenarios: { value: 'wire', where: '' },
  size: { value: '64,16384', where: '' },
});
if ('problems' in read) throw new Error(read.problems.join('\n'));

for (const planned of makePlan(read.options).cases) {
  const link = await privateLink();
  try {
    const [program, ...args] = [...link.serverEnd, 'dumpcap', '-i', 'wirebench0', '-w', file, '-s', '200', '-B', '64'];
    const capturing = spawn(program!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    await once(capturing.stderr, 'data');
    const { trial } = await runTrial(planned, singleTrial({ link }));
    if (trial.state !== 'valid') throw new Error(`${planned.id}: ${trial.reasons.join('; ')}`);
    const counters = link.counters();
    // What was captured is written out by then.
    await sleep(500);
    capturing.kill('SIGINT');
    await once(capturing, 'exit');

    const captured = { bytesUp: 0, bytesDown: 0, packetsUp: 0, packetsDown: 0 };
    const fields = ['-e', 'ip.src', '-e', 'frame.len'];
    const lines = execFileSync('tshark', ['-r', file, '-T', 'fields', ...fields], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for (const line of lines.trim().split('\n')) {
      const [source, length] = line.split('\t');
      const way = source === link.host ? 'Down' : 'Up';
      captured[`bytes${way}`] += Number(length);
      captured[`packets${way}`]++;
    }
    const same = JSON.stringify(captured) === JSON.stringify(counters);
    process.stdout.write(`${same ? 'equal' : 'DIFFERENT'}  ${planned.id}  captured ${JSON.stringify(captured)}\n`);
    if (!same) throw new Error(`the interface counted ${JSON.stringify(counters)}`);
  } finally {
    await link.close();
    rmSync(file, { force: true });
  }
}
