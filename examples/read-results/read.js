// Prints p50 and p99 of every case in milliseconds: node read.js results.json
import { readFileSync } from 'node:fs';

const median = (values) => values.toSorted((a, b) => a - b)[(values.length - 1) >> 1];
const inMs = (seconds) => (seconds === undefined ? '-' : (seconds * 1e3).toFixed(3));
for (const { id, trials } of JSON.parse(readFileSync(process.argv[2], 'utf8')).cases) {
  const valid = trials.filter(({ state }) => state === 'valid');
  const figure = (name) => inMs(median(valid.flatMap(({ latency }) => latency.summary?.response[name] ?? [])));
  console.log(id, figure('p50'), figure('p99'));
}
