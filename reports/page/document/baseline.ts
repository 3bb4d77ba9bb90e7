/** Oldest browsers that show a report and run its script: those of November 2023. The page's script is lowered to their syntax. */
export const BASELINE = { chrome: 119, firefox: 120, safari: 17.1 } as const;

export type BaselineBrowser = keyof typeof BASELINE;

/** Names of the baseline's browsers as the bundler's target has them, such as `chrome119`. */
export const bundleTargets = (): string[] => Object.entries(BASELINE).map(([browser, version]) => browser + version);
