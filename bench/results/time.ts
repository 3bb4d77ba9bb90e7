/** Units of time per second. Dividing by a whole number keeps 800 µs exact. */
export const PER_SECOND: Readonly<Record<string, number>> = { s: 1, ms: 1e3, us: 1e6, µs: 1e6 };

/** Time in seconds, of an amount and a unit: s, ms, us or µs (with either sign for micro). NaN for another unit. */
export const secondsOf = (amount: string, unit: string): number =>
  Number(amount) / (PER_SECOND[oneMicro(unit)] ?? Number.NaN);

/** Unit with the micro sign (U+00B5) in place of the Greek letter (U+03BC), which looks alike. */
export const oneMicro = (unit: string): string => unit.replace('\u03bc', '\u00b5');

/** Pattern of the units that `secondsOf` takes. */
export const TIME_UNIT = `(?:${[...Object.keys(PER_SECOND), '\u03bcs'].join('|')})`;

/** Writes a time in the largest of ms, us and s in which a decimal number reads back as exactly this time. */
export function timeText(seconds: number): string {
  const exact = ['ms', 'us', 's'].flatMap((unit) => {
    const amount = String(Number((seconds * (PER_SECOND[unit] ?? 1)).toPrecision(15)));
    return /^[\d.]+$/.test(amount) && secondsOf(amount, unit) === seconds ? [`${amount}${unit}`] : [];
  });
  return exact[0] ?? `${seconds}s`;
}

/** Limit for a percentile of latency. */
export interface TimeLimit {
  readonly percentile: number;
  readonly seconds: number;
}

const LIMIT = new RegExp(`^\\s*p([\\d.]+)\\s*<=?\\s*(\\d+\\.?\\d*|\\.\\d+)\\s*(${TIME_UNIT})\\s*$`);

/** Reads a limit such as `p99<50ms`; undefined if the text is none. */
export function readLimit(text: string): TimeLimit | undefined {
  const [, name, amount = '', unit = ''] = LIMIT.exec(text) ?? [];
  const [percentile, seconds] = [Number(name), secondsOf(amount, unit)];
  return percentile > 0 && percentile < 100 && seconds > 0 && Number.isFinite(seconds)
    ? { percentile, seconds }
    : undefined;
}

/** Writes a limit as a flag takes it: `p99<50ms`. */
export const limitText = ({ percentile, seconds }: TimeLimit): string => `p${percentile}<${timeText(seconds)}`;
