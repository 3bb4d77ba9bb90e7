// The runtime that this project pins. Plain JavaScript, because the machine's own Node.js runs it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Package of the pinned runtime for this machine. */
export const runtimePackage = `node-${{ win32: 'win' }[process.platform] ?? process.platform}-${process.arch}`;

/** Path of the pinned runtime's program; undefined where there is none for this machine. */
export function pinnedRuntime() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${runtimePackage}/package.json`);
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
    return join(dirname(manifest), bin.node);
  } catch {
    return undefined;
  }
}
