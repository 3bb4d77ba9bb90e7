import { execFileSync } from 'node:child_process';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { commandFor, isObjectiveStated, type RunOptions, readOptions } from '../plan/options.ts';
import type { Given } from '../plan/readers.ts';
import type { Setting } from '../plan/settings.ts';
import { RUN_FLAGS } from './commands/run.ts';
import { settingFlags } from './setting-flags.ts';
import { TARGET_FLAGS, targetFlags } from './target.ts';

const FLAGS = { ...settingFlags(), ...TARGET_FLAGS, ...RUN_FLAGS };
type Values = Readonly<Record<string, unknown>>;

/** Words that a shell makes of each command, which a function named `npm` prints in the place of running them. */
function wordsOf(commands: readonly string[]): string[][] {
  const script = [`npm() { printf '%s\\0' "$@"; printf '\\001\\0'; }`, ...commands].join('\n');
  const printed = execFileSync('sh', { input: script, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return printed
    .split('\x01\0')
    .slice(0, -1)
    .map((each) => each.split('\0').slice(0, -1));
}

/** Flags of a command line, as the command reads them. */
function flagsIn(words: readonly string[]): Record<string, string | boolean> {
  expect(words.slice(0, 3)).toEqual(['run', 'bench', '--']);
  const rest = words.slice(3);
  const found: Record<string, string | boolean> = {};
  while (rest.length > 0) {
    const name = rest.shift()?.slice(2) ?? '';
    const flag = Object.entries(FLAGS).find(([known]) => known === name)?.[1];
    if (flag === undefined) throw new Error(`no flag --${name}`);
    const negated = /^no-(.+)$/.exec(name)?.[1];
    if (negated === undefined) found[name] = flag.argument === undefined ? true : (rest.shift() ?? '');
    else found[negated] = false;
  }
  return found;
}

function read(values: Values): ReturnType<typeof readOptions> {
  const given = Object.entries(values).map(([name, value]): [string, Given] => [name, { value, where: `--${name}` }]);
  return readOptions(Object.fromEntries(given));
}

function optionsOf(values: Values): RunOptions {
  const found = read(values);
  if ('problems' in found) throw new Error(found.problems.join('\n'));
  return found.options;
}

/** Options without what says how they were asked for, but with whether one objective holds for all cases. */
const measured = ({ named: _, profile: __, objectiveNamed, ...options }: RunOptions) => ({
  ...options,
  stated: isObjectiveStated({ ...options, objectiveNamed }),
});

function repeated(words: readonly string[]) {
  const { ca, 'yes-i-own-this-host': owned = false, ...settings } = flagsIn(words);
  return { options: measured(optionsOf(settings)), ca, owned };
}

const OWN = { transports: 'ws', url: 'ws://127.0.0.1:8080/chat' };
const STARTED = { ...OWN, url: 'ws://HOST:PORT/chat' };

/** Example of every flag, and the flags that it needs. A flag that changes nothing that is measured has none. */
const EXAMPLES: Readonly<Record<Setting | keyof typeof TARGET_FLAGS | keyof typeof RUN_FLAGS, Values | null>> = {
  transports: { transports: 'ws,sse' },
  scenarios: { scenarios: 'echo,idle' },
  clients: { clients: '10,20' },
  rate: { rate: '0.5,1e-2' },
  size: { size: '64,128' },
  encoding: { transports: 'ws', encoding: 'text,binary' },
  payload: { payload: 'json' },
  network: { network: 'none,slow-4g+shared=1,rtt=80ms+jitter=10ms+loss=1%+burst=4+down=10mbit+queue=200ms' },
  tls: { tls: true },
  auth: { transports: 'ws', auth: 'ES256' },
  url: OWN,
  exec: { ...STARTED, exec: `HOST=HOST node -e 'a  &&\n b' "$HOME" | tee *.log # ö` },
  reaches: { ...OWN, scenarios: 'broadcast', reaches: 'others' },
  option: { transports: 'socketio', url: 'http://127.0.0.1:8080/n', option: `path=/it's/$x` },
  plugin: { plugin: `./my own;$(x)'s.ts,b.ts` },
  duration: { duration: '0.3' },
  warmup: { warmup: '0.1' },
  trials: { trials: '9' },
  seed: { seed: '77' },
  servers: { scenarios: 'echo', servers: '3' },
  workers: { workers: '3' },
  objective: { scenarios: 'capacity', objective: 'p99.9<1001ms' },
  band: { band: 'p99=5ms,cpu=20us' },
  beside: { beside: '3' },
  heartbeat: { scenarios: 'idle', heartbeat: 'library,0.5s,30s' },
  nodes: { nodes: '1,2' },
  backplane: { nodes: '2', backplane: 'redis://127.0.0.1:6379' },
  'clients-in': { 'clients-in': 'node,chromium' },
  runtime: { runtime: 'node,bun,deno' },
  browser: { 'clients-in': 'chromium', browser: `/opt/it's a/chrome` },
  via: { via: 'none,nginx:defaults,haproxy:cookie' },
  link: { link: 'loopback' },
  aa: { aa: true },
  'keep-going': { 'keep-going': true },
  'keep-env': { 'keep-env': 'LANG,TZ' },
  profile: { profile: 'all' },
  fault: { scenarios: 'recovery', fault: 'blackhole,reset' },
  outage: { scenarios: 'recovery', outage: '500ms-2.5s' },
  reconnect: { scenarios: 'recovery', reconnect: 'managed,library' },
  silence: { scenarios: 'recovery', silence: '1500ms' },
  reader: { scenarios: 'slow-readers', reader: 'slow' },
  quick: { quick: true, duration: '3' },
  ca: { ...OWN, ca: `./it's a "file" & $more.pem` },
  'yes-i-own-this-host': { ...OWN, 'yes-i-own-this-host': true },
  threshold: null,
  out: null,
  json: null,
  ndjson: null,
  markdown: null,
  config: null,
  plan: null,
  yes: null,
};

function commandOf({ ca, 'yes-i-own-this-host': owned, ...settings }: Values): string {
  const flags = targetFlags({ ca: typeof ca === 'string' ? ca : undefined, 'yes-i-own-this-host': owned === true });
  return commandFor(optionsOf(settings), flags);
}

describe('the command that repeats a run, as a shell reads it,', () => {
  const examples = Object.entries(EXAMPLES).flatMap(([name, values]) => (values === null ? [] : [{ name, values }]));

  test.each(examples)('has --$name', ({ name, values }) => {
    const [words = []] = wordsOf([commandOf(values)]);
    const { ca, 'yes-i-own-this-host': owned = false, ...settings } = values;
    expect(repeated(words)).toEqual({ options: measured(optionsOf(settings)), ca, owned });
    // A profile is written as the transports that it means.
    if (name !== 'profile') expect(Object.keys(flagsIn(words))).toContain(name);
  });

  test('has no secrets', () => {
    const secret = commandOf({
      ...STARTED,
      url: 'ws://me:hunter2@HOST:PORT/chat?key=hunter2',
      exec: 'TOKEN=hunter2 ./serve --password hunter2 --port PORT',
    });
    expect(secret).not.toContain('hunter2');
    expect(wordsOf([secret])).toHaveLength(1);
    const option = { transports: 'socketio', url: 'http://127.0.0.1:1', option: 'path=/x?key=hunter2' };
    expect('problems' in read(option) || !commandOf(option).includes('hunter2')).toBe(true);
  });

  test('means the same settings, whatever they are', () => {
    const random = xoroshiro128plus(20_261_129);
    const below = (count: number): number => uniformInt(random, 0, count - 1);
    const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)]!;
    const odd = [...`abZ09 \t\n"'\`$(){}[]<>|&;*?~#!\\,^%-_./:+`, '\\,', '--', '$(id)', 'é', '€', '𝄞', "'\\''"];
    const text = (length: number): string => Array.from({ length: 1 + below(length) }, () => oneOf(odd)).join('');
    const some = (count: number, of: () => string): string[] => [
      ...new Set(Array.from({ length: 1 + below(count) }, of)),
    ];
    const maybe = (values: Values): Values => (below(2) === 0 ? {} : values);
    const word = (): string => `${text(6).trim() || 'x'}`;
    const foreign = (): Values => ({
      ...oneOf([
        OWN,
        { ...STARTED, exec: word() },
        { transports: 'socketio', url: 'http://127.0.0.1:1/n', option: { path: `/${word()}` } },
      ]),
      ...maybe({ ca: word() }),
      ...maybe({ 'yes-i-own-this-host': true }),
      ...maybe({ url: `ws://127.0.0.1:9/${word().replaceAll('?', '')}` }),
    });
    const ours = (): Values => ({
      ...maybe({ transports: some(3, () => oneOf(['ws', 'sse', 'mqtt', 'tcp', 'socketio:polling'])) }),
      ...maybe({ tls: below(2) === 0 }),
      ...maybe({ aa: true }),
      ...maybe({ profile: oneOf(['all', 'networks']) }),
      ...maybe({
        network: some(3, () => oneOf(['none', '4g-lossy', 'cable+shared=1', 'loss=1%', 'rtt=80ms+loss=0.5%+burst=3'])),
      }),
    });
    const draw = (): Values => ({
      ...(below(2) === 0 ? foreign() : ours()),
      ...maybe({ scenarios: some(2, () => oneOf(['echo', 'broadcast', 'idle', 'capacity'])) }),
      ...maybe({ clients: some(2, () => String(2 + below(500))) }),
      ...maybe({ rate: some(2, () => String((1 + below(10_000)) / 10 ** below(4))) }),
      ...maybe({ size: some(2, () => String(16 + below(4_000))) }),
      ...maybe({ duration: String((1 + below(1_000)) / 97) }),
      ...maybe({ warmup: String(below(100) / 7) }),
      ...maybe({ plugin: some(3, word) }),
      ...maybe({ objective: `p${oneOf(['50', '90', '99', '99.9'])}<${1 + below(5_000)}${oneOf(['ms', 'us', 'µs'])}` }),
      ...maybe({ trials: String(1 + below(20)) }),
      ...maybe({ quick: true }),
      ...maybe({ 'keep-going': true }),
      ...maybe({ beside: oneOf(['1', '3']) }),
      ...maybe({ link: oneOf(['loopback', 'auto']) }),
      ...maybe({ payload: oneOf(['json', 'zeros', 'filler']) }),
    });
    const drawn = Array.from({ length: 1_500 }, draw).filter(
      ({ ca: _, 'yes-i-own-this-host': __, ...settings }) => !('problems' in read(settings)),
    );
    expect(drawn.length).toBeGreaterThan(200);
    const commands = wordsOf(drawn.map(commandOf));
    for (const [at, { ca, 'yes-i-own-this-host': owned = false, ...settings }] of drawn.entries()) {
      expect(repeated(commands[at] ?? [])).toEqual({ options: measured(optionsOf(settings)), ca, owned });
    }
  });
});
