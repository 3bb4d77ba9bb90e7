import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { command } from '../../results/command.ts';

/** Packages of Debian, by the program that each is needed for. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['ip', 'iproute2'],
  ['mount', 'mount'],
  ['nsenter', 'util-linux'],
  ['redis-server', 'redis-server'],
  ['sh', 'dash'],
  ['ss', 'iproute2'],
  ['taskset', 'util-linux'],
  ['unshare', 'util-linux'],
]);

/** Command that installs packages of Debian, marked as one. */
export const apt = (packages: string): string => command(`apt-get install ${packages}`);

/** Sentence without its end about programs that are not installed, with the command that installs them. */
export function notInstalled(programs: readonly string[]): string {
  const packages = new Set(programs.flatMap((program) => PACKAGES.get(program) ?? []));
  const install = packages.size === 0 ? '' : ` (${apt([...packages].join(' '))})`;
  return `${programs.join(', ')} ${programs.length === 1 ? 'is' : 'are'} not installed${install}`;
}

/** Reason why a program could not be started: that it is not installed, and how to install it; otherwise the system's own words. */
export function whyNotStarted({ code, path, message }: NodeJS.ErrnoException): string {
  return code === 'ENOENT' && path !== undefined && PACKAGES.has(path) ? notInstalled([path]) : message;
}

/** Programs of these that are in no folder of the search path. */
export const missingPrograms = (programs: readonly string[], path = process.env.PATH): string[] =>
  programs.filter((program) => !isOnPath(program, path));

/** True if a folder of the search path has the program. */
export function isOnPath(program: string, path = process.env.PATH ?? ''): boolean {
  return path.split(delimiter).some((folder) => isExecutable(join(folder, program)));
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
