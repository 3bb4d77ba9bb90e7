/** One message sent and echoed, with nothing else under way in its session. */
export interface Exchange {
  /** Bytes of the message: text that neither JSON nor a URL escapes, or bytes. */
  readonly size: number;
  readonly encoding: 'text' | 'binary';
  /** Content, which compression depends on. */
  readonly message: string | Uint8Array;
  /** Which of the session's messages it is, from 1: a cursor grows with it. */
  readonly index: number;
  /** URL that the client dialled: its authority stands in every HTTP request. */
  readonly url: string;
}

/**
 * Bytes at the sockets, each way, of one exchange; one number for each thing that is sent by itself: a write of a stream, or a
 * datagram.
 */
export interface Cost {
  readonly up: readonly number[];
  readonly down: readonly number[];
}

/** Properties of a transport whose messages travel in datagrams. */
export interface Datagrams {
  /** Bytes of an acknowledgement that travels alone. How many do is counted, as of TCP; those in `Cost` go with a message. */
  readonly acknowledgementBytes: number;
}

/** Bytes of a transport's exchanges, where one does not depend on those before it. */
export interface ExchangeFraming {
  /** The clauses the formula stands on. */
  readonly source: string;
  readonly datagrams?: Datagrams;
  readonly exchange: (exchange: Exchange) => Cost;
  readonly adjust?: Adjust;
}

/**
 * Adds what depends on time or on a session's name, taken from the bytes that were counted: only as much as it can be, so that
 * bytes which it does not explain remain a difference.
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

/** Bytes of a transport's exchanges, where one depends on those before it. */
export interface SessionFraming {
  readonly source: string;
  readonly datagrams?: Datagrams;
  /** Begins a session; its exchanges follow in order, from the first. */
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

/** Sums what a session's exchanges, one after another, cost at the sockets, and the segments that the data alone fill. */
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
  // A datagram is a packet, whatever its size.
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

/** Number of things of `min` to `max` bytes that fill these bytes; 0 where no number does. */
export function timesIn(bytes: number, min: number, max: number): number {
  const times = Math.max(0, Math.ceil(bytes / max));
  return bytes >= times * min ? times : 0;
}
