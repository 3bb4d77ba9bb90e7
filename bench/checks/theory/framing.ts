/** One message and its echo, with nothing else in flight in its session. */
export interface Exchange {
  /** Size of the message in bytes. Text contains nothing that JSON or a URL escapes. */
  readonly size: number;
  readonly encoding: 'text' | 'binary';
  /** Content of the message, which matters only to compression. */
  readonly message: string | Uint8Array;
  /** Number of the message in its session, from 1; the digits of a cursor grow with it. */
  readonly index: number;
  /** URL that the client dialled; its authority is part of every HTTP request. */
  readonly url: string;
}

/** Bytes of one exchange at the sockets, each way: one number for each write to a stream, or for each datagram. */
export interface Cost {
  readonly up: readonly number[];
  readonly down: readonly number[];
}

/** Properties of a transport whose messages travel in datagrams. */
export interface Datagrams {
  /** Bytes of an acknowledgement that travels alone. Their number is counted, as for TCP; `Cost` has those that travel with a message. */
  readonly acknowledgementBytes: number;
}

/** Byte formula of a transport whose exchanges do not depend on earlier ones. */
export interface ExchangeFraming {
  /** Clauses that the formula is based on. */
  readonly source: string;
  readonly datagrams?: Datagrams;
  readonly exchange: (exchange: Exchange) => Cost;
  readonly adjust?: Adjust;
}

/**
 * Adds the bytes that depend on time or on a session's name, as far as they explain the difference to the counted bytes. Bytes that
 * they cannot explain remain a difference.
 */
export type Adjust = (sum: Sum, counted: Counted) => Sum;

/** Bytes that were counted over `count` exchanges of each session, from exchange `first` on. */
export interface Counted {
  readonly up: number;
  readonly down: number;
  readonly url: string;
  readonly first: number;
  readonly count: number;
  readonly sessions: number;
}

/** Byte formula of a transport whose exchanges depend on earlier ones. */
export interface SessionFraming {
  readonly source: string;
  readonly datagrams?: Datagrams;
  /** Begins a session, whose exchanges are then asked for in order, from the first. */
  readonly session: () => (exchange: Exchange) => Cost | Promise<Cost>;
  readonly adjust?: Adjust;
}

/** Byte formula of a transport or variant. */
export type Framing = ExchangeFraming | SessionFraming;

/** Bytes and segments of a number of exchanges, each way. */
export interface Sum {
  readonly up: number;
  readonly down: number;
  readonly segmentsUp: number;
  readonly segmentsDown: number;
}

/** Sums the bytes of a session's exchanges `first` to `first + count − 1`, and the TCP segments that the data fill. */
export async function sumOf(
  framing: Framing,
  {
    first,
    count,
    segmentBytes,
    messageOf,
    ...rest
  }: {
    first: number;
    count: number;
    segmentBytes: number;
    messageOf: (index: number) => string | Uint8Array;
  } & Omit<Exchange, 'index' | 'message'>,
): Promise<Sum> {
  const sum = { up: 0, down: 0, segmentsUp: 0, segmentsDown: 0 };
  const costOf = 'session' in framing ? framing.session() : framing.exchange;
  // A datagram is one packet, whatever its size.
  const packetsOf = (bytes: number): number => (framing.datagrams === undefined ? Math.ceil(bytes / segmentBytes) : 1);
  for (let index = 1; index < first + count; index++) {
    const { up, down } = await costOf({ ...rest, index, message: messageOf(index) });
    if (index < first) continue;
    for (const bytes of up) {
      sum.up += bytes;
      sum.segmentsUp += packetsOf(bytes);
    }
    for (const bytes of down) {
      sum.down += bytes;
      sum.segmentsDown += packetsOf(bytes);
    }
  }
  return sum;
}

/** Smallest number of items of `min` to `max` bytes each that make up `bytes`; 0 if no number does. */
export function timesIn(bytes: number, min: number, max: number): number {
  const times = Math.max(0, Math.ceil(bytes / max));
  return bytes >= times * min ? times : 0;
}
