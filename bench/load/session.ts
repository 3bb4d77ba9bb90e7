import type { Message, Receiver, Session } from '../contract.ts';
import { errorText } from '../error-text.ts';
import { withoutTokens } from '../security/redact.ts';
import type { Clock } from './clock.ts';
import type { Recorder } from './recorder.ts';

/** A session as the load sees it: who it is, and where what it receives is recorded. */
export class LoadSession implements Receiver {
  readonly sender: number;
  readonly #index: number;
  readonly #clock: Clock;
  session: Session | undefined;
  recorder: Recorder | undefined;
  /** In a closed loop: what a message of this session brings about, once it is recorded. */
  answered: ((receivedNs: number) => void) | undefined;
  /** Why the session ended before its time. */
  lostBecause: string | undefined;

  constructor(sender: number, index: number, clock: Clock) {
    this.sender = sender;
    this.#index = index;
    this.#clock = clock;
  }

  message(message: Message): void {
    const nowNs = this.#clock();
    this.recorder?.received(this.#index, message, nowNs);
    this.answered?.(nowNs);
  }

  /** From now on; the loss of a session that ended before is told to each recorder that misses it. */
  recordTo(recorder: Recorder): void {
    this.recorder = recorder;
    if (this.lostBecause !== undefined) recorder.error(this.lostBecause);
  }

  lost(reason: Error): void {
    this.lostBecause = `session lost: ${withoutTokens(reason.message)}`;
    this.recorder?.error(this.lostBecause);
  }

  readonly failed = (error: unknown): void => {
    this.recorder?.error(`send failed: ${withoutTokens(errorText(error))}`);
  };
}
