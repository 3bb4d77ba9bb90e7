/**
 * Runs one of the suites in bench/testing/kinds.ts; the npm scripts call it by their names.
 *
 * Usage: test.ts SUITE [TRANSPORT] [ARGUMENTS OF VITEST]; TRANSPORT belongs to the suite test:transport alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { aloneIn, type KindName, SUITES, type SuiteName, TEST_KINDS } from '../bench/testing/kinds.ts';
import { NEEDS, whyUnmet } from '../bench/testing/needs.ts';
import { transports } from '../bench/transports/index.ts';

const [name = '', ...given] = process.argv.slice(2);
if (!isSuite(name)) throw new Error(`no suite is called "${name}": ${Object.keys(SUITES).join(', ')}`);
const { kinds, files = [], variants } = SUITES[name];
const only = name === 'test:transport' ? given.shift() : undefined;
if (name === 'test:transport' && !transports.some(({ id }) => id === only)) {
  process.stderr.write(
    `usage: npm run test:transport -- TRANSPORT, one of ${transports.map(({ id }) => id).join(', ')}\n`,
  );
  process.exit(2);
}
await announceUnmet(kinds);

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const mode = given.includes('--watch') ? [] : ['run'];
// A file may have no test of this transport.
const quiet = only === undefined ? [] : ['--passWithNoTests'];
const parts = kinds.flatMap((kind) => (TEST_KINDS[kind].alone === undefined ? [kind] : [kind, aloneIn(kind)]));
const projects = parts.flatMap((part) => ['--project', part]);
const child = spawn(process.execPath, [vitest, ...mode, ...projects, ...files, ...quiet, ...given], {
  stdio: 'inherit',
  env: {
    ...process.env,
    ...(kinds.includes('soak') ? { WIREBENCH_SOAK: '1' } : {}),
    ...(variants ? {} : { WIREBENCH_VARIANTS: 'none' }),
    ...(only === undefined ? {} : { WIREBENCH_ONLY: only }),
  },
});
// Ctrl-C reaches vitest too, which ends what it started; this process waits for it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [code] = await once(child, 'exit');
process.exitCode = code ?? 1;

function isSuite(text: string): text is SuiteName {
  return Object.hasOwn(SUITES, text);
}

/** Prints the unmet needs of these kinds of test and the commands that meet them; their tests count as unavailable. */
async function announceUnmet(of: readonly KindName[]): Promise<void> {
  for (const need of new Set(of.flatMap((kind) => [...TEST_KINDS[kind].needs, ...TEST_KINDS[kind].someNeed]))) {
    const why = await whyUnmet(need);
    if (why !== undefined) process.stderr.write(`Unavailable: ${NEEDS[need].use}: ${why}\n`);
  }
}
