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
  /** Receiver in whose place this one stands. */
  #passedTo: Receiver | undefined;
  /** Arrivals for a recorder that is not there yet. Absent: none is expected, or it is there. */
  #kept: { readonly message: Message; readonly receivedNs: number }[] | undefined;
  #lostReason: Error | undefined;
  #interruptedReason: Error | undefined;

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
    if (this.#passedTo !== undefined) return this.#passedTo.message(arrival);
    const nowNs = this.#clock();
    if (this.#kept !== undefined) return this.#keep(arrival, nowNs);
    const isAnswer =
      this.#form === undefined
        ? (this.recorder?.received(this.#index, arrival, nowNs) ?? false)
        : this.#take(arrival, this.#form, nowNs);
    if (isAnswer) this.answered?.(nowNs);
  }

  unreadable(what: Unreadable): void {
    if (this.#passedTo !== undefined) return this.#passedTo.unreadable(what);
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

  /** Keeps arrivals until there is a recorder. One whose answers have a form keeps none: other sessions' messages do not reach it. */
  prepare(): void {
    if (this.#form === undefined) this.#kept = [];
  }

  #keep(message: Message, receivedNs: number): void {
    // Copied, because bytes belong to the receiver only until it returns.
    this.#kept?.push({ message: typeof message === 'string' ? message : Uint8Array.from(message), receivedNs });
  }

  /** Records to `recorder` from now on. Reports what was kept for it, and the loss of a session that ended earlier. */
  recordTo(recorder: Recorder): void {
    this.recorder = recorder;
    for (const { message, receivedNs } of this.#kept ?? []) {
      recorder.receivedBefore(this.#index, message, receivedNs);
    }
    this.#kept = undefined;
    if (this.lostBecause !== undefined) recorder.error(this.lostBecause, this.#index);
  }

  /** Passes everything on to `receiver` from now on, and the end of a session that ended earlier. Nothing is recorded any more. */
  passTo(receiver: Receiver): void {
    this.#passedTo = receiver;
    this.#kept = undefined;
    if (this.#lostReason !== undefined) receiver.lost(this.#lostReason);
    else if (this.#interruptedReason !== undefined) receiver.interrupted?.(this.#interruptedReason);
  }

  interrupted(reason: Error): void {
    if (this.#passedTo !== undefined) return this.#passedTo.interrupted?.(reason);
    this.#interruptedReason = reason;
    this.recorder?.error(`session interrupted: ${this.#shown(reason)}`, this.#index);
  }

  attempting(): void {
    this.#passedTo?.attempting?.();
  }

  resumed(how: { readonly replayed: boolean }): void {
    if (this.#passedTo !== undefined) return this.#passedTo.resumed?.(how);
    this.#interruptedReason = undefined;
  }

  #shown(reason: unknown): string {
    return reasonShown(reason instanceof Error ? reason.message : String(reason), this.#hide);
  }

  lost(reason: Error): void {
    if (this.#passedTo !== undefined) return this.#passedTo.lost(reason);
    this.#lostReason = reason;
    this.lostBecause = `session lost: ${this.#shown(reason)}`;
    this.recorder?.error(this.lostBecause, this.#index);
  }

  /** True while messages can be sent. */
  get usable(): boolean {
    return this.session !== undefined && this.lostBecause === undefined && this.#interruptedReason === undefined;
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
