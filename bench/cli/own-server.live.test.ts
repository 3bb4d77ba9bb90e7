import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Results } from '../results/schema.ts';
import { wirebench } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-exec-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ECHO = `'${process.execPath}' '${fileURLToPath(new URL('../testing/servers/own-echo.ts', import.meta.url))}' HOST PORT`;
const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));
const URL_FLAG = ['--url', 'ws://HOST:PORT/chat?key=se-cret'];
const SHORT = ['--scenarios', 'echo', '--clients', '3', '--rate', '50', '--duration', '0.2', '--warmup', '0'];

let runs = 0;
async function measured(flags: readonly string[]) {
  const out = join(folder, `run-${++runs}`);
  const common = ['run', '--transports', 'ws', '--link', 'loopback', ...SHORT, '--out', out];
  const { code, stdout, stderr } = await wirebench([...common, ...flags]);
  const text = readFileSync(join(out, 'results.json'), 'utf8');
  const results: Results = JSON.parse(text);
  return { code, stdout, stderr, text, results, trials: results.cases.flatMap(({ trials }) => trials) };
}

test('a server of the user’s is measured in every trial, with CPU time and memory, and without secrets', async () => {
  const exec = `API_TOKEN=opaque-1 ${ECHO} family 1; : --password opaque-2`;
  const { text, stdout, results, trials } = await measured([...URL_FLAG, '--exec', exec, '--trials', '2']);
  expect(text + stdout).not.toMatch(/opaque|se-cret/);
  const [one] = results.cases;
  expect(one).toMatchObject({ target: 'ws://HOST:PORT/chat?key=[hidden]' });
  expect(one?.exec).toMatch(/^API_TOKEN=\[hidden\] .* HOST PORT family 1; .*--password \[hidden\]$/);
  expect(results.plan.command).toContain('--exec ');
  for (const trial of trials) {
    expect(trial).toMatchObject({ messages: { due: 10, delivered: 10, lost: 0 }, processes: [{ role: 'server' }, {}] });
    if (trial.state === 'failed') throw new Error(trial.reasons.join());
    expect(trial.notMeasured).toBeUndefined();
    expect(trial.usage.server.cpuSeconds).toBeGreaterThanOrEqual(0);
    // Two Node.js processes at least.
    expect(trial.usage.server.rssBytes).toBeGreaterThan(60e6);
  }
});

test('a server of the user’s that greets and answers with a prefix is measured as it is', async () => {
  const { results, trials, stderr } = await measured([
    '--url',
    'ws://HOST:PORT',
    '--exec',
    `${ECHO} greets`,
    '--trials',
    '1',
  ]);
  expect(stderr).toMatch(/prefix "Echo: "/);
  expect(results.cases[0]).toMatchObject({ exec: expect.any(String), answers: { prefix: 'Echo: ', greetings: 1 } });
  expect(trials[0]).toMatchObject({ messages: { due: 10, delivered: 10, lost: 0, corrupt: 0 } });
});

test('a search, openings and idle sessions work at a server of the user’s', { timeout: 180_000 }, async () => {
  // No rate meets the objective, so that the search is short.
  const scenarios = [
    '--scenarios',
    'capacity,connect,idle',
    '--objective',
    'p50<1us',
    '--rate',
    '50',
    '--clients',
    '4',
  ];
  const flags = [...URL_FLAG, '--exec', ECHO, ...scenarios, '--trials', '1'];
  const { results, trials } = await measured(flags);
  expect(results.cases.map(({ kind }) => kind)).toEqual(['capacity', 'connect', 'idle']);
  const [search, opening, holding] = trials.map((trial) => {
    if (trial.state === 'failed') throw new Error(trial.reasons.join());
    return trial;
  });
  expect(search?.capacity?.steps.length).toBeGreaterThan(0);
  expect(opening?.opening?.sessions).toBe(4);
  expect(holding?.memory?.steps.at(-1)).toMatchObject({ sessions: 4, serverRssBytes: expect.any(Number) });
  for (const trial of [search, opening, holding]) expect(trial?.notMeasured).toBeUndefined();
});

test.each([
  ['webrtc', 'ws://HOST:PORT'],
  ['grpc', 'grpc://HOST:PORT'],
])('%s is measured at a server that a command starts', async (transport, url) => {
  const serve = `'${process.execPath}' '${CLI}' serve ${transport} --host HOST --port PORT`;
  const flags = ['--transports', transport, '--url', url, '--exec', serve, '--trials', '1'];
  const { trials } = await measured(flags);
  expect(trials[0]).toMatchObject({ messages: { due: 10, delivered: 10, lost: 0, corrupt: 0 } });
});

test('a server that dies in a trial is named with its last words, and tried again in the next', async () => {
  const { code, trials } = await measured([...URL_FLAG, '--exec', `${ECHO} dies 5`, '--trials', '2', '--keep-going']);
  expect(code).toBe(14);
  expect(trials).toHaveLength(2);
  for (const { state, reasons } of trials) {
    expect(state).toBe('failed');
    expect(reasons.join()).toMatch(/ended with code 3; it said: out of luck: Bearer \[token\]$/);
  }
});

test('a server that does not start is tried before the run, and not in every trial', async () => {
  const config = join(folder, 'bench.json');
  writeFileSync(
    config,
    JSON.stringify({ exec: 'echo "no such port"; exit 7', url: 'ws://HOST:PORT', trials: 2, 'keep-going': true }),
  );
  const { code, trials, stdout } = await measured(['--config', config, '--size', '64,128']);
  expect(code).toBe(14);
  expect(trials).toHaveLength(4);
  const reasons = trials.flatMap((one) => one.reasons);
  expect(new Set(reasons).size).toBe(1);
  expect(reasons[0]).toMatch(
    /at ws:\/\/HOST:PORT\/ with ws: the server \(.*\) ended with code 7; it said: no such port$/,
  );
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/Check that the server that “echo .*” starts runs/);
});

test.each([
  [['run', '--exec', 'true'], '--exec needs --url, with HOST and PORT in it'],
  [['run', '--exec', 'true', '--url', 'ws://127.0.0.1:80/'], '--url needs HOST:PORT in the place of the address'],
  [['run', '--url', 'ws://HOST:PORT/'], 'which only --exec fills in'],
  [['run', '--exec', ' ', '--url', 'ws://HOST:PORT/'], '--exec takes a shell command'],
  [['wire', '--exec', 'true', '--url', 'tcp://HOST:80'], '--url'],
])('%j is refused with a remedy', async (flags, word) => {
  const { code, stderr } = await wirebench([...flags, '--transports', 'ws']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(word) });
});
