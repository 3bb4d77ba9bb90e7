import type { WorkerAnswer } from '../protocol.ts';

/** Functions of the page that the run calls by DevTools. */
export interface PageInterface {
  /** Sets the clock. @param zeroNs reading of `process.hrtime.bigint` at which `performance.now()` was 0, in digits */
  begin(zeroNs: string): void;
  /** Follows an order, and resolves with its answer, or with the reason why it failed. Both are JSON texts. */
  ask(order: string): Promise<string>;
}

/** Answer of the page to an order. */
export type PageAnswer = WorkerAnswer | { readonly answer: 'failed'; readonly reason: string };
