import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Beginning of the name of a profile folder, before the id of the process that made it. */
const PREFIX = 'wirebench-browser-';
const NAME = new RegExp(`^${PREFIX}(\\d+)-`);

/** Makes a fresh profile folder. Its name has the id of this process, so that a later run can tell whether it is still used. */
export function makeProfile(): string {
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** Removes a profile. A process that has just been killed may still hold a file in it. */
export function removeProfile(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** Removes profiles whose makers have ended. One is left behind only if the browser's guard was killed together with its maker. */
export function removeStaleProfiles(isAlive: (pid: number) => boolean = isRunning, folder = tmpdir()): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = NAME.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) removeProfile(join(folder, name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
