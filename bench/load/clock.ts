/** Nanoseconds since an origin that every process of the host shares. */
export type Clock = () => number;

/**
 * Reads the monotonic clock of the host (`process.hrtime`) without allocating: `hrtime.bigint` makes an object each time,
 * `performance.now` reads the same clock as a number from another origin. The distance of the origins is measured once.
 */
export function monotonicClock(originNs: bigint): Clock {
  let offsetNs = 0;
  let tightest = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < 64; sample++) {
    const before = performance.now();
    const now = process.hrtime.bigint();
    const after = performance.now();
    if (after - before >= tightest) continue;
    tightest = after - before;
    offsetNs = Number(now - originNs) - ((before + after) / 2) * 1e6;
  }
  return () => performance.now() * 1e6 + offsetNs;
}
