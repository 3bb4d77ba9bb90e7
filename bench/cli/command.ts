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
  /** Positional arguments, at most as many as the command declares. */
  readonly words: readonly string[];
  /** Usage problems found so far. The command adds its own and throws all of them as one `UsageError`. */
  readonly problems: string[];
}

export interface Argument {
  readonly name: string;
  readonly help?: string;
  readonly optional?: true;
}

/** Definition of a command: name, flags, help and code. */
interface Definition<Table extends Flags> {
  readonly name: string;
  readonly description: string;
  readonly arguments?: readonly Argument[];
  readonly flags: Table;
  /** Examples for help. */
  readonly examples?: readonly (readonly [purpose: string, command: string])[];
  /** Text below the flags in help. */
  readonly notes?: (width: number) => string;
  /** True if help lists the exit codes. */
  readonly listsExitCodes?: true;
  /** True if the first signal ends the command in order, as one that measures or serves needs. Other commands are killed by it. */
  readonly graceful?: true;
  readonly run: (values: Values<Table>, invocation: Invocation) => Promise<ExitCode>;
}

export interface Command extends Omit<Definition<Flags>, 'run'> {
  /** @param given flags by name */
  readonly run: (given: Readonly<Record<string, Given>>, invocation: Invocation) => Promise<ExitCode>;
}

/** Makes a command from its definition; its flags are read before `run` is called. */
export function defineCommand<Table extends Flags>({ run, ...definition }: Definition<Table>): Command {
  return {
    ...definition,
    run: (given, invocation) => run(readFlags(definition.flags, given, invocation.problems), invocation),
  };
}
