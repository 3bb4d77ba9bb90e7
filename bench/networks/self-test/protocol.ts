/** Address of a prober's socket. */
export interface Peer {
  readonly host: string;
  readonly port: number;
}

/** Datagrams that a prober sends one after another, with numbers in them. */
export interface Train {
  readonly to: Peer;
  readonly packets: number;
  /** Bytes of a datagram's payload. */
  readonly bytes: number;
  readonly perSecond: number;
}

/** Orders to a prober, which runs at one end of a link. */
export type ProberOrder =
  | { readonly order: 'bind' }
  /** Exchanges one datagram after another with a prober, which sends each back. */
  | {
      readonly order: 'ping';
      readonly to: Peer;
      readonly count: number;
      readonly intervalMs: number;
      readonly timeoutMs: number;
    }
  | { readonly order: 'send'; readonly train: Train }
  /** Forgets what has arrived of trains. */
  | { readonly order: 'forget' }
  /** Tells what has arrived of trains since then. */
  | {
      readonly order: 'received';
      /** Number of packets that were sent, to name those that are missing. */
      readonly of?: number;
    };

/** Train as it arrived. */
export interface ReceivedTrain {
  readonly packets: number;
  /** Numbers of those that did not arrive, if that was asked. */
  readonly missing?: readonly number[];
  /** Number of packets that arrived after a later one. */
  readonly outOfOrder: number;
  /** Time from the first arrival to the last. */
  readonly seconds: number;
}

export type ProberAnswer =
  | { readonly answer: 'bound'; readonly port: number }
  /** Round trips in seconds; those that did not come back in time are missing. */
  | { readonly answer: 'pinged'; readonly seconds: readonly number[] }
  | { readonly answer: 'sent' }
  | { readonly answer: 'forgot' }
  | { readonly answer: 'received'; readonly train: ReceivedTrain };
