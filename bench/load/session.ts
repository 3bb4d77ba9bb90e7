import type { Message, Receiver, Session, Unreadable } from '../contract.ts';
import { errorText } from '../error-text.ts';
import { reasonShown, withoutTokens } from '../security/redact.ts';
import type { Clock } from './clock.ts';
import type { Recorder } from './recorder.ts';

/** Session of the load generator: its sender number, and the recorder of its messages. */
export class LoadSession implements Receiver {
  readonly sender: number;
  readonly #index: number;
  readonly #clock: Clock;
  readonly #hide: (text: string) => string;
  session: Session | undefined;
  recorder: Recorder | undefined;
  /** Called after each message is recorded; the closed loop sends its next message here. */
  answered: ((receivedNs: number) => void) | undefined;
  /** Reason why the session ended early; undefined while it lasts. */
  lostBecause: string | undefined;

  /** @param hide hides what is secret in a reason */
  constructor(sender: number, index: number, clock: Clock, hide = withoutTokens) {
    this.sender = sender;
    this.#index = index;
    this.#clock = clock;
    this.#hide = hide;
  }

  message(message: Message): void {
    const nowNs = this.#clock();
    this.recorder?.received(this.#index, message, nowNs);
    this.answered?.(nowNs);
  }

  unreadable(what: Unreadable): void {
    this.recorder?.unreadable(what);
    this.answered?.(this.#clock());
  }

  /** Records to `recorder` from now on. Reports the loss of a session that ended earlier to it. */
  recordTo(recorder: Recorder): void {
    this.recorder = recorder;
    if (this.lostBecause !== undefined) recorder.error(this.lostBecause);
  }

  lost(reason: Error): void {
    this.lostBecause = `session lost: ${reasonShown(reason instanceof Error ? reason.message : String(reason), this.#hide)}`;
    this.recorder?.error(this.lostBecause);
  }

  /** True while messages can be sent. */
  get usable(): boolean {
    return this.session !== undefined && this.lostBecause === undefined;
  }

  /** Sends a message. A failure is recorded as an error. */
  send(message: Message): void {
    try {
      const sent = this.session?.send(message);
      if (sent !== undefined) sent.catch(this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  }

  readonly #failed = (error: unknown): void => {
    this.recorder?.error(`send failed: ${reasonShown(errorText(error), this.#hide)}`);
  };
}
