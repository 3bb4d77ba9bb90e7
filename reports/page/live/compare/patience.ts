/** So long at most is the page kept from its reader. */
const SLICE_MS = 30;

export type Patience = {
  /** To be called often: waits where it is the page's turn, and says then what is going on. @throws once it is not wanted */
  readonly turn: (what: () => string) => Promise<void>;
};

/** Long work done in slices: between them the page paints, scrolls and answers. */
export function patiently(say: (text: string) => void, signal: AbortSignal): Patience {
  let until = performance.now() + SLICE_MS;
  return {
    async turn(what) {
      if (performance.now() < until) return;
      say(what());
      await new Promise((proceed) => setTimeout(proceed));
      signal.throwIfAborted();
      until = performance.now() + SLICE_MS;
    },
  };
}

/** Resolves when what was said is on the screen. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    // No frame is drawn of a page that nobody sees.
    const late = setTimeout(resolve, 200);
    requestAnimationFrame(() => {
      clearTimeout(late);
      setTimeout(resolve);
    });
  });
