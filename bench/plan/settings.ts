import { MAX_SENDERS, MIN_SIZE } from '../codec/header.ts';
import type { Options } from '../contract.ts';
import {
  ALGORITHMS,
  CLIENTS_IN,
  type DimensionValue,
  ENCODINGS,
  FAULTS,
  LIBRARY_HEARTBEAT,
  NO_NETWORK,
  NO_PROXY,
  PAYLOADS,
  POLICIES,
  READERS,
  RUNTIMES,
} from '../results/dimensions.ts';
import { limitText, timeText } from '../results/time.ts';
import type { ClientsIn, Reader, Runtime } from '../results/values.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Load, Outage, ScenarioEntry, Uses } from '../scenarios/shape.ts';
import { DEFAULT_CLIENTS_IN } from '../scenarios/shared/clients-in.ts';
import { COMMON_FAULTS, DEFAULT_FAULT, DEFAULT_OUTAGE, DEFAULT_POLICY } from '../scenarios/shared/faults.ts';
import { ONE_NODE } from '../scenarios/shared/nodes.ts';
import { DEFAULT_RUNTIME } from '../scenarios/shared/runtime.ts';
import { MAX_PROCESSES } from '../scenarios/shared/server-processes.ts';
import { addressShown, commandRedacted } from '../security/redact.ts';
import { findTransport, transportNames, transports } from '../transports/index.ts';
import { readHeartbeats } from './heartbeats.ts';
import { readNetworks } from './networks.ts';
import {
  type Given,
  listOf,
  listText,
  readChoice,
  readChoices,
  readCommand,
  readFlag,
  readNames,
  readNumber,
  readNumbers,
  readObjective,
  readPairs,
  readTimes,
  readUrl,
  readVariables,
} from './readers.ts';
import { readVias } from './vias.ts';

/** Profiles; `all` also measures every variant, `networks` every named network, `recovery` every fault under both policies. */
export const PROFILES = ['default', 'quick', 'all', 'networks', 'recovery'] as const;
export type Profile = (typeof PROFILES)[number];

const LINKS = ['auto', 'veth', 'loopback'] as const;
export type LinkChoice = (typeof LINKS)[number];

/** Maximum size of a message, in bytes, which is also the limit that servers are given. */
export const MAX_SIZE = 1024 * 1024;

/** Maximum number of servers that are one service. */
const MAX_NODES = 16;

/** Maximum number of trials at the same time: each has a server, load workers, a relay and three namespaces of its own. */
const MAX_BESIDE = 64;

export const DEFAULTS = {
  warmupSeconds: 0.8,
  trials: 6,
  seed: 1,
  objective: 'p99<50ms',
  link: 'auto',
} as const;
export const QUICK = {
  durationSeconds: 1,
  warmupSeconds: 0.6,
  trials: 1,
  outage: { minSeconds: 1, maxSeconds: 1 },
};

/** Circumstances that determine defaults, and the list of problems. */
export interface ReadingContext {
  readonly quick: boolean;
  readonly profile: Profile | undefined;
  /** True if the server is not ours. */
  readonly foreign: boolean;
  /** True if the server is started by a command of the user's. */
  readonly launched: boolean;
  /** True if servers share a Redis that is somebody else's, which only the host's own network reaches. */
  readonly outside: boolean;
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
  /** Help of `--no-<name>`, which gives false, where there is one. */
  readonly negated?: string;
  /** True if scenarios of a kind use it; undefined if all do. It is refused if no scenario of the run uses it. */
  readonly usedBy?: (uses: Uses) => boolean;
}

/** Setting as written on a command line: its value, true for a switch, false for `--no-<name>`, or null if it is omitted. */
type Written = string | boolean | null;

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
  if (Array.isArray(value)) return value.length === 0 ? null : listText(value.map(String));
  if (typeof value === 'boolean') return value || null;
  return value === null ? null : String(value);
}

const writePairs = (pairs: Options): Written =>
  Object.entries(pairs)
    .map(([name, value]) => `${name}=${value}`)
    .join(',') || null;

const unless =
  (usual: string) =>
  (value: string | readonly string[]): Written => {
    const text = String(value);
    return text === usual ? null : text;
  };

