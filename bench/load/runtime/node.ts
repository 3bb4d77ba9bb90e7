import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectOldGeneration } from '../../memory.ts';
import { monotonicClock } from '../clock.ts';
import type { Bytes } from './bytes.ts';
import { sleepingLoop, spinningLoop } from './loops.ts';
import type { Runtime } from './shape.ts';

/** Operations of Node's Buffer. */
export const nodeBytes: Bytes = {
  allocate: (length) => Buffer.allocUnsafe(length),
  isEqual: (one, other) => Buffer.compare(one, other) === 0,
};

/** Node, as the load uses it. */
export const nodeRuntime: Runtime = {
  bytes: nodeBytes,
  clock: (originNs) => monotonicClock(BigInt(originNs)),
  pacing(clock, pace) {
    if (pace === 'spin') return { loop: spinningLoop(clock), sleeps: false, close: async () => {} };
    const loop = sleepingLoop(clock);
    return { loop, sleeps: true, close: () => loop.close() };
  },
  meter() {
    const rssStartBytes = process.memoryUsage.rss();
    const utilization = performance.eventLoopUtilization();
    const { user, system } = process.cpuUsage();
    return () => {
      const used = process.cpuUsage();
      return {
        cpuSeconds: (used.user + used.system - user - system) / 1e6,
        rssBytes: process.memoryUsage.rss(),
        rssStartBytes,
        busy: performance.eventLoopUtilization(utilization).utilization,
      };
    };
  },
  watchLoop(resolutionMs) {
    const delay = monitorEventLoopDelay({ resolution: resolutionMs });
    const idleBefore = performance.eventLoopUtilization().idle;
    delay.enable();
    return {
      end() {
        delay.disable();
        const idleNs = (performance.eventLoopUtilization().idle - idleBefore) * 1e6;
        return { delayP99Seconds: Math.max(0, delay.percentile(99) / 1e9 - resolutionMs / 1e3), idleNs };
      },
    };
  },
  collect: collectOldGeneration,
};
