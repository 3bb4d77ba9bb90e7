/** Longest time that work keeps the page from painting and from answering its reader. */
const MAX_SLICE_MS = 30;

/** Waits if the page is due a turn, after reporting the progress. @throws when the work was aborted */
export type YieldToMain = (progress: () => string) => Promise<void>;

/** Divides long work into slices: the work calls the returned function often, and between slices the page paints and answers. */
export function yieldingToMain(report: (progress: string) => void, signal: AbortSignal): YieldToMain {
  let until = performance.now() + MAX_SLICE_MS;
  return async (progress) => {
    if (performance.now() < until) return;
    report(progress());
    await new Promise((proceed) => setTimeout(proceed));
    signal.throwIfAborted();
    until = performance.now() + MAX_SLICE_MS;
  };
}

/** Resolves when the last changes of the page are on the screen. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    // A hidden page draws no frames.
    const hidden = setTimeout(resolve, 200);
    requestAnimationFrame(() => {
      clearTimeout(hidden);
      setTimeout(resolve);
    });
  });
