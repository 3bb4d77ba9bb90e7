import type { Case, MeasuredTrial } from '../../../bench/results/schema.ts';
import { notShown, type Shown, shown } from '../../stats/distribution.ts';

/** Below this a straight line fits so badly that its slope is no figure to quote. */
export const MIN_FIT = 0.98;

/** Reason for which no bytes of such a trial are shown. */
export const DATAGRAMS_NOT_COUNTED = 'not counted: datagrams are counted on a private link only';

export const finite = (value: number): Shown =>
  Number.isFinite(value) ? shown(value) : notShown('not a finite number');

export const perDelivered = (amount: number, delivered: number): Shown =>
  delivered > 0 ? finite(amount / delivered) : notShown('no message was delivered');

export const perSessionHour = (amount: number, { clients }: Pick<Case, 'clients'>, { seconds }: MeasuredTrial): Shown =>
  finite((amount * 3600) / (clients * seconds));

/** Datagrams pass the sockets uncounted. */
export const bytesOf = ({ wire }: MeasuredTrial, value: () => Shown): Shown =>
  wire.datagrams && wire.layer === 'socket' ? notShown(DATAGRAMS_NOT_COUNTED) : value();
