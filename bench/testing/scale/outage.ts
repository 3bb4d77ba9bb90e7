import { setTimeout as sleep } from 'node:timers/promises';
import type { TransportChoice } from '../../transports/index.ts';
import { openLoad, startService } from './service.ts';

const CLIENTS = 8;
const RATE = 100;
const SECONDS = 7;
const BEFORE_MS = 2_000;
/** Response from which on a message counts as late: it waited for Redis. */
const LATE_NS = 250e6;

/** Fates of the deliveries of a window in which Redis was away. Shares are of all deliveries that were due. */
export interface OutageFates {
  readonly due: number;
  readonly lost: number;
  readonly late: number;
  readonly duplicated: number;
  /** Longest response, in seconds. */
  readonly longestSeconds: number;
  /** Sessions that ended, by what they said; and the servers that did. */
  readonly ended: readonly string[];
}

/** Broadcasts through the pub/sub of two nodes while their Redis is killed and, after a time, started again. */
export async function redisOutage(choice: TransportChoice, outageSeconds: number): Promise<OutageFates> {
  await using service = await startService(choice, 2);
  await using generator = await openLoad(choice, service, CLIENTS);
  const died: string[] = [];
  service.host.ended().catch((error: unknown) => died.push(String(error)));
  const again = service.host.redisAgain;
  if (again === undefined) throw new Error('the Redis of a test is its own');
  const startNs = await generator.prepare();
  const phase = generator.phase({
    first: 0,
    rate: RATE,
    seconds: SECONDS,
    startNs,
    drainSeconds: 8,
    keepSamples: true,
  });
  await sleep(BEFORE_MS);
  await again.kill();
  await sleep(outageSeconds * 1e3);
  await again.start();
  const { sent, delivered, duplicated, errors, samples } = await phase;
  const times = samples?.response ?? [];
  return {
    due: sent * CLIENTS,
    lost: sent * CLIENTS - delivered,
    late: times.filter((ns) => ns > LATE_NS).length,
    duplicated,
    longestSeconds: Math.max(0, ...times) / 1e9,
    ended: [...Object.keys(errors), ...died],
  };
}
