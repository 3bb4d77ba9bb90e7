import { decode } from '../../load/histogram.ts';
import type { RoundTrips } from '../../results/schema.ts';
import { type HandshakeStep, handshakeOf } from '../../transports/index.ts';
import type { Opened, PlannedCase } from '../shape.ts';
import { rttSecondsOf } from './network.ts';

const NS_PER_SECOND = 1e9;

/** Steps of a case's handshake by its formula; undefined where a transport from outside the repository gives none. */
export function handshakeSteps(planned: PlannedCase, tls: boolean): readonly HandshakeStep[] | undefined {
  return handshakeOf(planned, { tls, auth: planned.auth !== null, rttSeconds: rttSecondsOf(planned) });
}

/**
 * Converts times of sessions that were opened one after another to round trips of the network. Undefined without a round trip, and
 * where the transport gives no formula.
 */
export function roundTripsOf(
  planned: PlannedCase,
  { connect, steps = {}, protocols = [] }: Opened,
): RoundTrips | undefined {
  const rttSeconds = rttSecondsOf(planned);
  if (rttSeconds === 0) return undefined;
  const theory = handshakeSteps(planned, protocols.length > 0);
  if (theory === undefined) return undefined;
  const median = (encoded: string): number => decode(encoded).getValueAtPercentile(50) / NS_PER_SECOND / rttSeconds;
  const measured = median(connect);
  // Steps that the client sees of its first connection, and the rest under the names of those that remain.
  let at = 0;
  const seen = (['TCP', 'TLS'] as const).flatMap((step) => {
    const encoded = steps[step];
    if (encoded === undefined) return [];
    const before = at;
    at = Math.min(measured, Math.max(at, median(encoded)));
    return [{ step, roundTrips: at - before }];
  });
  const rest = { step: namesAfter(theory, seen.length), roundTrips: measured - at };
  return { rttSeconds, measured, parts: [...seen, rest], theory: [...theory] };
}

/** Names of the steps after the first ones, in their order, without repetition. */
function namesAfter(theory: readonly HandshakeStep[], first: number): string {
  return [...new Set(theory.slice(first).map(({ step }) => step))].join(', ') || 'the rest';
}
