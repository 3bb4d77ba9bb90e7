import { MAX_SENDERS, MIN_SIZE } from '../codec/header.ts';
import type { Options } from '../contract.ts';
import { ALGORITHMS, type DimensionValue, ENCODINGS, PAYLOADS } from '../results/dimensions.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Scenario, ScenarioEntry, Uses } from '../scenarios/shape.ts';
import { addressShown } from '../security/redact.ts';
import { findTransport, transportNames, transports } from '../transports/index.ts';
import {
  type Given,
  listOf,
  readChoice,
  readChoices,
  readFlag,
  readNames,
  readNumber,
  readNumbers,
  readObjective,
  readPairs,
  readUrl,
} from './readers.ts';
import { timeText } from './time.ts';

/** Profiles; `all` also measures every variant. */
export const PROFILES = ['default', 'quick', 'all'] as const;
export type Profile = (typeof PROFILES)[number];

const LINKS = ['auto', 'veth', 'loopback'] as const;
export type LinkChoice = (typeof LINKS)[number];

/** Maximum size of a message, in bytes, which is also the limit that servers are given. */
export const MAX_SIZE = 1024 * 1024;

export const DEFAULTS = { warmupSeconds: 0.8, trials: 7, seed: 1, objective: 'p99<50ms', link: 'auto' } as const;
const QUICK = { durationSeconds: 1, warmupSeconds: 1, trials: 1 };

/** Circumstances that determine defaults, and the list of problems. */
export interface ReadingContext {
  readonly quick: boolean;
  readonly profile: Profile | undefined;
  /** True if a foreign server is measured. */
  readonly foreign: boolean;
  /** Scenarios that can be named. */
  readonly scenarios: readonly ScenarioEntry[];
  /** Receives the problems of the values given, each with its fix. */
  readonly problems: string[];
}

/** Facts about a setting of `run` that help, README, configuration file and validation need. */
interface SettingText {
  /** Placeholder of its value, such as `<names>`; null for a switch. */
  readonly argument: string | null;
  /** Sentence of its help, without the default. */
  readonly help: string;
  /** Its default as help shows it; null if help shows none. */
  readonly usual: string | null;
  /** True if it may be given several times; its values are joined. */
  readonly repeats?: true;
  /** True if scenarios of a kind use it; undefined if all do. It is refused if no scenario of the run uses it. */
  readonly usedBy?: (uses: Uses) => boolean;
}

/** Setting as written on a command line: its value, true for a switch, or null if it is omitted. */
type Written = string | true | null;

interface SettingRow<Option extends string, Value> extends SettingText {
  /** Property of the options that holds its value. */
  readonly option: Option;
  read(given: Given | undefined, context: ReadingContext): Value;
  /** Writes the value. Default: lists with commas, true as a switch; null, false and empty lists are omitted. */
  readonly write?: (value: Value) => Written;
  /** Values that cases take in the dimension of this name. Undefined if it is no dimension, or bench/plan/plan.ts spans it. */
  readonly spans?: (value: Value) => readonly DimensionValue[];
}

/** Makes a row of the table. Its functions take all options, so that a caller need not know which one belongs to it. */
export function setting<const Option extends string, Value>(row: SettingRow<Option, Value>) {
  const { option, read, write = writeAny, spans, ...text } = row;
  const described: SettingText = text;
  return {
    ...described,
    option,
    read,
    written: (options: Readonly<Record<Option, Value>>): Written => write(options[option]),
    spanned: (options: Readonly<Record<Option, Value>>): readonly DimensionValue[] => spans?.(options[option]) ?? [],
  };
}

/** Makes a row of a setting that is no option by itself. */
const instruction = (text: SettingText) => ({ ...text, option: null });

function writeAny(value: unknown): Written {
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(',');
  if (typeof value === 'boolean') return value || null;
  return value === null ? null : String(value);
}

const unless =
  (usual: string) =>
  (value: string | readonly string[]): Written => {
    const text = String(value);
    return text === usual ? null : text;
  };

/** Defaults of all scenarios in words, such as `echo 100, broadcast 50`. */
const describeDefaults = (of: (defaults: Scenario['defaults']) => readonly number[]): string =>
  scenarios
    .map(({ id, defaults }) => ({ id, values: of(defaults).filter((value) => value > 0) }))
    .filter(({ values }) => values.length > 0)
    .map(({ id, values }) => `${id} ${values.join('/')}`)
    .join(', ');

