import { listing } from '../../reports/terminal/listing.ts';
import { wrapLines } from '../../reports/terminal/text.ts';
import { approximately } from './eta.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { toggle } from './flags.ts';
import type { Io } from './io.ts';

/** Flag of every command that measures. */
export const PLAN = toggle('print what would be measured and how long it would take, then stop');

/** Step of a plan, such as a case, a pair or a loop. */
export interface PlannedStep {
  readonly name: string;
  readonly seconds: number;
}

interface PlanOutput {
  readonly command: string;
  /** Text above the list of steps. */
  readonly text: string;
  readonly steps: readonly PlannedStep[];
  /** Time of all steps. Absent: their sum. */
  readonly estimatedSeconds?: number;
  /** Settings of the plan, as fields of the JSON document. */
  readonly settings: object;
  readonly json: boolean;
}

/** Readers refuse a major version they do not know; within one, fields are only added. */
const PLAN_SCHEMA = 'wirebench-plan/1';

/** Prints the result of `--plan`: every step with its time. */
export function printPlan({ command, text, steps, settings, json, ...plan }: PlanOutput, io: Io): ExitCode {
  const sum = steps.reduce((total, { seconds }) => total + seconds, 0);
  const estimatedSeconds = milliseconds(plan.estimatedSeconds ?? sum);
  const rounded = steps.map((step) => ({ ...step, seconds: milliseconds(step.seconds) }));
  const document = { schema: PLAN_SCHEMA, command, estimatedSeconds, steps: rounded, ...settings };
  const lines = listing(
    steps.map(({ name, seconds }) => [name, approximately(seconds)]),
    io.width(),
    { minBeside: 8 },
  );
  io.out(json ? `${JSON.stringify(document, null, 2)}\n` : `${wrapLines(text, io.width())}${lines.join('\n')}\n`);
  return EXIT.done;
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1e3) / 1e3;
