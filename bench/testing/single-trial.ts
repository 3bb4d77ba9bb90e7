import { loopback } from '../run/link.ts';
import type { TrialSettings } from '../run/trial.ts';

/** Settings for a trial outside of any run: one load process on the loopback, no warm-up, unless `changes` say otherwise. */
export function singleTrial(changes: Partial<TrialSettings> = {}): TrialSettings {
  return {
    block: 0,
    order: 0,
    seed: 1,
    warmupSeconds: 0,
    objective: { percentile: 99, seconds: 0.05 },
    workers: 1,
    pinning: undefined,
    link: loopback(),
    sources: [],
    security: { server: {}, client: {} },
    signal: new AbortController().signal,
    ...changes,
  };
}
