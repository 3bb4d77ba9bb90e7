/** What a command's end means to the shell. Documented in `--help` and the README. */
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

/** Gravest first: what spoils the numbers comes before what they say. */
const PRECEDENCE: readonly ExitCode[] = [
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

/** Where several apply the gravest counts. */
export const gravest = (codes: readonly ExitCode[]): ExitCode =>
  PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.done;

/** The command cannot be carried out as asked; the message names every problem and its fix. Exit code 2. */
export class UsageError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? problems[0] : problems.map((problem) => `- ${problem}`).join('\n'));
  }
}
