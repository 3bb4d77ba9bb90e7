#!/usr/bin/env node
// The command `wirebench`: runs the command line in the runtime that this project pins, so that every machine measures the
// same. Plain JavaScript, because the machine's own Node.js runs it.
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pinnedRuntime, runtimePackage } from './runtime.js';

const program = new URL('bench/cli.ts', import.meta.url);
const runtime = pinnedRuntime();

if (runtime !== undefined && realpathSync(runtime) !== realpathSync(process.execPath)) {
  const child = spawn(runtime, [fileURLToPath(program), ...process.argv.slice(2)], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // The command decides how it ends. From a terminal a signal reaches it twice, which it takes for one.
  for (const signal of signals) process.on(signal, () => child.kill(signal));
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
} else if (runtime !== undefined || Number.parseInt(process.versions.node, 10) >= 24) {
  await import(program.href);
} else {
  process.stderr.write(`${runtimePackage} is not installed: run \`npm ci\`, or use Node.js 24\n`);
  process.exitCode = 1;
}
