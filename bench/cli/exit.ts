/** What a command's end means to the shell. Documented in `--help` and the README. */
export const EXIT = {
  done: 0,
  internal: 1,
  usage: 2,
  invalid: 13,
  failed: 14,
  unfit: 15,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command cannot be carried out as asked; the message names every problem and its fix. Exit code 2. */
export class UsageError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? problems[0] : problems.map((problem) => `- ${problem}`).join('\n'));
  }
}
