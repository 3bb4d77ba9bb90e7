import autocannon from 'autocannon';
import { serveIpc } from '../../ipc.ts';
import type { AutocannonAnswer, AutocannonOrder, Percentiles } from './protocol.ts';

/**
 * autocannon in a process of its own, so that its CPU time is read as our load worker's is, and nothing of ours runs beside
 * it. It ends with its parent.
 */
async function load({ url, connections, body, loop }: AutocannonOrder): Promise<AutocannonAnswer> {
  let sent = 0;
  const request = {
    url,
    connections,
    body,
    method: 'POST',
    // Its own count of requests takes the whole first second's quota for what was sent while connecting.
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
          // A number of requests and not a duration: whether a duration's last second begins is a race of two timers.
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
