/**
 * What one session has yet to receive, with a replay cursor: a reader says up to where it has read, and gets the rest. A
 * message stays until a later cursor covers it, so an answer lost on the way is not a message lost.
 */
export class Mailbox<Entry extends { readonly length: number } = string> {
  /** Number of the last message a reader has covered. */
  #covered = 0;
  #messages: Entry[] = [];
  /** Characters or bytes that wait to be read. */
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

  /** Forgets what the cursor covers and returns what comes after it, oldest first, with the cursor that covers it all. */
  read(cursor: number): { cursor: number; messages: readonly Entry[] } {
    const read = Math.min(Math.max(cursor - this.#covered, 0), this.#messages.length);
    if (read > 0) for (const { length } of this.#messages.splice(0, read)) this.#waiting -= length;
    this.#covered += read;
    return { cursor: this.#covered + this.#messages.length, messages: this.#messages };
  }

  /** Calls `wake` at every message from now on, until another reader takes its place or it is undefined. */
  notify(wake: (() => void) | undefined): void {
    this.#wake = wake;
  }
}
