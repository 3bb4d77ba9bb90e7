#!/usr/bin/env node
// The command `wirebench`: runs the command line in the runtime that this project pins, so that every machine measures the
// same. Plain JavaScript, because the machine's own Node.js runs it.
import { runPinned } from './runtime.js';

await runPinned(new URL('bench/cli.ts', import.meta.url), process.argv.slice(2));
