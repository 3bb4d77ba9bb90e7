/** Exit codes of all commands. */
export const EXIT = {
  done: 0,
  internal: 1,
  usage: 2,
  threshold: 10,
  regression: 11,
  inconclusive: 12,
  invalid: 13,
  failed: 14,
  unfit: 15,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Meaning of each exit code, as `--help` lists them. */
export const EXIT_TEXTS: Readonly<Record<ExitCode, string>> = {
  0: 'success: measurements valid, thresholds met',
  1: 'internal error, or a run’s files could not be written',
  2: 'wrong usage: nothing was started',
  10: 'a threshold was missed',
  11: 'a regression against the base run (compare)',
  12: 'inconclusive (compare --fail-on inconclusive)',
  13: 'not valid: the run is invalid or has a case without a valid trial, a threshold or a comparison could not be tested, or a check of the instrument failed',
  14: 'a transport failed or lost messages',
  15: 'the machine is not fit to measure on (doctor --strict)',
  130: 'interrupted, with partial results saved; or declined at the prompt',
};

/** Exit codes, gravest first: a code that casts doubt on the numbers precedes one about what they say. */
export const PRECEDENCE: readonly ExitCode[] = [
  EXIT.interrupted,
  EXIT.internal,
  EXIT.usage,
  EXIT.failed,
  EXIT.invalid,
  EXIT.regression,
  EXIT.threshold,
  EXIT.inconclusive,
  EXIT.unfit,
];

/** The gravest of several exit codes. */
export const gravest = (codes: readonly ExitCode[]): ExitCode =>
  PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.done;

/** Refusal of a command line; its message names every problem and its fix. Exit code 2. */
export class UsageError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? problems[0] : problems.map((problem) => `- ${problem}`).join('\n'));
  }
}

/** Throws a `UsageError` if there are problems. */
export function refuseIf(problems: readonly string[]): void {
  if (problems.length > 0) throw new UsageError(problems);
}
