/** Keys that a test presses. */
export type Key = 'Tab' | 'Enter' | 'Space' | 'ArrowRight' | 'ArrowDown';

/** Browser other than Chromium, with one tab. */
export interface OtherBrowser extends AsyncDisposable {
  /** Name and version, as the browser says them. */
  readonly version: string;
  /** Opens a file and resolves once it is loaded. */
  open(file: string): Promise<void>;
  /** Resolves with the value of an expression in the page, which JSON can hold. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Presses and releases a key where the focus is. */
  press(key: Key): Promise<void>;
  /** Chooses a file in the element that has the focus, as the dialog does that it opens. */
  chooseFile(path: string): Promise<void>;
  /** Resolves with the warnings and errors of the page that is open, those of its scripts included. */
  complaints(): Promise<readonly string[]>;
}
