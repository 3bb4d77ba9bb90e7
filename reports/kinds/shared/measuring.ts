import type { Case, MeasuredTrial } from '../../../bench/results/schema.ts';
import { notShown, type Shown, shown } from '../../stats/distribution.ts';

/** Lowest R² at which the slope of a line may be quoted without a mark. */
export const MIN_FIT = 0.98;

/** Reason why a trial with datagrams shows no bytes. */
export const DATAGRAMS_NOT_COUNTED = 'not counted: bytes of datagrams can be counted only on a private link';

export const finite = (value: number): Shown =>
  Number.isFinite(value) ? shown(value) : notShown('not a finite number');

export const perDelivered = (amount: number, delivered: number): Shown =>
  delivered > 0 ? finite(amount / delivered) : notShown('no message was delivered');

export const perSessionHour = (amount: number, { clients }: Pick<Case, 'clients'>, { seconds }: MeasuredTrial): Shown =>
  finite((amount * 3600) / (clients * seconds));

/** Bytes of a trial; counters at the sockets miss datagrams. */
export const bytesOf = ({ wire }: MeasuredTrial, value: () => Shown): Shown =>
  wire.datagrams && wire.layer === 'socket' ? notShown(DATAGRAMS_NOT_COUNTED) : value();

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