const idsOf = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id);
const sendsMessages = ({ messages }: Uses): boolean => messages;

/** Settings of a run, by the names that flags and configuration files use. */
export const RUN_SETTINGS = {
  transports: setting({
    option: 'transports',
    argument: '<names>',
    help: `transports to measure, separated by commas: ${transportNames().join(', ')}`,
    usual: 'all',
    read(given, { profile, problems }): readonly string[] {
      const known = transportNames();
      const usual = profile === 'all' ? known : idsOf(transports);
      const exists = (name: string): boolean => findTransport(name) !== undefined;
      return readNames(given, { kind: 'transport', known, usual, exists }, problems);
    },
  }),
  scenarios: setting({
    option: 'scenarios',
    argument: '<names>',
    help: `scenarios to measure: ${idsOf(scenarios).join(', ')}`,
    usual: idsOf(scenarios.filter(({ usual }) => usual)).join(', '),
    read(given, { foreign, scenarios: existing, problems }): readonly string[] {
      // A foreign server is only expected to echo, unless scenarios are named.
      const usual = idsOf(existing.filter(({ usual, reaches }) => usual && (!foreign || reaches === 'sender')));
      const known = idsOf(existing);
      return readNames(given, { kind: 'scenario', known, usual, exists: (name) => known.includes(name) }, problems);
    },
  }),
  clients: setting({
    option: 'clients',
    argument: '<numbers>',
    help: 'number of sessions',
    usual: describeDefaults(({ clients }) => [clients]),
    read: (given, { problems }): readonly number[] | null =>
      readNumbers(given, { whole: true, min: 1, max: MAX_SENDERS }, problems),
  }),
  rate: setting({
    option: 'rates',
    argument: '<numbers>',
    help: 'messages a second, all clients together; in a broadcast, messages published; in a search, rate of the first probe',
    usual: describeDefaults(({ rate }) => [rate]),
    usedBy: ({ rate }) => rate !== 'none',
    read: (given, { problems }): readonly number[] | null =>
      readNumbers(given, { min: 0.001, max: 10_000_000 }, problems),
  }),
  size: setting({
    option: 'sizes',
    argument: '<numbers>',
    help: `bytes of a message, at least ${MIN_SIZE}`,
    usual: describeDefaults(({ sizes }) => sizes),
    usedBy: sendsMessages,
    read: (given, { problems }): readonly number[] | null =>
      readNumbers(given, { whole: true, min: MIN_SIZE, max: MAX_SIZE }, problems),
  }),
  encoding: setting({
    option: 'encodings',
    argument: '<kinds>',
    help: 'text, binary, or both separated by a comma; transports that cannot carry an encoding are left out and listed',
    usual: 'text',
    usedBy: sendsMessages,
    read: (given, { problems }) => readChoices(given, ENCODINGS, problems) ?? (['text'] as const),
    write: unless('text'),
  }),
  payload: setting({
    option: 'payload',
    argument: '<kind>',
    help: 'content of messages: filler (random, six bits of entropy per byte), json or zeros',
    usual: 'filler',
    usedBy: sendsMessages,
    read: (given, { problems }) => readChoice(given, PAYLOADS, problems) ?? 'filler',
    write: unless('filler'),
  }),
  tls: setting({
    option: 'tls',
    argument: null,
    help: 'use TLS on every connection; clients verify a certificate that is made for the run',
    usual: null,
    read: (given, { problems }) => readFlag(given, problems),
  }),
  auth: setting({
    option: 'auth',
    argument: '<algorithm>',
    help: `every session authenticates with a token (JWT), signed with ${ALGORITHMS.join(' or ')}`,
    usual: 'no tokens',
    read: (given, { problems }) => readChoice(given, ALGORITHMS, problems) ?? null,
  }),
  url: setting({
    option: 'url',
    argument: '<address>',
    help: 'measure a server that is already running, instead of ours; see docs/your-own.md',
    usual: null,
    read: (given, { problems }) => readUrl(given, problems),
    write: (url) => (url === null ? null : addressShown(url)),
  }),
  reaches: setting({
    option: 'reaches',
    argument: '<whom>',
    help: 'with --url, receivers of a broadcast: everyone, or others, if the server sends to all but the sender',
    usual: 'everyone',
    usedBy: ({ messages }) => messages,
    read: (given, { problems }) => readChoice(given, ['everyone', 'others'] as const, problems) ?? 'everyone',
    write: unless('everyone'),
  }),
  option: setting({
    option: 'targetOptions',
    argument: '<name=value>',
    help: 'setting of the client for the server at --url, such as path=/chat/socket.io; see docs/your-own.md',
    usual: null,
    repeats: true,
    read: (given, { problems }): Options => readPairs(given, problems),
    write: (pairs) =>
      Object.entries(pairs)
        .map(([name, value]) => `${name}=${value}`)
        .join(',') || null,
  }),
  plugin: setting({
    option: 'plugins',
    argument: '<files>',
    help: 'modules that define transports of your own; see docs/your-own.md',
    usual: null,
    read: (given): readonly string[] => (given === undefined ? [] : listOf(given.value)),
  }),
  duration: setting({
    option: 'durationSeconds',
    argument: '<seconds>',
    help: 'measured time of a trial, or of each probe in a search',
    usual: describeDefaults(({ seconds }) => [seconds]),
    usedBy: ({ duration }) => duration,
    read: (given, { quick, problems }) =>
      readNumber(given, { min: 0.01, max: 86_400 }, problems) ?? (quick ? QUICK.durationSeconds : null),
  }),
  warmup: setting({
    option: 'warmupSeconds',
    argument: '<seconds>',
    help: 'time under load before the measured time',
    usual: String(DEFAULTS.warmupSeconds),
    read: (given, { quick, problems }): number =>
      readNumber(given, { min: 0, max: 3_600 }, problems) ?? (quick ? QUICK : DEFAULTS).warmupSeconds,
  }),
  trials: setting({
    option: 'trials',
    argument: '<number>',
    help: 'trials of each case; verdicts need at least 6',
    usual: String(DEFAULTS.trials),
    read: (given, { quick, problems }): number =>
      readNumber(given, { whole: true, min: 1, max: 10_000 }, problems) ?? (quick ? QUICK : DEFAULTS).trials,
  }),
  seed: setting({
    option: 'seed',
    argument: '<number>',
    help: 'seed for the order of trials and for the filler in messages',
    usual: String(DEFAULTS.seed),
    read: (given, { problems }): number =>
      readNumber(given, { whole: true, min: 0, max: 2 ** 31 - 1 }, problems) ?? DEFAULTS.seed,
  }),
  workers: setting({
    option: 'workers',
    argument: '<number>',
    help: 'number of load processes',
    usual: 'one for each core that the server does not use',
    read: (given, { problems }) => readNumber(given, { whole: true, min: 1, max: 256 }, problems),
  }),
  objective: setting({
    option: 'objective',
    argument: '<percentile<time>',
    help: 'objective that a capacity search must meet',
    usual: DEFAULTS.objective,
    usedBy: ({ objective }) => objective,
    read: (given, { problems }) =>
      readObjective(given ?? { value: DEFAULTS.objective, where: '--objective' }, problems),
    write: ({ percentile, seconds }) => `p${percentile}<${timeText(seconds)}`,
  }),
  link: setting({
    option: 'link',
    argument: '<kind>',
    help: 'veth (a private link, bytes counted as on a cable), loopback, or auto (veth if this machine can make one)',
    usual: DEFAULTS.link,
    read: (given, { foreign, problems }) =>
      readChoice(given, LINKS, problems) ?? (foreign ? 'loopback' : DEFAULTS.link),
  }),
  aa: setting({
    option: 'aa',
    argument: null,
    help: 'measure every transport twice; any difference found between the two is noise',
    usual: null,
    read: (given, { problems }) => readFlag(given, problems),
  }),
  threshold: instruction({
    argument: '<conditions>',
    help: 'limits for medians, such as ws.echo.p99<50ms, separated by commas; exit with 10 if one is missed; see docs/compare.md',
    usual: null,
    repeats: true,
  }),
  profile: instruction({
    argument: '<name>',
    help: 'default, quick, or all (also measures every variant)',
    usual: 'default',
  }),
  quick: instruction({
    argument: null,
    help: 'one short trial of each case: a first look, without verdicts',
    usual: null,
  }),
};

type Rows = typeof RUN_SETTINGS;
/** Name of a setting. */
export type Setting = keyof Rows;

/**
 * Values of all settings by the option they become; lists span the cases, and null leaves the choice to each scenario or to the machine.
 */
export type SettingValues = {
  readonly [Name in Setting as Rows[Name] extends { readonly option: infer Option extends string }
    ? Option
    : never]: Rows[Name] extends { read(given: Given | undefined, context: ReadingContext): infer Value }
    ? Value
    : never;
};
