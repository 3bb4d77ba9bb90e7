import type { Options } from '../contract.ts';

/**
 * Channel options of grpc-js, for its server and its client, that send an HTTP/2 ping at the interval `heartbeatSeconds`. A ping
 * waits for its answer as long as it takes to the next, and at most the library's 20 s. None without the option.
 */
export function keepaliveOf({ heartbeatSeconds }: Options): Readonly<Record<string, number>> {
  if (heartbeatSeconds === undefined) return {};
  const intervalMs = Number(heartbeatSeconds) * 1e3;
  return { 'grpc.keepalive_time_ms': intervalMs, 'grpc.keepalive_timeout_ms': Math.min(intervalMs, 20_000) };
}
