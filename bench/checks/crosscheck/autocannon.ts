import autocannon from 'autocannon';
import { serveIpc } from '../../ipc.ts';
import type { AutocannonAnswer, AutocannonOrder, Percentiles } from './protocol.ts';

/**
 * Runs one load with autocannon. It has a process to itself, so that its CPU time is read as our load worker's is and none of our
 * code runs beside it. The process ends with its parent.
 */
async function load({ url, connections, body, loop }: AutocannonOrder): Promise<AutocannonAnswer> {
  let sent = 0;
  const request = {
    url,
    connections,
    body,
    method: 'POST',
    // autocannon's own count includes the first second's whole quota, whatever was sent while connecting.
    setupClient: (client) => void client.on('request', () => sent++),
  } satisfies Parameters<typeof autocannon>[0];
  const times = new Float64Array(loop.kind === 'rate' ? loop.requests : 0);
  let timed = 0;

  const { user, system } = process.cpuUsage();
  const beganMs = performance.now();
  const running =
    loop.kind === 'closed'
      ? autocannon({ ...request, duration: loop.seconds })
      : autocannon({
          ...request,
          overallRate: loop.rate,
          // A number of requests, because with a duration two timers race for whether the last second begins.
          amount: loop.requests,
          ...(loop.uncorrected ? { ignoreCoordinatedOmission: true } : {}),
        }).on('response', (_client, _status, _bytes, milliseconds) => {
          times[timed++] = milliseconds;
        });
  const result = await running;
  const used = process.cpuUsage();
  const seconds = (performance.now() - beganMs) / 1e3;

  const { p50, p90, p99, max, totalCount } = result.latency;
  return {
    answer: 'load',
    sent,
    completed: result['2xx'],
    refused: result.non2xx,
    errors: result.errors,
    cpuSeconds: (used.user + used.system - user - system) / 1e6,
    seconds,
    own: { p50: p50 / 1e3, p90: p90 / 1e3, p99: p99 / 1e3, max: max / 1e3 },
    ownSamples: totalCount,
    single: timed === 0 ? null : percentilesOf(times.subarray(0, timed)),
  };
}

function percentilesOf(milliseconds: Float64Array): Percentiles {
  const sorted = milliseconds.toSorted();
  const at = (percentile: number): number => sorted[Math.ceil((percentile / 100) * sorted.length) - 1]! / 1e3;
  return { p50: at(50), p90: at(90), p99: at(99), max: at(100) };
}

serveIpc(load);
