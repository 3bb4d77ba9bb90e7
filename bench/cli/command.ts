import type { Given } from '../plan/readers.ts';
import type { ExitCode } from './exit.ts';
import { type Flags, readFlags, type Values } from './flags.ts';
import type { Io } from './io.ts';

/** Surroundings of a command: where it reads and writes, and the signal that ends it. */
export interface Context {
  readonly io: Io;
  readonly interrupted: AbortSignal;
}

/** One call of a command. */
export interface Invocation extends Context {
  /** Words that are no flags, at most as many as the command declares. */
  readonly words: readonly string[];
  /** Problems found so far. The command adds its own, and throws all of them as one `UsageError`. */
  readonly problems: string[];
}

export interface Argument {
  readonly name: string;
  readonly help?: string;
  readonly optional?: true;
}

/** Definition of a command: its name, its flags, its help, and its code. */
interface Definition<Table extends Flags> {
  readonly name: string;
  readonly description: string;
  readonly arguments?: readonly Argument[];
  readonly flags: Table;
  /** Purposes and command lines of examples. */
  readonly examples?: readonly (readonly [purpose: string, command: string])[];
  /** Text below the flags in help. */
  readonly notes?: (width: number) => string;
  /** Help lists the exit codes. */
  readonly listsExitCodes?: true;
  /** Ends in order at the first signal: it measures or serves. Other commands end at once, as the system does it. */
  readonly graceful?: true;
  readonly run: (values: Values<Table>, invocation: Invocation) => Promise<ExitCode>;
}

export interface Command extends Omit<Definition<Flags>, 'run'> {
  /** @param given flags by name */
  readonly run: (given: Readonly<Record<string, Given>>, invocation: Invocation) => Promise<ExitCode>;
}

/** Makes a command from its definition: flags are read by their table before the command runs. */
export function defineCommand<Table extends Flags>({ run, ...definition }: Definition<Table>): Command {
  return {
    ...definition,
    run: (given, invocation) => run(readFlags(definition.flags, given, invocation.problems), invocation),
  };
}
