/** Returns nanoseconds since an origin that all processes of the host share. */
export type Clock = () => number;

/**
 * Reads the monotonic clock of the host (`process.hrtime`) without allocating. `hrtime.bigint` allocates at every call;
 * `performance.now` reads the clock as a number, but from another origin. The difference of the two origins is measured once.
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
