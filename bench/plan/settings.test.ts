import { expect, test } from 'vitest';
import { commandFor, isObjectiveStated, readOptions, SETTINGS } from './options.ts';
import type { Given } from './readers.ts';
import { RUN_SETTINGS } from './settings.ts';

function optionsOf(values: Readonly<Record<string, unknown>>) {
  const given = Object.entries(values).map(([name, value]): [string, Given] => [name, { value, where: `--${name}` }]);
  const read = readOptions(Object.fromEntries(given));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read.options;
}

/** Settings as the command line parser would read them from a command. */
function parsed(command: string): Record<string, string | true> {
  const [, ...flags] = command.split(' --');
  const pairs = flags.slice(1).map((flag): [string, string | true] => {
    const [name = '', value] = flag.split(' ');
    // A shell removes the quotes.
    return [name, value?.replaceAll("'", '') ?? true];
  });
  return Object.fromEntries(pairs);
}

test.each<Readonly<Record<string, unknown>>>([
  {},
  { quick: true },
  { quick: true, trials: 3 },
  {
    transports: 'ws,sse',
    scenarios: 'echo,idle',
    clients: '10,20',
    rate: '0.5',
    size: '64,128',
    encoding: 'text,binary',
  },
  {
    transports: 'ws',
    payload: 'json',
    tls: true,
    auth: 'ES256',
    aa: true,
    seed: 5,
    workers: 1,
    warmup: 0,
    duration: 2,
  },
  { scenarios: 'capacity', objective: 'p99.9<800us', link: 'loopback' },
  { url: 'ws://127.0.0.1:8080/chat', transports: 'ws' },
  { transports: 'ws', network: 'none,4g-lossy' },
  { transports: 'ws', network: '4g-lossy', objective: 'p99<50ms' },
  { scenarios: 'recovery', fault: 'blackhole,drain', outage: '1.5s-2s', reconnect: 'managed,library', silence: '4s' },
  { scenarios: 'recovery', outage: '250ms' },
  { transports: 'ws', scenarios: 'idle', heartbeat: 'library,0.5s,30s' },
])('the command of %j repeats the run', (values) => {
  const { named, profile, objectiveNamed, ...options } = optionsOf(values);
  const again = optionsOf(parsed(commandFor({ ...options, named, profile, objectiveNamed })));
  expect(again).toMatchObject(options);
  expect(isObjectiveStated(again)).toBe(isObjectiveStated({ ...options, objectiveNamed }));
});

test('one objective holds for all cases if it is given, or if no network has a round trip', () => {
  expect(isObjectiveStated(optionsOf({ scenarios: 'echo' }))).toBe(true);
  expect(isObjectiveStated(optionsOf({}))).toBe(false);
  expect(isObjectiveStated(optionsOf({ network: 'none,4g-lossy' }))).toBe(false);
  expect(isObjectiveStated(optionsOf({ network: '4g-lossy', objective: 'p99<50ms' }))).toBe(true);
});

test('a command omits settings that do not shape the run', () => {
  expect(commandFor(optionsOf({ transports: 'ws', scenarios: 'echo' }))).toBe(
    "npm run bench -- --transports ws --scenarios echo --warmup 0.8 --trials 6 --seed 1 --objective 'p99<50ms' --link auto",
  );
  expect(commandFor(optionsOf({ transports: 'ws', scenarios: 'echo', quick: true, tls: true }))).toBe(
    "npm run bench -- --transports ws --scenarios echo --warmup 0.6 --trials 1 --seed 1 --objective 'p99<50ms' --link auto --tls --quick",
  );
  expect(commandFor(optionsOf({ transports: 'ws', scenarios: 'idle', band: 'sessionMemory=8KiB,idleCpu=1ms' }))).toBe(
    "npm run bench -- --transports ws --scenarios idle --warmup 0.8 --trials 6 --seed 1 --band 'sessionMemory=8KiB,idleCpu=1ms' --link auto",
  );
  const secret = commandFor(optionsOf({ transports: 'ws', url: 'ws://me:secret@127.0.0.1/?token=abc' }));
  expect(secret).not.toMatch(/secret|abc/);
});

test('every setting has help, and every option has a setting', () => {
  for (const name of SETTINGS) {
    const { help, usual } = RUN_SETTINGS[name];
    expect(`${help} ${usual}`).toMatch(/^\S.{10,}$/);
  }
  const options = Object.values(RUN_SETTINGS).flatMap(({ option }) => option ?? []);
  expect(new Set(options).size).toBe(options.length);
});