/** Defaults of all scenarios in words, such as `echo 100, broadcast 50`, and those over a network that differ. */
const describeDefaults = (of: (defaults: Load) => readonly number[]): string => {
  const usual = scenarios.map(({ id, defaults }) => ({ id, values: of(defaults) }));
  const over = scenarios.flatMap(({ id, defaults }) =>
    defaults.overNetwork === undefined ? [] : [{ id, values: of({ ...defaults, ...defaults.overNetwork }) }],
  );
  const changed = over.filter(
    ({ id, values }) => String(values) !== String(usual.find((one) => one.id === id)?.values),
  );
  const text = (all: typeof usual): string =>
    all
      .map(({ id, values }) => ({ id, values: values.filter((value) => value > 0) }))
      .filter(({ values }) => values.length > 0)
      .map(({ id, values }) => `${id} ${values.join('/')}`)
      .join(', ');
  return changed.length === 0 ? text(usual) : `${text(usual)}; over a network ${text(changed)}`;
};

/** Writes an outage as a flag takes it: `2s-4s`, or `3s` for a range of one time. */
const outageText = ({ minSeconds, maxSeconds }: Outage): string =>
  minSeconds === maxSeconds ? timeText(minSeconds) : `${timeText(minSeconds)}-${timeText(maxSeconds)}`;

const USUAL_OUTAGE = outageText(DEFAULT_OUTAGE);
/** Shortest and longest outage and silence, in seconds. */
const FAULT_TIMES = { min: 0.1, max: 600 };

