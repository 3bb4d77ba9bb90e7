import { median } from '../../bench/results/numbers.ts';
import type { Case, MeasuredTrial, Results } from '../../bench/results/schema.ts';
import type { Batched } from '../model/model.ts';

/** Messages on a packet from which several travelled together: each by itself takes a packet or more. */
const MIN_SHARED = 1.1;
/** Size up to which two messages fit into one packet, so that its count shows whether they shared it. */
const MAX_SHARING_BYTES = 700;

/** Messages of a case that travelled together: by the packets of its link, or else as its transport declares. */
export function batchedIn(
  { transports }: Pick<Results, 'transports'>,
  { transport, variant, size }: Pick<Case, 'transport' | 'variant' | 'size'>,
  valid: readonly MeasuredTrial[],
): Batched | null {
  const sending = valid.filter(({ messages }) => messages.sent > 0);
  if (sending.length === 0) return null;
  const shared = sending.flatMap(({ messages, wire: { packetsUp, packetsDown } }) =>
    packetsUp === undefined || packetsDown === undefined
      ? []
      : [Math.max(messages.sent / Math.max(1, packetsUp), messages.delivered / Math.max(1, packetsDown))],
  );
  const perPacket = shared.length === 0 ? null : median(shared);
  if (perPacket !== null && perPacket >= MIN_SHARED) return { perPacket };
  const info = transports.find((one) => one.id === transport && one.variant === variant);
  const isUnknown = perPacket === null || size > MAX_SHARING_BYTES;
  return isUnknown && info?.capabilities.batches === true ? { perPacket: null } : null;
}
