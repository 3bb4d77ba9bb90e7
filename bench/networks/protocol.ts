import type { DirectionCounts, Effect } from './direction.ts';

/** Effects on both directions; up is from the client to the server. */
export interface PathEffects {
  readonly up: Effect;
  readonly down: Effect;
  /** True if all clients share one line; otherwise each address of a client has its own. */
  readonly shared: boolean;
}

/** Places of the relay's two sockets, and of the ends that they exchange packets with. */
export interface RelayAddresses {
  readonly server: { readonly own: string; readonly remote: string };
  readonly clients: { readonly own: string; readonly remote: string };
}

/** Orders to the relay process. */
export type RelayOrder =
  | {
      readonly order: 'open';
      readonly addresses: RelayAddresses;
      readonly effects: PathEffects | null;
      readonly seed: number;
    }
  /**
   * Replaces every line by new ones, and ends a watch of radios; null lets everything through at once. Packets under way still arrive. A
   * cut goes on.
   */
  | { readonly order: 'network'; readonly effects: PathEffects | null; readonly seed: number }
  /** Replaces the lines of single clients, by their own addresses as numbers; null gives them lines as the others have. */
  | { readonly order: 'lines'; readonly clients: readonly number[]; readonly effects: PathEffects | null }
  /** Drops every packet from now on, those under way too, or lets them pass again. */
  | { readonly order: 'cut'; readonly on: boolean }
  /** Gives clients the addresses and ports that they have after so many rebinds: their own after none. */
  | { readonly order: 'rebind'; readonly times: number }
  /** Begins to watch the use of each client's radio, which stays awake for the tail after a packet; ends an earlier watch. */
  | { readonly order: 'radio'; readonly tailSeconds: number }
  | { readonly order: 'radioCounts' }
  /** Begins to record frames, up to so many bytes in all; ends an earlier recording. */
  | { readonly order: 'record'; readonly maxBytes: number }
  /** Counts the frames that are recorded so far. */
  | { readonly order: 'recorded' }
  /** Hands over the recording and ends it. */
  | { readonly order: 'frames' }
  | { readonly order: 'counts' };

/** Packets since the relay opened, by direction, and what the relay itself did to them. */
export interface RelayCounts {
  readonly up: DirectionCounts;
  readonly down: DirectionCounts;
  /** Packets that wait for their time. */
  readonly waiting: number;
  /** Lateness of departures beyond their time, in seconds, since the counts before; null if nothing left. */
  readonly lag: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** Packets that the system dropped before the relay could read them. */
  readonly receiveErrors: number;
  readonly receiveBufferBytes: number;
  readonly cpuSeconds: number;
}

/** Use of the clients' radios since they are watched, as sums over all clients. */
export interface RadioCounts {
  /** Time since the watch began. */
  readonly seconds: number;
  /** Packets that clients sent, and those that reached them. */
  readonly packets: number;
  readonly bytes: number;
  /** Time for which radios were awake so far. It is never longer than `seconds` for each client. */
  readonly awakeSeconds: number;
}

/** Ethernet frame as an end sent it, at the moment in which it reached the relay. */
export interface RecordedFrame {
  /** Time since the Unix epoch in nanoseconds, in digits. */
  readonly atNs: string;
  readonly toServer: boolean;
  /** True if the network drops it. */
  readonly dropped: boolean;
  /** Bytes that it carries for its connection: 0 for a mere acknowledgement of TCP. */
  readonly payloadBytes: number;
  /** Its bytes in Base64, without the frame check sequence. */
  readonly bytes: string;
}

/** Frames in the order in which they reached the relay. */
export interface Recorded {
  readonly frames: readonly RecordedFrame[];
  /** Number of frames that came when the recording was full. */
  readonly leftOut: number;
}

export type RelayAnswer =
  | { readonly answer: 'opened' }
  /** A change is in force. */
  | { readonly answer: 'changed' }
  | { readonly answer: 'counts'; readonly counts: RelayCounts }
  | { readonly answer: 'radioCounts'; readonly radio: RadioCounts }
  | { readonly answer: 'recorded'; readonly frames: number }
  | ({ readonly answer: 'frames' } & Recorded);
