/**
 * Messages that a session has yet to receive, with a replay cursor: a reader says how far it has read, and gets the rest. A message
 * stays until a later cursor covers it, so no message is lost with an answer that is.
 */
export class Mailbox<Entry extends { readonly length: number } = string> {
  /** Number of the last message that a cursor has covered. */
  #covered = 0;
  #messages: Entry[] = [];
  /** Characters or bytes waiting to be read. */
  #waiting = 0;
  #wake: (() => void) | undefined;

  get waiting(): number {
    return this.#waiting;
  }

  append(message: Entry): void {
    this.#messages.push(message);
    this.#waiting += message.length;
    this.#wake?.();
  }

  /** Drops messages that the cursor covers. Returns those after it, oldest first, and the cursor that covers them. */
  read(cursor: number): { cursor: number; messages: readonly Entry[] } {
    const read = Math.min(Math.max(cursor - this.#covered, 0), this.#messages.length);
    if (read > 0) for (const { length } of this.#messages.splice(0, read)) this.#waiting -= length;
    this.#covered += read;
    return { cursor: this.#covered + this.#messages.length, messages: this.#messages };
  }

  /** Calls `wake` at every message from now on, in place of an earlier callback; undefined stops the calls. */
  notify(wake: (() => void) | undefined): void {
    this.#wake = wake;
  }
}
