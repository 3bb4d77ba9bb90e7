/** Texts about a rule for valid trials, and what may be done about a trial that breaks it. */
export interface RuleText {
  /** Name of the condition, which begins each reason. */
  readonly name: string;
  /** One or two words for a trial that broke it, where its reason has been given before. */
  readonly word: string;
  /**
   * True if a disturbance of the machine or of the load generator breaks it and nothing that a transport does, so that a trial which
   * broke no other rule may be run again. A rule about deliveries never is: to repeat what a transport lost would hide it.
   */
  readonly rerun: boolean;
}

/** Rules for valid trials, by id: `bench` applies them, `reports` explains them. */
export const RULES = {
  'cores-not-shared': { name: 'cores not shared', word: 'core shared', rerun: true },
  'cores-not-waited-for': { name: 'no wait for a core', word: 'waited for a core', rerun: true },
  'agents-held': { name: 'agents held', word: 'agent lost', rerun: false },
  'accounting-closes': { name: 'accounting closes', word: 'accounting', rerun: false },
  'clock-is-sane': { name: 'clock is sane', word: 'clock', rerun: false },
  'clock-is-fine': { name: 'clock fine enough', word: 'coarse clock', rerun: false },
  'schedule-kept': { name: 'schedule kept', word: 'sent late', rerun: true },
  'generator-not-saturated': { name: 'generator not saturated', word: 'generator busy', rerun: true },
  'something-measured': { name: 'something measured', word: 'nothing arrived', rerun: false },
  'nothing-lost': { name: 'nothing lost', word: 'lost messages', rerun: false },
  'nothing-foreign': { name: 'nothing foreign', word: 'stray messages', rerun: false },
  'sessions-held': { name: 'sessions held', word: 'sessions dropped', rerun: false },
  'network-kept': { name: 'network kept', word: 'network late', rerun: true },
  'not-throttled': { name: 'CPU quota not used up', word: 'throttled', rerun: true },
  'only-run': { name: 'the only run', word: 'another run', rerun: true },
} as const satisfies Readonly<Record<string, RuleText>>;

export type RuleId = keyof typeof RULES;

/** Texts about a rule by its id; undefined for one of a later version. */
export const ruleOf = (id: string): RuleText | undefined => Object.entries(RULES).find(([known]) => known === id)?.[1];

/** Maximum share of a plan's trials that may be run again. */
export const MAX_RERUN_SHARE = 0.1;

/** Longest delay between due time and sending at which a message counts as sent on time. */
export const ON_TIME_SECONDS = 0.005;
/** Smallest share of messages that must leave on time. */
export const MIN_ON_TIME_SHARE = 0.99;
/** True if enough of the messages left on time. One may be late: of fewer than a hundred it is more than the share allows. */
export const isScheduleKept = (onTime: number, due: number): boolean =>
  due - onTime <= Math.max(1, due * (1 - MIN_ON_TIME_SHARE));
/** Fewest times that the error of two hosts' clocks must fit into a median between them for it to be shown. */
export const MIN_BOUNDS = 10;
/** Fewest ticks of the clock in a median that is shown: with fewer, its rounding is more than the figure's last digit. */
export const MIN_TICKS = 10;
/** Largest share of the window that the busiest load worker may spend working. */
export const MAX_BUSY_SHARE = 0.9;
/** Fewest messages for which the busy share is judged: with fewer, one message's work dominates the window. */
export const MIN_MESSAGES_FOR_BUSY = 100;
/** Largest 99th percentile of the event-loop delay of a load worker. */
export const MAX_LOOP_DELAY_SECONDS = 0.05;

/** Largest share of a core that programs other than the run's may take in the measured window. */
export const MAX_OTHERS_SHARE = 0.05;
/** Shortest time of others that is judged: the kernel shows the times of a core in hundredths of a second. */
export const MIN_OTHERS_SECONDS = 0.03;
/** Largest share of the window in which a thread of the trial may wait for a core that others have. */
export const MAX_WAIT_SHARE = 0.03;

/** Largest 99th percentile of how late the relay may send packets on: the tolerance of a network's own p99. */
export const MAX_RELAY_LAG_SECONDS = 0.003;

/** Fewest samples beyond a percentile for it to be shown. */
export const SAMPLES_BEYOND = 10;
/** Fewest valid trials of each case for a verdict: intervals of fewer look fine but have poor coverage. */
export const MIN_TRIALS = 6;
