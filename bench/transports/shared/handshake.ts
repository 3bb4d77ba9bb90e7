import type { HandshakeConditions, HandshakeStep } from '../shape.ts';

/** Step that a client waits for one round trip for. */
export const waitFor = (step: string, source: string, roundTrips = 1): HandshakeStep => ({ step, roundTrips, source });

/** Fixed time that a protocol or its library lets pass, in round trips of the network; none where the network has no round trip. */
export const pause = (
  step: string,
  source: string,
  seconds: number,
  { rttSeconds }: HandshakeConditions,
): readonly HandshakeStep[] => (rttSeconds > 0 ? [waitFor(step, source, seconds / rttSeconds)] : []);

/** TCP connection, and TLS on it if there is any: a full handshake of TLS 1.3, without an earlier session's keys. */
export const connection = ({ tls }: HandshakeConditions): readonly HandshakeStep[] => [
  waitFor('TCP', 'RFC 9293 §3.5'),
  ...(tls ? [waitFor('TLS', 'RFC 8446 §2')] : []),
];

export const UPGRADE = waitFor('upgrade', 'RFC 6455 §4.1: no data before the server’s answer');
