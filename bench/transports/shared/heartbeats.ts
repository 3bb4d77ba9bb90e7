import type { WhyNoHeartbeat } from '../shape.ts';

/** Heartbeats at any interval. */
export const anyInterval: WhyNoHeartbeat = () => undefined;

/** Heartbeats whose interval cannot be set. @param which kind and interval of those that it sends */
export const fixedInterval =
  (which: string): WhyNoHeartbeat =>
  () =>
    `has heartbeats whose interval its library does not let be set: ${which}`;

/** Heartbeats at intervals of whole seconds. @param source specification that says so @param max longest interval */
export const wholeSeconds =
  (source: string, max: number): WhyNoHeartbeat =>
  (seconds) => {
    if (!Number.isInteger(seconds)) return `has heartbeats at whole seconds alone (${source})`;
    return seconds > max ? `has heartbeats at most ${max} s apart (${source})` : undefined;
  };
