import type { Backplane } from '../../contract.ts';
import type { MessageSettings } from '../messages.ts';

/** Orders to the publisher of a recovery, a process on the server's side that outlives the server. One `PublisherAnswer` for each. */
export type PublisherOrder =
  /** Creates the log's file with its first line. A server can open it after the answer `opened`. */
  | { readonly order: 'open'; readonly file: string; readonly epoch: string }
  /** Connects to the Redis in which the log is a stream. */
  | { readonly order: 'open stream'; readonly backplane: Backplane }
  | PublishOrder
  /** Ends the publishing early, so that it is answered. The answer is `stopped`. */
  | { readonly order: 'stop' };

/** Appends messages on an absolute schedule. Ordered before `startNs`. The answer is `published`, after the last one. */
export interface PublishOrder extends Omit<MessageSettings, 'run'> {
  readonly order: 'publish';
  /** Sender's number in the messages, below `senders`. The sequence number of a message is its offset in the log. */
  readonly sender: number;
  /** Schedule on the trial's clock: message n is due at `startNs + n × intervalNs`. */
  readonly startNs: number;
  readonly intervalNs: number;
  readonly count: number;
  /** Origin of the trial's clock: a reading of `process.hrtime.bigint`, in digits. */
  readonly originNs: string;
}

/** Outcome of publishing. */
export interface Published {
  readonly sent: number;
  /** Messages appended at most `ON_TIME_SECONDS` after they were due. */
  readonly onTime: number;
  /** Longest time from a due time to the end of the message's append. */
  readonly lateMaxNs: number;
}

export type PublisherAnswer =
  | { readonly answer: 'opened' }
  | { readonly answer: 'stopped' }
  | ({ readonly answer: 'published' } & Published);
