import { spawnSync } from 'node:child_process';
import { devNull } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '../../results/command.ts';
import type { Runtime } from '../../results/values.ts';
import { isExecutable } from '../machine/programs.ts';
import { COMPILED_CODE } from '../variables.ts';

/** Runtimes besides the one that runs the project. */
export type OtherRuntime = Exclude<Runtime, 'node'>;

interface RuntimeText {
  readonly title: string;
  /** Its program on the search path. */
  readonly program: string;
  /** Programs inside the packages of npm that carry it, by platform and architecture. */
  readonly packages: Readonly<Record<string, string>>;
  /** Arguments before a file, so that nothing in the working folder or on the network changes what runs. */
  readonly args: readonly string[];
  /** Variables with the same purpose, and places for what it compiles. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Runtimes of servers besides Node, in the order of every list. */
export const OTHER_RUNTIMES: Readonly<Record<OtherRuntime, RuntimeText>> = {
  bun: {
    title: 'Bun',
    program: 'bun',
    packages: {
      'linux-x64': '@oven/bun-linux-x64/bin/bun',
      'linux-arm64': '@oven/bun-linux-aarch64/bin/bun',
      'darwin-x64': '@oven/bun-darwin-x64/bin/bun',
      'darwin-arm64': '@oven/bun-darwin-aarch64/bin/bun',
      'win32-x64': '@oven/bun-windows-x64/bin/bun.exe',
    },
    args: ['--no-env-file', `--config=${devNull}`, '--no-install'],
    variables: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: join(COMPILED_CODE, 'bun'), DO_NOT_TRACK: '1' },
  },
  deno: {
    title: 'Deno',
    program: 'deno',
    packages: {
      'linux-x64': '@deno/linux-x64-glibc/deno',
      'linux-arm64': '@deno/linux-arm64-glibc/deno',
      'darwin-x64': '@deno/darwin-x64/deno',
      'darwin-arm64': '@deno/darwin-arm64/deno',
      'win32-x64': '@deno/win32-x64/deno.exe',
    },
    args: [
      ...['run', '--allow-all', '--no-prompt', '--no-config', '--no-lock'],
      ...['--node-modules-dir=manual', '--no-remote'],
    ],
    variables: { DENO_DIR: join(COMPILED_CODE, 'deno'), DENO_NO_UPDATE_CHECK: '1' },
  },
};

/** Names of all of them. */
export const OTHERS = Object.keys(OTHER_RUNTIMES).filter((name): name is OtherRuntime => name in OTHER_RUNTIMES);

/** Folder into which `npm run runtimes` installs; its package-lock.json pins what. */
export const RUNTIMES_FOLDER = fileURLToPath(new URL('../../../runtimes/', import.meta.url));

/** Command that installs all of them. */
export const INSTALL = command('npm run runtimes');

/** Runtime that can be started, or the reason why there is none, with the way to get one. */
export type FoundRuntime =
  /** Installed: by `npm run runtimes`; otherwise it is the machine's own, on the search path. */
  { readonly path: string; readonly installed: boolean } | { readonly missing: string };

/** Place of a runtime in words: an installed one is deep in the folder of the checkout. */
export const placeOf = ({ path, installed }: { readonly path: string; readonly installed: boolean }): string =>
  installed ? 'in the folder runtimes' : path;

/** Package of npm that carries a runtime for this machine; undefined if there is none. */
export function packageOf(name: OtherRuntime): string | undefined {
  return OTHER_RUNTIMES[name].packages[`${process.platform}-${process.arch}`]?.split('/').slice(0, 2).join('/');
}

/** Path of the program that `npm run runtimes` installs here; undefined if there is none for this machine. */
export function installedPath(name: OtherRuntime): string | undefined {
  const inside = OTHER_RUNTIMES[name].packages[`${process.platform}-${process.arch}`];
  return inside === undefined ? undefined : join(RUNTIMES_FOLDER, 'node_modules', inside);
}

/** Looks for a runtime: the one that `npm run runtimes` has installed, whose version is pinned, or the first on the search path. */
export function findRuntime(
  name: OtherRuntime,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  isThere: (path: string) => boolean = isExecutable,
): FoundRuntime {
  const { title, program } = OTHER_RUNTIMES[name];
  const installed = installedPath(name);
  if (installed !== undefined && isThere(installed)) return { path: installed, installed: true };
  const file = process.platform === 'win32' ? `${program}.exe` : program;
  const folders = (environment.PATH ?? '').split(delimiter).filter(isAbsolute);
  const path = folders.map((folder) => join(folder, file)).find(isThere);
  if (path !== undefined) return { path, installed: false };
  const how = installed === undefined ? 'install it from its own pages' : INSTALL;
  return { missing: `${title} is not installed (${how})` };
}

const VERSION_MS = 20_000;

/** Version of a runtime's program: `1.4.5`; or the reason why it does not start here. */
export function versionOf(path: string): { readonly version: string } | { readonly failed: string } {
  const { status, stdout, error, signal } = spawnSync(path, ['--version'], {
    encoding: 'utf8',
    timeout: VERSION_MS,
    env: { PATH: process.env.PATH },
  });
  const [version] = /\d+\.\d+\.\d+\S*/.exec(stdout ?? '') ?? [];
  if (version !== undefined && status === 0) return { version };
  return { failed: error?.message ?? (signal === null ? `it ended with code ${status}` : `it was ended by ${signal}`) };
}

/** Program that runs a file of ours, and the variables that it needs besides. */
export interface Program {
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** Runtime of a run's servers that can be started. */
export interface UsableRuntime extends Program {
  readonly name: OtherRuntime;
  readonly title: string;
  readonly version: string;
  readonly path: string;
  readonly installed: boolean;
}

/** Finds runtimes and asks each for its version. Those that cannot be started are problems, each with its remedy. */
export function usableRuntimes(
  names: readonly OtherRuntime[],
  environment?: Readonly<Record<string, string | undefined>>,
): { readonly runtimes: readonly UsableRuntime[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const runtimes = names.flatMap((name): UsableRuntime[] => {
    const found = findRuntime(name, environment);
    if ('missing' in found) {
      problems.push(`--runtime ${name}: ${found.missing}`);
      return [];
    }
    const read = versionOf(found.path);
    if ('failed' in read) {
      problems.push(`--runtime ${name}: ${found.path} does not start: ${read.failed}; ${INSTALL} installs another`);
      return [];
    }
    const { title, args, variables } = OTHER_RUNTIMES[name];
    return [{ name, title, ...found, ...read, command: [found.path, ...args], variables }];
  });
  return { runtimes, problems };
}
