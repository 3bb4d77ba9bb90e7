/**
 * Time after which a wait of a test counts as a hang. It only ends a test that would never end: on a machine with other work, what
 * takes a moment may take long. A test's own time-out is longer, so that the wait says what did not come.
 */
export const PATIENCE_SECONDS = 60;
export const PATIENCE_MS = PATIENCE_SECONDS * 1e3;

/** Waits of vitest's `vi.waitFor` and `vi.waitUntil`, which ask again soon. */
export const PATIENT = { timeout: PATIENCE_MS, interval: 10 } as const;
