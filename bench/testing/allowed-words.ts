/** Word that looks like a transport's or a kind's id and is none; the list may only shrink. */
export interface AllowedWord {
  readonly file: string;
  readonly word: string;
  readonly reason: string;
}

const ADDRESS = 'name of a figure, part of an address of the page that stays as it is';

export const ALLOWED_WORDS: readonly AllowedWord[] = [
  { file: 'reports/page/document/page.tsx', word: 'load', reason: ADDRESS },
  { file: 'reports/page/document/page.tsx', word: 'idle', reason: ADDRESS },
];
