import { unreadable } from '../codec/unreadable.ts';
import type { Message, Receiver, Session, Unreadable } from '../contract.ts';
import { errorText } from '../error-text.ts';
import { reasonShown, withoutTokens } from '../security/redact.ts';
import type { Unwrapper } from './answers/answers.ts';
import type { Clock } from './clock.ts';
import type { Messages } from './messages.ts';
import type { Recorder } from './recorder.ts';

/** Form of a foreign server's answers, and the messages in them. */
export interface AnswerForm {
  readonly answers: Unwrapper;
  readonly messages: Messages;
}

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

  readonly #form: AnswerForm | undefined;
  /** Number of arrivals that may still be greetings. */
  #greetings: number;

  /** @param hide hides what is secret in a reason @param form form of the answers; undefined if they are the messages themselves */
  constructor(
    sender: number,
    index: number,
    clock: Clock,
    {
      hide = withoutTokens,
      form,
    }: { readonly hide?: (text: string) => string; readonly form?: AnswerForm | undefined } = {},
  ) {
    this.sender = sender;
    this.#index = index;
    this.#clock = clock;
    this.#hide = hide;
    this.#form = form;
    this.#greetings = form?.answers.greetings ?? 0;
  }

  message(arrival: Message): void {
    const nowNs = this.#clock();
    const isAnswer =
      this.#form === undefined
        ? (this.recorder?.received(this.#index, arrival, nowNs) ?? false)
        : this.#take(arrival, this.#form, nowNs);
    if (isAnswer) this.answered?.(nowNs);
  }

  unreadable(what: Unreadable): void {
    if (this.#form?.answers.isUnasked(what.head)) return;
    if (this.#greetings-- > 0) return;
    this.recorder?.unreadable(what);
    this.answered?.(this.#clock());
  }

  /**
   * Records an arrival at a server whose answers have a form. False for a greeting, for what comes besides answers, and for a message
   * of another run.
   */
  #take(arrival: Message, { answers, messages }: AnswerForm, nowNs: number): boolean {
    if (answers.isUnasked(arrival)) return false;
    const message = answers.unwrap(arrival);
    if (this.#greetings > 0) {
      const isAnswer = message !== undefined && messages.isSound(message);
      if (message !== undefined && messages.isOfAnotherRun(message))
        return this.recorder?.received(this.#index, message, nowNs) ?? false;
      this.#greetings = isAnswer ? 0 : this.#greetings - 1;
      if (!isAnswer) return false;
    }
    if (message !== undefined) return this.recorder?.received(this.#index, message, nowNs) ?? false;
    this.recorder?.unreadable(unreadable('an answer of another form', arrival));
    return true;
  }

  /** Records to `recorder` from now on. Reports the loss of a session that ended earlier to it. */
  recordTo(recorder: Recorder): void {
    this.recorder = recorder;
    if (this.lostBecause !== undefined) recorder.error(this.lostBecause, this.#index);
  }

  lost(reason: Error): void {
    this.lostBecause = `session lost: ${reasonShown(reason instanceof Error ? reason.message : String(reason), this.#hide)}`;
    this.recorder?.error(this.lostBecause, this.#index);
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
    this.recorder?.error(`send failed: ${reasonShown(errorText(error), this.#hide)}`, this.#index);
  };
}
