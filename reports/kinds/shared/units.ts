/** Unit, scale, band and direction that several metrics have, and words for better and worse. */

export const FASTER = { better: 'faster', worse: 'slower' };
export const LIGHTER = { better: 'lighter', worse: 'heavier' };
export const CHEAPER = { better: 'cheaper', worse: 'costlier' };
export const FEWER = { better: 'lower', worse: 'higher' };
export const HIGHER = { better: 'higher', worse: 'lower' };

export const MS = { unit: 'ms', scale: 1e3, band: 'time', best: 'less' } as const;
export const MICROSECONDS = { unit: 'µs', scale: 1e6, band: 'time', best: 'less' } as const;
export const KIB = { unit: 'KiB', scale: 1 / 2 ** 10, band: 'time', best: 'less' } as const;
export const MIB = { unit: 'MiB', scale: 1 / 2 ** 20, band: 'time', best: 'less' } as const;
export const BYTES = { unit: 'B', scale: 1, band: 'bytes', best: 'less' } as const;
export const MESSAGES_PER_SECOND = { unit: 'msg/s', scale: 1, band: 'time', best: 'more' } as const;