const hasFaults = ({ faults }: Uses): boolean => faults === true;
/** True if a run goes through all faults unless it names some. */
export const isOfFaults = (profile: Profile | undefined): boolean => profile === 'recovery';

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
    read(given, { foreign, profile, scenarios: existing, problems }): readonly string[] {
      // A foreign server is only expected to echo, unless scenarios are named.
      const usual = isOfFaults(profile)
        ? idsOf(existing.filter(({ kind }) => hasFaults(kind.uses)))
        : idsOf(existing.filter(({ usual, reaches }) => usual && (!foreign || reaches === 'sender')));
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
  network: setting({
    option: 'networks',
    argument: '<names>',
    help: 'path of each client to the server: none (the private link as it is), names such as 4g-lossy, or parts such as rtt=80ms+loss=1%; see docs/networks.md',
    usual: NO_NETWORK,
    usedBy: ({ network }) => network,
    read: (given, { profile, problems }): readonly string[] => readNetworks(given, profile === 'networks', problems),
    write: unless(NO_NETWORK),
    spans: (ids) => ids,
  }),
  tls: setting({
    option: 'tls',
    argument: null,
    help: 'use TLS on every connection; clients verify a certificate that is made for the run',
    usual: 'off; on over every --network but none',
    negated: 'use no TLS, which is the default over a --network',
    read: (given, { problems }): boolean | null => (given === undefined ? null : readFlag(given, problems)),
    write: (value) => value,
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
  exec: setting({
    option: 'exec',
    argument: '<command>',
    help: 'shell command that starts your server for every trial, to be measured in the place of ours at --url, such as ws://HOST:PORT; see docs/your-own.md',
    usual: null,
    read: (given, { problems }) => readCommand(given, problems),
    write: (command) => (command === null ? null : commandRedacted(command)),
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
      listText(Object.entries(pairs).map(([name, value]) => `${name}=${addressShown(String(value))}`)) || null,
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
    help: 'trials of each case, and half as many of those that a default run measures over a network or with a fault; verdicts need at least 6',
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
  servers: setting({
    option: 'servers',
    argument: '<number>',
    help: 'number of server processes of a trial, which share one port; a transport whose sessions cannot be spread over several has one; see docs/scale.md',
    usual: 'one, or as many as the limit of open files needs',
    read: (given, { problems }): number | null =>
      readNumber(given, { whole: true, min: 1, max: MAX_PROCESSES }, problems),
  }),
  workers: setting({
    option: 'workers',
    argument: '<number>',
    help: 'number of load processes',
    usual: 'one for each core that the server does not use, or as many as the limit of open files needs',
    read: (given, { problems }) => readNumber(given, { whole: true, min: 1, max: MAX_PROCESSES }, problems),
  }),
  objective: setting({
    option: 'objective',
    argument: '<percentile<time>',
    help: 'latency that the use allows: a capacity search must meet it, and the band of times follows from it',
    usual: `${DEFAULTS.objective}; over a network its round trip and 50ms`,
    usedBy: ({ objective }) => objective,
    read: (given, { problems }) =>
      readObjective(given ?? { value: DEFAULTS.objective, where: '--objective' }, problems),
    write: limitText,
  }),
  band: setting({
    option: 'band',
    argument: '<figure=amount>',
    help: 'differences that nobody could notice, such as p99=5ms,cpu=20us,memory=50MiB,bytes=30B; see docs/methodology.md',
    usual: 'a tenth of the time of --objective, at least 5ms; others in docs/methodology.md',
    repeats: true,
    read: (given, { problems }) => readPairs(given, problems, 'p99=5ms'),
    write: writePairs,
  }),
  beside: setting({
    option: 'beside',
    argument: '<number>',
    help: 'trials that run at the same time, of cases over a network or with a fault, at a low rate; 1 runs them one after another; see docs/methodology.md',
    usual: '1; in a default run as many as add no error that counts',
    read: (given, { problems }): number | null => readNumber(given, { whole: true, min: 1, max: MAX_BESIDE }, problems),
  }),
  heartbeat: setting({
    option: 'heartbeats',
    argument: '<times>',
    help: 'interval of heartbeats: library (the default of each library or of our server), or times such as 5s; see docs/methodology.md',
    usual: LIBRARY_HEARTBEAT,
    usedBy: ({ heartbeat = false }) => heartbeat,
    read: (given, { problems }): readonly string[] => readHeartbeats(given, problems),
    write: unless(LIBRARY_HEARTBEAT),
    spans: (values) => values,
  }),
  nodes: setting({
    option: 'nodes',
    argument: '<numbers>',
    help: 'servers that are one service, over which the sessions are dealt: several share a Redis; see docs/scale.md',
    usual: '1',
    usedBy: ({ nodes = true }) => nodes,
    read: (given, { problems }): readonly number[] =>
      readNumbers(given, { whole: true, min: 1, max: MAX_NODES }, problems) ?? [ONE_NODE],
    write: (values) => unless('1')(values.map(String)),
    spans: (values) => values,
  }),
  backplane: setting({
    option: 'backplane',
    argument: '<url>',
    help: 'Redis that several --nodes share, such as redis://127.0.0.1:6379; it is never restarted',
    usual: 'one of the run’s own, of the redis-server on the path',
    usedBy: ({ nodes = true }) => nodes,
    read(given, { problems }): string | null {
      const text = given === undefined ? null : String(given.value);
      if (text !== null && !/^rediss?:\/\/[^\s/]+/.test(text))
        problems.push(`${given?.where} needs the address of a Redis, such as redis://127.0.0.1:6379`);
      return text;
    },
    write: (url) => (url === null ? null : addressShown(url)),
  }),
  'clients-in': setting({
    option: 'clientsIn',
    argument: '<runtimes>',
    help: `where clients run: ${CLIENTS_IN.join(', ')}, or both separated by a comma; in a browser scenarios have a smaller load; see docs/browsers.md`,
    usual: DEFAULT_CLIENTS_IN,
    usedBy: ({ browsers }) => browsers !== false,
    read: (given, { problems }): readonly ClientsIn[] =>
      readChoices(given, CLIENTS_IN, problems) ?? [DEFAULT_CLIENTS_IN],
    write: unless(DEFAULT_CLIENTS_IN),
    spans: (values) => values,
  }),
  browser: setting({
    option: 'browser',
    argument: '<path>',
    help: 'browser that --clients-in chromium starts: Chromium, Chrome or Edge',
    usual: 'WIREBENCH_CHROMIUM, or the first that is found',
    usedBy: ({ browsers }) => browsers !== false,
    read: (given): string | null => (given === undefined ? null : String(given.value)),
  }),
  via: setting({
    option: 'vias',
    argument: '<proxies>',
    help: 'proxy between clients and server: none, nginx, haproxy, or a form such as nginx:defaults or haproxy:cookie; several separated by commas; see docs/scale.md',
    usual: NO_PROXY,
    read: (given, { problems }): readonly string[] => readVias(given, problems),
    write: unless(NO_PROXY),
    spans: (values) => values,
  }),
  runtime: setting({
    option: 'runtimes',
    argument: '<names>',
    help: `where our servers run: ${RUNTIMES.join(', ')}, or several separated by commas; see docs/scale.md`,
    usual: DEFAULT_RUNTIME,
    read: (given, { problems }): readonly Runtime[] => readChoices(given, RUNTIMES, problems) ?? [DEFAULT_RUNTIME],
    write: unless(DEFAULT_RUNTIME),
    spans: (values) => values,
  }),
  link: setting({
    option: 'link',
    argument: '<kind>',
    help: 'veth (a private link, bytes counted as on a cable), loopback, or auto (veth if this machine can make one)',
    usual: DEFAULTS.link,
    read: (given, { foreign, launched, outside, problems }) =>
      readChoice(given, LINKS, problems) ?? ((foreign && !launched) || outside ? 'loopback' : DEFAULTS.link),
  }),
  'keep-env': setting({
    option: 'keepEnv',
    argument: '<names>',
    help: 'environment variables to pass on to the measured processes, which otherwise get only those that change nothing, such as PATH; see docs/methodology.md',
    usual: null,
    repeats: true,
    read: (given, { problems }): readonly string[] => readVariables(given, problems),
  }),
  aa: setting({
    option: 'aa',
    argument: null,
    help: 'measure every transport twice; any difference found between the two is noise',
    usual: null,
    read: (given, { problems }) => readFlag(given, problems),
  }),
  'keep-going': setting({
    option: 'keepGoing',
    argument: null,
    help: 'run the whole plan even if no trial of its first block is valid, where a run otherwise stops',
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
    help: 'default, quick, all (also measures every variant), networks (every named network, at one load), or recovery (every fault, under both policies)',
    usual: 'default',
  }),
  quick: instruction({
    argument: null,
    help: 'one short trial of each case: a first look, without verdicts',
    usual: null,
  }),
  fault: setting({
    option: 'faults',
    argument: '<names>',
    help: `what happens in a recovery: ${FAULTS.join(', ')} (of a tab, with --clients-in chromium); see docs/recovery.md`,
    usual: DEFAULT_FAULT,
    usedBy: hasFaults,
    read: (given, { profile, problems }) =>
      readChoices(given, FAULTS, problems) ?? (isOfFaults(profile) ? COMMON_FAULTS : [DEFAULT_FAULT]),
    write: unless(DEFAULT_FAULT),
    spans: (faults) => faults,
  }),
  outage: setting({
    option: 'outage',
    argument: '<time>',
    help: 'time from the fault until the path is back, such as 3s, or a range from which each block draws its own; reset and rebind have none',
    usual: USUAL_OUTAGE,
    usedBy: hasFaults,
    read(given, { quick, problems }): Outage {
      const read = readTimes(given, FAULT_TIMES, problems);
      if (read === null) return quick ? QUICK.outage : DEFAULT_OUTAGE;
      return { minSeconds: read.min, maxSeconds: read.max };
    },
    write: (outage) => unless(USUAL_OUTAGE)(outageText(outage)),
  }),
  reconnect: setting({
    option: 'policies',
    argument: '<names>',
    help: 'who reconnects: managed (the harness, alike for all), library (each client library by its own defaults), or both separated by a comma',
    usual: DEFAULT_POLICY,
    usedBy: hasFaults,
    read: (given, { profile, problems }) =>
      readChoices(given, POLICIES, problems) ?? (isOfFaults(profile) ? POLICIES : [DEFAULT_POLICY]),
    write: unless(DEFAULT_POLICY),
    spans: (policies) => policies,
  }),
  silence: setting({
    option: 'silenceSeconds',
    argument: '<time>',
    help: 'time without a message after which the harness takes a session for lost',
    usual: '3s, or three publishing intervals if they are longer',
    usedBy: hasFaults,
    read(given, { problems }): number | null {
      const read = readTimes(given, FAULT_TIMES, problems, true);
      return read === null ? null : read.min;
    },
    write: (seconds) => (seconds === null ? null : timeText(seconds)),
  }),
  reader: setting({
    option: 'readers',
    argument: '<names>',
    help: 'what some subscribers of slow-readers do: stopped (they read nothing), slow (their lines carry 25 kB/s), or both separated by a comma; see docs/slow-readers.md',
    usual: listText(READERS),
    usedBy: ({ readers }) => readers === true,
    read: (given, { problems }): readonly Reader[] => readChoices(given, READERS, problems) ?? READERS,
    write: unless(listText(READERS)),
    spans: (readers) => readers,
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
