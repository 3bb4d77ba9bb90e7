import type { Options } from '../../contract.ts';
import { LIBRARY_HEARTBEAT } from '../../results/dimensions.ts';
import { secondsOf } from '../../results/time.ts';
import type { OpenDimensions } from '../shape.ts';

/** Value of the dimension that stands for an interval: `5s`, and below a second `500ms`. */
export const heartbeatText = (seconds: number): string =>
  seconds >= 1 ? `${seconds}s` : `${Number((seconds * 1e3).toPrecision(12))}ms`;

const VALUE = /^([\d.]+)(ms|s)$/;

/** Interval of heartbeats that a case asks for, in seconds; null for the default of its library or server. */
export function heartbeatSecondsOf({ dimensions = {} }: { readonly dimensions?: OpenDimensions }): number | null {
  const value = String(dimensions.heartbeat ?? LIBRARY_HEARTBEAT);
  const [, amount = '', unit = ''] = VALUE.exec(value) ?? [];
  return value === LIBRARY_HEARTBEAT ? null : secondsOf(amount, unit);
}

/** Options of `listen` and `connect` that set the interval; none for the default. */
export function heartbeatOptions(one: Parameters<typeof heartbeatSecondsOf>[0]): Options {
  const heartbeatSeconds = heartbeatSecondsOf(one);
  return heartbeatSeconds === null ? {} : { heartbeatSeconds };
}
