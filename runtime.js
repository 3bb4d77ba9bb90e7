// The runtime that this project pins. Plain JavaScript, because the machine's own Node.js runs it.
import { spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
// Node.js 20, which may begin the work, has no enableCompileCache.
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Package of the pinned runtime for this machine. */
export const runtimePackage = `node-${{ win32: 'win' }[process.platform] ?? process.platform}-${process.arch}`;

/** Path of the pinned runtime's program; undefined where there is none for this machine. */
export function pinnedRuntime() {
  try {
    const manifest = modules.createRequire(import.meta.url).resolve(`${runtimePackage}/package.json`);
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
    return join(dirname(manifest), bin.node);
  } catch {
    return undefined;
  }
}

/** Folder in which the runtime keeps the code that it has compiled: a program, and the processes it starts, then start in half the time. */
export const compiledCode = fileURLToPath(new URL('node_modules/.cache/wirebench', import.meta.url));

/** Interval of the look at whether the parent process is still there. */
const ORPHAN_MS = 500;

/**
 * Ends the program in order if npm, or the shell between npm and this process, ends: npm passes SIGTERM on to that shell, which
 * passes it on to nobody. Started by a person's shell, a program may outlive it (`nohup`).
 */
function endWithNpm(end) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, ORPHAN_MS);
  timer.unref();
}

/** Runs a program, given by its URL, with arguments: in this process if it is the pinned runtime, otherwise in one of its own. */
export async function runPinned(program, args) {
  const runtime = pinnedRuntime();
  if (runtime !== undefined && realpathSync(runtime) !== realpathSync(process.execPath)) {
    runIn(runtime, program, args);
  } else if (runtime !== undefined || Number.parseInt(process.versions.node, 10) >= 24) {
    process.argv = [process.execPath, fileURLToPath(program), ...args];
    // Not by the variable, which a server of the user's would inherit.
    if (!process.env.NODE_COMPILE_CACHE) modules.enableCompileCache(compiledCode);
    endWithNpm(() => process.kill(process.pid, 'SIGTERM'));
    await import(program.href);
  } else {
    process.stderr.write(`${runtimePackage} is not installed: run \`npm ci\`, or use Node.js 24\n`);
    process.exitCode = 1;
  }
}

function runIn(runtime, program, args) {
  const child = spawn(runtime, [fileURLToPath(program), ...args], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // The program decides how it ends. From a terminal a signal reaches it twice, which it takes for one.
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  endWithNpm(() => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`${runtime} cannot be started: ${error.message}; run \`npm ci\`\n`);
    process.exitCode = 1;
  });
  child.on('close', (code, signal) => {
    if (signal === null) process.exitCode = code;
    else {
      for (const one of signals) process.removeAllListeners(one);
      process.kill(process.pid, signal);
    }
  });
}
