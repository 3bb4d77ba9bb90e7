import { ON_TIME_SECONDS } from '../../../bench/results/rules.ts';
import type { Case, MeasuredTrial } from '../../../bench/results/schema.ts';
import { notShown, type Shown, shown } from '../../stats/distribution.ts';
import type { Unnoticed } from '../shape.ts';

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
export const SHORTER = { better: 'shorter', worse: 'longer' };
export const LIGHTER = { better: 'lighter', worse: 'heavier' };
export const CHEAPER = { better: 'cheaper', worse: 'costlier' };
export const FEWER = { better: 'lower', worse: 'higher' };
export const HIGHER = { better: 'higher', worse: 'lower' };

export const SECONDS = { unit: 's', scale: 1, band: 'time', best: 'less' } as const;
export const MS = { unit: 'ms', scale: 1e3, band: 'time', best: 'less' } as const;
export const MICROSECONDS = { unit: 'µs', scale: 1e6, band: 'time', best: 'less' } as const;
export const KIB = { unit: 'KiB', scale: 1 / 2 ** 10, band: 'time', best: 'less' } as const;
export const MIB = { unit: 'MiB', scale: 1 / 2 ** 20, band: 'time', best: 'less' } as const;
export const BYTES = { unit: 'B', scale: 1, band: 'bytes', best: 'less' } as const;
export const PERCENT = { unit: '%', scale: 100, band: 'share', best: 'more' } as const;
export const MESSAGES_PER_SECOND = { unit: 'msg/s', scale: 1, band: 'time', best: 'more' } as const;

// A difference is not noticed below a tenth of what the use allows, or of the smallest server that can be rented.

/** A tenth of the objective's time, and at least the limit within which a message counts as sent on time. */
export const unnoticedTime: Unnoticed = ({ objectiveSeconds }) => Math.max(ON_TIME_SECONDS, objectiveSeconds / 10);

/** A tenth of the share of messages that the objective allows to be late: 0.1 % for p99. */
export const unnoticedShare: Unnoticed = ({ objectivePercentile }) =>
  Number(((100 - objectivePercentile) / 1_000).toPrecision(12));

/** Smallest server that can be rented (AWS Fargate): a quarter of a core and 512 MiB. */
const SMALLEST = { cores: 0.25, bytes: 512 * 2 ** 20 };

/** CPU time of a message that makes a tenth of the smallest server's core at the question's rate; none without a rate. */
export const unnoticedCpu: Unnoticed = ({ deliveriesPerSecond }) =>
  deliveriesPerSecond > 0 ? SMALLEST.cores / 10 / deliveriesPerSecond : 0;

/** CPU time per session and hour that makes a tenth of the smallest server's core with the question's sessions. */
export const unnoticedSessionCpu: Unnoticed = ({ question }) => (SMALLEST.cores * 360) / question.clients;

export const unnoticedMemory: Unnoticed = () => SMALLEST.bytes / 10;

/** Memory of a session that makes a tenth of the smallest server's with the question's sessions. */
export const unnoticedSessionMemory: Unnoticed = ({ question }) => SMALLEST.bytes / 10 / question.clients;

/** Half an acknowledgement's frame of 66 bytes: TCP may acknowledge each segment or every second one (RFC 9293 §3.8.6.3). */
export const unnoticedBytes: Unnoticed = () => 33;

/** One full TCP segment on Ethernet. */
export const unnoticedSetup: Unnoticed = () => 1460;
