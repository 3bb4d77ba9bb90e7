import { LEAST_SIZE } from '../codec/header.ts';
import { ALGORITHMS, DEFAULTS, type Given, type RunOptions, SETTINGS, type Setting } from '../plan/options.ts';
import { findScenario, scenarios } from '../scenarios/index.ts';
import type { ScenarioEntry } from '../scenarios/shape.ts';
import { addressShown } from '../security/redact.ts';
import { transportNames } from '../transports/index.ts';
import { type Flag, quoted } from './flags.ts';

/** A setting of a run as its flag has it. Its name and its validation are the plan's. */
interface SettingFlag extends Pick<Flag, 'takes' | 'help' | 'usual' | 'repeats'> {
  /** Argument that makes a run with these options again; true for a switch, null where the flag is left out. */
  readonly write: (options: RunOptions) => string | number | true | null;
}

/** Defaults of the scenarios, such as `echo 100, idle 2000`. */
export const scenarioDefaults = (of: (defaults: ScenarioEntry['defaults']) => readonly number[]): string =>
  scenarios
    .map(({ id, defaults }) => ({ id, values: of(defaults).filter((value) => value > 0) }))
    .filter(({ values }) => values.length > 0)
    .map(({ id, values }) => `${id} ${values.join('/')}`)
    .join(', ');

const usualScenarios = scenarios.filter(({ usual }) => usual).map(({ id }) => id);

/** Every setting of a run: its argument, its help, its default, and how it is written in a command. */
const SETTING_FLAGS: Readonly<Record<Setting, SettingFlag>> = {
  transports: {
    takes: '<names>',
    help: `transports to measure, separated by commas: ${transportNames().join(', ')}`,
    usual: 'all',
    write: ({ transports }) => transports.join(','),
  },
  scenarios: {
    takes: '<names>',
    help: `scenarios to measure: ${scenarios.map(({ id }) => id).join(', ')}`,
    usual: usualScenarios.join(', '),
    write: ({ scenarios: names }) => names.join(','),
  },
  clients: {
    takes: '<numbers>',
    help: 'sessions',
    usual: scenarioDefaults(({ clients }) => [clients]),
    write: ({ clients }) => clients?.join(',') ?? null,
  },
  rate: {
    takes: '<numbers>',
    help: 'messages a second, all clients together; of a broadcast, those published; of a search, the first probe',
    usual: scenarioDefaults(({ rate }) => [rate]),
    write: ({ rates }) => rates?.join(',') ?? null,
  },
  size: {
    takes: '<numbers>',
    help: `bytes of a message, at least ${LEAST_SIZE}`,
    usual: scenarioDefaults(({ sizes }) => sizes),
    write: ({ sizes }) => sizes?.join(',') ?? null,
  },
  encoding: {
    takes: '<kinds>',
    help: 'text, binary or both; transports that cannot carry one are left out and named',
    usual: 'text',
    write: ({ encodings }) => (encodings.join(',') === 'text' ? null : encodings.join(',')),
  },
  payload: {
    takes: '<kind>',
    help: 'content of messages: filler (six bits of entropy a byte), json or zeros',
    usual: 'filler',
    write: ({ payload }) => (payload === 'filler' ? null : payload),
  },
  tls: {
    help: 'use TLS everywhere, with a certificate made for the run and verified',
    write: ({ tls }) => tls || null,
  },
  auth: {
    takes: '<algorithm>',
    help: `every session brings a token (JWT) signed with ${ALGORITHMS.join(' or ')}`,
    usual: 'no tokens',
    write: ({ auth }) => auth,
  },
  url: {
    takes: '<address>',
    help: 'measure a server that runs already, instead of ours; see docs/your-own.md',
    write: ({ url }) => (url === null ? null : addressShown(url)),
  },
  plugin: {
    takes: '<files>',
    help: 'modules of your own transports; see docs/your-own.md',
    write: ({ plugins }) => (plugins.length === 0 ? null : plugins.join(',')),
  },
  duration: {
    takes: '<seconds>',
    help: 'measured time of a trial, or of a probe of a search',
    usual: scenarioDefaults(({ seconds }) => [seconds]),
    write: ({ profile, durationSeconds }) => (profile === 'quick' ? null : durationSeconds),
  },
  warmup: {
    takes: '<seconds>',
    help: 'time before the measured time',
    usual: String(DEFAULTS.warmupSeconds),
    write: ({ warmupSeconds }) => warmupSeconds,
  },
  trials: {
    takes: '<number>',
    help: 'trials of each case; verdicts need 6',
    usual: String(DEFAULTS.trials),
    write: ({ trials }) => trials,
  },
  seed: {
    takes: '<number>',
    help: 'seed of the order of trials and of the filler in messages',
    usual: String(DEFAULTS.seed),
    write: ({ seed }) => seed,
  },
  workers: {
    takes: '<number>',
    help: 'load processes',
    usual: 'one for every core the server leaves',
    write: ({ workers }) => workers,
  },
  objective: {
    takes: '<percentile<time>',
    help: 'objective of a capacity search',
    usual: DEFAULTS.objective,
    write: ({ scenarios: names, objective: { percentile, seconds } }) =>
      names.some((id) => findScenario(id)?.kind.uses.objective) ? `p${percentile}<${seconds * 1e3}ms` : null,
  },
  threshold: {
    takes: '<conditions>',
    help: 'exit with 10 if a median misses one, such as ws.echo.p99<50ms; several by commas; see docs/compare.md',
    repeats: true,
    // Thresholds judge a run, and do not shape it.
    write: () => null,
  },
  link: {
    takes: '<kind>',
    help: 'veth (private link, bytes as a cable carries them), loopback, or auto (veth where this machine can)',
    usual: DEFAULTS.link,
    write: ({ link }) => link,
  },
  aa: {
    help: 'measure every transport twice; any difference found between the two is noise',
    write: ({ aa }) => aa || null,
  },
  quick: {
    help: 'one short trial of each case: a first look, without verdicts',
    write: ({ profile }) => profile === 'quick' || null,
  },
  profile: {
    takes: '<name>',
    help: 'default, quick, or all (every variant too)',
    usual: 'default',
    // The transports, scenarios and times that it stands for are written.
    write: () => null,
  },
};

/** Flag of a setting, whose text the plan reads. @param other what another command than `run` says of it */
export const settingFlag = (
  name: Setting,
  other: Partial<Pick<Flag, 'help' | 'usual'>> = {},
): Flag<Given | undefined> => {
  const { write, ...flag } = SETTING_FLAGS[name];
  return { ...flag, ...other, read: (given) => given };
};

/** Flags of all settings. */
export const settingFlags = (): Readonly<Record<Setting, Flag<Given | undefined>>> =>
  Object.fromEntries(SETTINGS.map((name) => [name, settingFlag(name)])) as Record<Setting, Flag<Given | undefined>>;

/** Settings that were given, among the values of a command's flags. */
export function givenOf(values: { readonly [Name in Setting]?: Given | undefined }): Partial<Record<Setting, Given>> {
  const given: Partial<Record<Setting, Given>> = {};
  for (const name of SETTINGS) {
    const value = values[name];
    if (value !== undefined) given[name] = value;
  }
  return given;
}

/** The command that makes a run again: every setting that shaped it, whether given or a default. */
export function commandFor(options: RunOptions): string {
  const flags = SETTINGS.flatMap((name) => {
    const value = SETTING_FLAGS[name].write(options);
    if (value === null) return [];
    return value === true ? [`--${name}`] : [`--${name} ${quoted(String(value))}`];
  });
  return ['npm run bench --', ...flags].join(' ');
}
