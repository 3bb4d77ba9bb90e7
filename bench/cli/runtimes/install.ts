/**
 * Installs the runtimes of servers besides Node for this machine: `npm run runtimes`. They are pinned in runtimes/package-lock.json, lie
 * in runtimes/node_modules, and run no scripts of their own. Does nothing where they are installed already.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../error-text.ts';
import { isExecutable } from '../../run/machine/programs.ts';
import {
  installedPath,
  OTHER_RUNTIMES,
  OTHERS,
  type OtherRuntime,
  packageOf,
  RUNTIMES_FOLDER,
  versionOf,
} from '../../run/runtimes/find.ts';

const BYTES_PER_MB = 1e6;

const pins: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(RUNTIMES_FOLDER, 'package.json'), 'utf8'),
).optionalDependencies;

/** Version of what is installed; the reason if it does not start, undefined if there is nothing. */
function installed(name: OtherRuntime): ReturnType<typeof versionOf> | undefined {
  const path = installedPath(name);
  return path !== undefined && isExecutable(path) ? versionOf(path) : undefined;
}

/** True if the pinned version is installed. */
const isThere = (name: OtherRuntime): boolean => {
  const found = installed(name);
  return found !== undefined && 'version' in found && found.version === pins[packageOf(name) ?? ''];
};

/** Runs the npm that this was started with, or the one on the search path. */
function npm(args: readonly string[]): boolean {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const [program, ...before] = script !== undefined && node !== undefined ? [node, script] : ['npm'];
  const { status, error } = spawnSync(program!, [...before, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32' && script === undefined,
  });
  if (error !== undefined) process.stderr.write(`npm could not be started: ${errorText(error)}\n`);
  return status === 0;
}

const wanted = OTHERS.filter((name) => packageOf(name) !== undefined);
const missing = wanted.filter((name) => !isThere(name));
if (missing.length > 0) {
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--include=optional'];
  if (!npm(['ci', '--prefix', RUNTIMES_FOLDER, ...quiet])) {
    process.stderr.write('npm could not install the runtimes; what it says is above\n');
    process.exitCode = 1;
  }
}
for (const name of OTHERS) {
  const { title } = OTHER_RUNTIMES[name];
  const path = installedPath(name);
  const found = installed(name);
  if (path === undefined) {
    process.stdout.write(`${title}: npm has none for ${process.platform} ${process.arch}\n`);
  } else if (found === undefined || 'failed' in found) {
    process.stderr.write(
      `${title}: ${found === undefined ? 'not installed' : `${path} does not start: ${found.failed}`}\n`,
    );
    process.exitCode = 1;
  } else {
    const size = Math.round(statSync(path).size / BYTES_PER_MB);
    const how = missing.includes(name) ? 'installed' : 'was installed already';
    process.stdout.write(`${title} ${found.version}, ${size} MB, ${how}\n`);
  }
}
