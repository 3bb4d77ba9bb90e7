/** Word that looks like a transport's or a kind's id and is none; the list may only shrink. */
export interface AllowedWord {
  readonly file: string;
  readonly word: string;
  readonly reason: string;
}

export const ALLOWED_WORDS: readonly AllowedWord[] = [];
