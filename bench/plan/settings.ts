import { MAX_SENDERS, MIN_SIZE } from '../codec/header.ts';
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
  readUrl,
} from './readers.ts';

/** `all`: every variant too. */
export const PROFILES = ['default', 'quick', 'all'] as const;
export type Profile = (typeof PROFILES)[number];

const LINKS = ['auto', 'veth', 'loopback'] as const;
export type LinkChoice = (typeof LINKS)[number];

/** Largest message a run can ask for: the limit its servers are given, in bytes. */
export const MAX_SIZE = 1024 * 1024;

export const DEFAULTS = { warmupSeconds: 0.8, trials: 7, seed: 1, objective: 'p99<50ms', link: 'auto' } as const;
const QUICK = { durationSeconds: 1, warmupSeconds: 1, trials: 1 };

/** Circumstances that decide the value of a setting that was not given. */
export interface ReadingContext {
  readonly quick: boolean;
  readonly profile: Profile | undefined;
  /** The server is somebody else's. */
  readonly foreign: boolean;
  /** Scenarios that can be named. */
  readonly scenarios: readonly ScenarioEntry[];
  /** Receives the problems of the values given, each with its fix. */
  readonly problems: string[];
}

/** Facts about a setting of `run` that help, README, configuration file and validation need. */
interface SettingText {
  /** Placeholder of its value: `<names>`. Null: a switch. */
  readonly argument: string | null;
  /** Sentence of its help, without the default. */
  readonly help: string;
  /** Its default as help shows it; null where there is nothing to say. */
  readonly usual: string | null;
  /** True if it may be given several times, its values being added. */
  readonly repeats?: true;
  /** True if scenarios of a kind use it; it is refused if no scenario of the run does. Left out: all do. */
  readonly usedBy?: (uses: Uses) => boolean;
}

/** A setting on a command line: its value, true for a switch, or null if it is left out. */
type Written = string | true | null;

interface SettingRow<Option extends string, Value> extends SettingText {
  /** Property of the options that it becomes. */
  readonly option: Option;
  read(given: Given | undefined, context: ReadingContext): Value;
  /** Left out: lists with commas, true as a switch; null, false and empty lists are not written. */
  readonly write?: (value: Value) => Written;
  /** Values of the dimension of the same name that the cases span. Left out: it is no dimension, or bench/plan/plan.ts spans it. */
  readonly spans?: (value: Value) => readonly DimensionValue[];
}

/** A row of the table. Its functions take all options, so that a caller need not know which one is its. */
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

/** A row of a setting that becomes no option by itself. */
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

/** Defaults of all scenarios: `echo 100, broadcast 50`. */
const usually = (of: (defaults: Scenario['defaults']) => readonly number[]): string =>
  scenarios
    .map(({ id, defaults }) => ({ id, values: of(defaults).filter((value) => value > 0) }))
    .filter(({ values }) => values.length > 0)
    .map(({ id, values }) => `${id} ${values.join('/')}`)
    .join(', ');

const idsOf = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id);
const sendsMessages = ({ messages }: Uses): boolean => messages;

