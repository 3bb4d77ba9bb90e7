// Runs a program of this project in the runtime that it pins: `node pinned.js FILE ARGUMENTS`. npm scripts find that runtime as
// `node` after an install; this also finds it where the install ran no scripts (`npm ci --ignore-scripts`).
import { pathToFileURL } from 'node:url';
import { runPinned } from './runtime.js';

const [file = '', ...args] = process.argv.slice(2);
await runPinned(pathToFileURL(file), args);
