/** Names of the rules for valid trials, by id: `bench` applies them, `reports` explains them. */
export const RULES = {
  'accounting-closes': 'accounting closes',
  'clock-is-sane': 'clock is sane',
  'schedule-kept': 'schedule kept',
  'generator-not-saturated': 'generator not saturated',
  'something-measured': 'something measured',
  'nothing-lost': 'nothing lost',
  'nothing-foreign': 'nothing foreign',
  'sessions-held': 'sessions held',
} as const;

export type RuleId = keyof typeof RULES;

/** Longest delay between due time and sending at which a message counts as sent on time. */
export const ON_TIME_SECONDS = 0.005;
/** Smallest share of messages that must leave on time. */
export const MIN_ON_TIME_SHARE = 0.99;
/** Largest share of the window that the busiest load worker may spend working. */
export const MAX_BUSY_SHARE = 0.9;
/** Fewest messages for which the busy share is judged: with fewer, one message's work dominates the window. */
export const MIN_MESSAGES_FOR_BUSY = 100;
/** Largest 99th percentile of the event-loop delay of a load worker. */
export const MAX_LOOP_DELAY_SECONDS = 0.05;

/** Fewest samples beyond a percentile for it to be shown. */
export const SAMPLES_BEYOND = 10;
/** Fewest valid trials of each case for a verdict: intervals of fewer look fine but have poor coverage. */
export const MIN_TRIALS = 6;
