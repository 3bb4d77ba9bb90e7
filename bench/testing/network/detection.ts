import type { SessionHistory } from '../../load/protocol.ts';
import { type FaultTrial, RATE } from './fault-trial.ts';

const NS = 1e9;
/** Time by which a server may have begun to listen, or a session to be open, before the trial was told so. */
const TOLD_LATE_SECONDS = 0.25;

/** Times from a blackhole until a session notices it. */
export interface Detection {
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

/** Moments before the fault, in seconds: those from which heartbeats count, and that of the last arrival. */
interface Before {
  readonly listening: number;
  readonly open: number;
  readonly arrival: number;
}

/** Time from the fault until a client notices that heartbeats, `interval` seconds apart, fail to come or to be answered. */
type Arithmetic = (interval: number, before: Before) => number;

/** Time since the last of heartbeats that began so long ago; those of a session that has had none count from its beginning. */
const sinceLast = (interval: number, began: number): number => began % interval;

/**
 * Arithmetic of each transport whose client notices by heartbeats, from the documents of its library: docs/methodology.md#heartbeats
 * says the same in words.
 */
const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  // All sessions are pinged at once, from the moment at which the server listens. A client waits for a second more than the interval.
  ws: (interval, { listening, open }) => interval + 1 - Math.min(open, sinceLast(interval, listening)),
  // The server waits for four fifths of the interval, and so does the client after the ping that was due.
  socketio: (interval, { open }) => 1.8 * interval - sinceLast(interval, open),
  // mqtt.js looks at every half interval, pings at the second look, and gives up at the third.
  mqtt: (interval, { open }) => 1.5 * interval - sinceLast(interval, open),
  graphql: (interval, { open }) => 2 * interval - sinceLast(interval, open),
  grpc: (interval, { open }) => interval + Math.min(interval, 20) - sinceLast(interval, open),
  // TCP's keepalive counts from the last arrival; then ten probes, a second apart.
  tcp: (interval, { arrival }) => interval + 10 - arrival,
};

/** Transports whose client notices a dead path by heartbeats whose interval can be chosen. */
export const NOTICING = Object.keys(ARITHMETIC);

/** Longest detection by heartbeats. @param transport id without a variant */
export function longestDetection(transport: string, heartbeatSeconds: number): number {
  return detectionOf(transport, heartbeatSeconds, { listening: 0, open: 0, arrival: 0 });
}

function detectionOf(transport: string, heartbeatSeconds: number, before: Before): number {
  const arithmetic = ARITHMETIC[transport];
  if (arithmetic === undefined) throw new Error(`the client of ${transport} notices nothing by heartbeats`);
  return arithmetic(heartbeatSeconds, before);
}

/** Detection by heartbeats in a trial. It is a range, because the moments at which heartbeats began are known but for a little. */
export function heartbeatDetection(
  transport: string,
  heartbeatSeconds: number,
  { listeningSeconds, openSeconds }: FaultTrial,
): Detection {
  const seconds = [0, 1, 2, 3, 4, 5].map((part) => {
    const late = (part / 5) * TOLD_LATE_SECONDS;
    const before = { listening: listeningSeconds + late, open: openSeconds + late, arrival: 1 / RATE };
    return detectionOf(transport, heartbeatSeconds, before);
  });
  return { minSeconds: Math.min(...seconds), maxSeconds: Math.max(...seconds) };
}

/** Detection by silence: the time counts from the last arrival before the fault. */
export function silenceDetection({ arrivedNs }: SessionHistory, silenceSeconds: number, faultNs: number): Detection {
  const lastNs = Math.max(...arrivedNs.filter((atNs) => atNs !== null && atNs < faultNs).map(Number));
  const seconds = silenceSeconds - (faultNs - lastNs) / NS;
  // A message may have been under way.
  return { minSeconds: seconds, maxSeconds: Math.max(seconds, silenceSeconds) };
}

/** Time from the fault until the session noticed, and how; undefined if it never did. */
export function noticed({ events }: SessionHistory, faultNs: number) {
  const first = events.find(
    ({ what, atNs }) => atNs >= faultNs && (what === 'lost' || what === 'silent' || what === 'interrupted'),
  );
  return first === undefined ? undefined : { how: first.what, seconds: (first.atNs - faultNs) / NS };
}

/** True if a time is within a fifth of what arithmetic says. */
export const isWithinFifth = (seconds: number, { minSeconds, maxSeconds }: Detection): boolean =>
  seconds >= 0.8 * minSeconds && seconds <= 1.2 * maxSeconds;
