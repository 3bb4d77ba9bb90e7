import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { whyNotStarted } from './programs.ts';

/** Step of setting something up: a line of shell. */
export interface Step {
  /** Name that a failure is reported under. */
  readonly name: string;
  readonly command: string;
  /** Consequence of leaving an optional step out. Absent: the step is required. */
  readonly without?: string;
}

/** Optional step that failed. */
export interface LeftOut {
  readonly name: string;
  readonly error: string;
  readonly consequence: string;
}

/** Ends the fields of a report; the shell writes a step's number and error between them. */
const END = '\u0000';

/**
 * Executes steps in one shell, in order. Returns the optional ones that failed; throws with the name and error of the first
 * required one that failed.
 *
 * @param prefix command prefix of the shell
 */
export async function runSteps(prefix: readonly string[], steps: readonly Step[]): Promise<LeftOut[]> {
  const lines = steps.map(
    ({ command, without }, at) =>
      `said=$( { ${command}; } 2>&1 ) || { printf '${at}:%s\\000' "$said"; ${without === undefined ? 'exit 0' : ':'}; }`,
  );
  const [program, ...args] = [...prefix, 'sh', '-c', lines.join('\n')];
  const { stdout } = await promisify(execFile)(program!, args).catch(
    (error: NodeJS.ErrnoException & { stderr?: string }) => {
      throw new Error(error.stderr?.trim() || whyNotStarted(error));
    },
  );
  return stdout
    .split(END)
    .slice(0, -1)
    .map((report) => {
      const { name, without } = steps[Number.parseInt(report, 10)]!;
      const error = report.slice(report.indexOf(':') + 1).trim();
      if (without === undefined) throw new Error(`${name} failed: ${error}`);
      return { name, error, consequence: without };
    });
}
