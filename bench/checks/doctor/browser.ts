import { errorText } from '../../error-text.ts';
import { Chromium } from '../../run/browser/chromium.ts';
import { findBrowser } from '../../run/browser/find.ts';

/** Browser that `--clients-in chromium` would start, with the time until it answers; or the reason why there is none. */
export type BrowserReading =
  | { readonly path: string; readonly runtime: string; readonly startSeconds: number }
  | { readonly path: string; readonly failed: string }
  | { readonly missing: string };

/** Origin of a page that is never opened. */
const ORIGIN = 'http://127.0.0.1:9';

/** Finds a browser, starts it with a fresh profile, as every trial does, and ends it. */
export async function readBrowser(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<BrowserReading> {
  const found = findBrowser(null, environment);
  if ('missing' in found) return found;
  const { path } = found;
  try {
    const began = performance.now();
    const { PATH, LANG } = environment;
    await using browser = await Chromium.start({ path, origin: ORIGIN, variables: { PATH, LANG } }, signal);
    return { path, runtime: browser.runtime, startSeconds: (performance.now() - began) / 1e3 };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { path, failed: errorText(error) };
  }
}
