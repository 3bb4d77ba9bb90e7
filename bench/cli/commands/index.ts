import type { Command } from '../command.ts';

/** Loaders of all commands, in the order of `--help`. */
export const COMMANDS = {
  run: async () => (await import('./run.ts')).command,
  report: async () => (await import('./report.ts')).command,
  compare: async () => (await import('./compare.ts')).command,
  choose: async () => (await import('./choose.ts')).command,
  serve: async () => (await import('./serve.ts')).command,
  agent: async () => (await import('../agents/command.ts')).command,
  capture: async () => (await import('./capture.ts')).command,
  lab: async () => (await import('./lab.ts')).command,
  list: async () => (await import('./list.ts')).command,
  verify: async () => (await import('./verify.ts')).command,
  doctor: async () => (await import('./doctor.ts')).command,
  wire: async () => (await import('./wire.ts')).command,
  aa: async () => (await import('./aa.ts')).command,
  micro: async () => (await import('./micro.ts')).command,
  crosscheck: async () => (await import('./crosscheck.ts')).command,
  ceiling: async () => (await import('./ceiling.ts')).command,
} as const satisfies Readonly<Record<string, () => Promise<Command>>>;

export type CommandName = keyof typeof COMMANDS;

export const isCommandName = (name: string | undefined): name is CommandName =>
  name !== undefined && Object.hasOwn(COMMANDS, name);

/** Loads the command that the first argument names, or all commands if it names none: help and suggestions need all. */
export async function loadCommands([first]: readonly string[]): Promise<readonly Command[]> {
  const loaders = isCommandName(first) ? [COMMANDS[first]] : Object.values(COMMANDS);
  return await Promise.all(loaders.map((load) => load()));
}
