/** Meeting point of items that begin together. It opens once all that are expected have come. */
export class Gathering {
  readonly #open = Promise.withResolvers<void>();
  #missing = 0;
  #isComplete = false;

  /** Expects one more. Returns how it comes, which counts once. */
  expect(): () => Promise<void> {
    this.#missing++;
    let hasCome = false;
    return () => {
      if (!hasCome) this.#missing--;
      hasCome = true;
      this.#look();
      return this.#open.promise;
    };
  }

  /** Learns that nobody else is to be expected. */
  complete(): void {
    this.#isComplete = true;
    this.#look();
  }

  #look(): void {
    if (this.#isComplete && this.#missing === 0) this.#open.resolve();
  }
}