/** All settings of a run by the names that flags and configuration files use. */
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
      // Somebody else's server is asked to send back what it is sent, unless more is known of it.
      const usual = idsOf(existing.filter(({ usual, reaches }) => usual && (!foreign || reaches === 'sender')));
      const known = idsOf(existing);
      return readNames(given, { kind: 'scenario', known, usual, exists: (name) => known.includes(name) }, problems);
    },
  }),
  clients: setting({
    option: 'clients',
    argument: '<numbers>',
    help: 'sessions',
    usual: usually(({ clients }) => [clients]),
    read: (given, { problems }): readonly number[] | null =>
      readNumbers(given, { whole: true, min: 1, max: MAX_SENDERS }, problems),
  }),
  rate: setting({
    option: 'rates',
    argument: '<numbers>',
    help: 'messages a second, all clients together; of a broadcast, those published; of a search, the first probe',
    usual: usually(({ rate }) => [rate]),
    usedBy: ({ rate }) => rate !== 'none',
    read: (given, { problems }): readonly number[] | null =>
      readNumbers(given, { min: 0.001, max: 10_000_000 }, problems),
  }),
  size: setting({
    option: 'sizes',
    argument: '<numbers>',
    help: `bytes of a message, at least ${MIN_SIZE}`,
    usual: usually(({ sizes }) => sizes),
    usedBy: sendsMessages,
    read: (given, { problems }): readonly number[] | null =>
      readNumbers(given, { whole: true, min: MIN_SIZE, max: MAX_SIZE }, problems),
  }),
  encoding: setting({
    option: 'encodings',
    argument: '<kinds>',
    help: 'text, binary or both; transports that cannot carry one are left out and named',
    usual: 'text',
    usedBy: sendsMessages,
    read: (given, { problems }) => readChoices(given, ENCODINGS, problems) ?? (['text'] as const),
    write: unless('text'),
  }),
  payload: setting({
    option: 'payload',
    argument: '<kind>',
    help: 'content of messages: filler (six bits of entropy a byte), json or zeros',
    usual: 'filler',
    usedBy: sendsMessages,
    read: (given, { problems }) => readChoice(given, PAYLOADS, problems) ?? 'filler',
    write: unless('filler'),
  }),
  tls: setting({
    option: 'tls',
    argument: null,
    help: 'use TLS everywhere, with a certificate made for the run and verified',
    usual: null,
    read: (given, { problems }) => readFlag(given, problems),
  }),
  auth: setting({
    option: 'auth',
    argument: '<algorithm>',
    help: `every session brings a token (JWT) signed with ${ALGORITHMS.join(' or ')}`,
    usual: 'no tokens',
    read: (given, { problems }) => readChoice(given, ALGORITHMS, problems) ?? null,
  }),
  url: setting({
    option: 'url',
    argument: '<address>',
    help: 'measure a server that runs already, instead of ours; see docs/your-own.md',
    usual: null,
    read: (given, { problems }) => readUrl(given, problems),
    write: (url) => (url === null ? null : addressShown(url)),
  }),
  plugin: setting({
    option: 'plugins',
    argument: '<files>',
    help: 'modules of your own transports; see docs/your-own.md',
    usual: null,
    read: (given): readonly string[] => (given === undefined ? [] : listOf(given.value)),
  }),
  duration: setting({
    option: 'durationSeconds',
    argument: '<seconds>',
    help: 'measured time of a trial, or of a probe of a search',
    usual: usually(({ seconds }) => [seconds]),
    usedBy: ({ duration }) => duration,
    read: (given, { quick, problems }) =>
      readNumber(given, { min: 0.01, max: 86_400 }, problems) ?? (quick ? QUICK.durationSeconds : null),
  }),
  warmup: setting({
    option: 'warmupSeconds',
    argument: '<seconds>',
    help: 'time before the measured time',
    usual: String(DEFAULTS.warmupSeconds),
    read: (given, { quick, problems }): number =>
      readNumber(given, { min: 0, max: 3_600 }, problems) ?? (quick ? QUICK : DEFAULTS).warmupSeconds,
  }),
  trials: setting({
    option: 'trials',
    argument: '<number>',
    help: 'trials of each case; verdicts need 6',
    usual: String(DEFAULTS.trials),
    read: (given, { quick, problems }): number =>
      readNumber(given, { whole: true, min: 1, max: 10_000 }, problems) ?? (quick ? QUICK : DEFAULTS).trials,
  }),
  seed: setting({
    option: 'seed',
    argument: '<number>',
    help: 'seed of the order of trials and of the filler in messages',
    usual: String(DEFAULTS.seed),
    read: (given, { problems }): number =>
      readNumber(given, { whole: true, min: 0, max: 2 ** 31 - 1 }, problems) ?? DEFAULTS.seed,
  }),
  workers: setting({
    option: 'workers',
    argument: '<number>',
    help: 'load processes',
    usual: 'one for every core the server leaves',
    read: (given, { problems }) => readNumber(given, { whole: true, min: 1, max: 256 }, problems),
  }),
  objective: setting({
    option: 'objective',
    argument: '<percentile<time>',
    help: 'objective of a capacity search',
    usual: DEFAULTS.objective,
    usedBy: ({ objective }) => objective,
    read: (given, { problems }) =>
      readObjective(given ?? { value: DEFAULTS.objective, where: '--objective' }, problems),
    write: ({ percentile, seconds }) => `p${percentile}<${seconds * 1e3}ms`,
  }),
  link: setting({
    option: 'link',
    argument: '<kind>',
    help: 'veth (private link, bytes as a cable carries them), loopback, or auto (veth where this machine can)',
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
    help: 'exit with 10 if a median misses one, such as ws.echo.p99<50ms; several by commas; see docs/compare.md',
    usual: null,
    repeats: true,
  }),
  profile: instruction({ argument: '<name>', help: 'default, quick, or all (every variant too)', usual: 'default' }),
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
