import { distance } from 'fastest-levenshtein';
import { LEAST_SIZE, MOST_SENDERS, MOST_SEQUENCE } from '../codec/header.ts';
import type { Encoding, Payload, TokenRules } from '../contract.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Objective, ScenarioEntry, Uses } from '../scenarios/shape.ts';
import { findTransport, transportNames, transports } from '../transports/index.ts';

/** What a run is asked to do. Lists span the cases. */
export interface RunOptions {
  /** `transport` or `transport:variant`. */
  readonly transports: readonly string[];
  /** They were named one by one: none of them may be left out without a word. */
  readonly named: boolean;
  readonly scenarios: readonly string[];
  /** Null, here and below: each scenario's own default. */
  readonly clients: readonly number[] | null;
  /** Messages a second, all clients together. */
  readonly rates: readonly number[] | null;
  readonly sizes: readonly number[] | null;
  readonly encodings: readonly Encoding[];
  readonly payload: Payload;
  /** Everything over TLS, with a certificate made for the run. */
  readonly tls: boolean;
  /** Every session brings a token, signed so; null: nobody has to. */
  readonly auth: TokenRules['algorithm'] | null;
  /** A server that runs already, to be driven in place of ours. */
  readonly url: string | null;
  /** Modules of transports from outside the repository. */
  readonly plugins: readonly string[];
  readonly durationSeconds: number | null;
  readonly warmupSeconds: number;
  readonly trials: number;
  readonly seed: number;
  /** Null: one for every core that the server leaves. */
  readonly workers: number | null;
  /** What a capacity search must keep to. */
  readonly objective: Objective;
  /** What server and load talk over; `auto` takes a private link where the kernel allows one. */
  readonly link: LinkChoice;
  /** Every transport twice, under the labels `a` and `b`: any difference found between them is noise. */
  readonly aa: boolean;
  readonly profile: Profile | 'custom';
}

/** Percentiles that an objective can be about. */
const PERCENTILES = [50, 90, 99, 99.9] as const satisfies readonly Objective['percentile'][];

/** `all`: every variant too. */
const PROFILES = ['default', 'quick', 'all'] as const;
export type Profile = (typeof PROFILES)[number];

const ENCODINGS = ['text', 'binary'] as const satisfies readonly Encoding[];

/** What messages are made of besides their header: it decides what compression can save. */
const PAYLOADS = ['filler', 'json', 'zeros'] as const satisfies readonly Payload[];

/** How tokens can be signed. */
export const ALGORITHMS = ['HS256', 'ES256'] as const;

const LINKS = ['auto', 'veth', 'loopback'] as const;
export type LinkChoice = (typeof LINKS)[number];

/** Largest message a run can ask for: the limit its servers are given, in bytes. */
export const MOST_SIZE = 1024 * 1024;

/** The ledger keeps a number for every pair of clients: at this many, a gigabyte. */
const MOST_PAIRED_CLIENTS = 16_384;

/** A value as it was given, and where: `--clients` or `clients in bench.json`. */
export interface Given {
  readonly value: unknown;
  readonly where: string;
}

/** The settings of a run by the names that flags and configuration files use. */
export const SETTINGS = [
  'transports',
  'scenarios',
  'clients',
  'rate',
  'size',
  'encoding',
  'payload',
  'tls',
  'auth',
  'url',
  'plugin',
  'duration',
  'warmup',
  'trials',
  'seed',
  'workers',
  'objective',
  'threshold',
  'link',
  'aa',
  'quick',
  'profile',
] as const;
export type Setting = (typeof SETTINGS)[number];

export const DEFAULTS = { warmupSeconds: 0.8, trials: 7, seed: 1, objective: 'p99<50ms', link: 'auto' } as const;
const QUICK = { durationSeconds: 1, warmupSeconds: 1, trials: 1 };

/**
 * Checks everything that was given and reports all problems at once; with none, the options are complete.
 *
 * @param known scenarios that can be named
 */
export function readOptions(
  given: Partial<Record<Setting, Given>>,
  known: readonly ScenarioEntry[] = scenarios,
): { options: RunOptions } | { problems: string[] } {
  const problems: string[] = [];
  const asked = readChoice(given.profile, PROFILES, problems);
  const quick = readFlag(given.quick, problems) || asked === 'quick';
  if (given.quick !== undefined && given.profile !== undefined) {
    problems.push(`${given.quick.where} is --profile quick; leave one of the two out`);
  }
  const usual = { durationSeconds: null, ...DEFAULTS, ...(quick ? QUICK : {}) };
  // Somebody else's server is asked to send back what it is sent, unless more is known of it.
  const usualScenarios = known.filter(
    ({ usual, reaches }) => usual && (given.url === undefined || reaches === 'sender'),
  );

  const everything = asked === 'all' ? transportNames() : transports.map(({ id }) => id);
  const options: RunOptions = {
    named: given.transports !== undefined,
    transports: readNames(given.transports, 'transport', transportNames(), everything, problems),
    scenarios: readNames(given.scenarios, 'scenario', ids(known), ids(usualScenarios), problems),
    clients: readNumbers(given.clients, { whole: true, least: 1, most: MOST_SENDERS }, problems),
    rates: readNumbers(given.rate, { least: 0.001, most: 10_000_000 }, problems),
    sizes: readNumbers(given.size, { whole: true, least: LEAST_SIZE, most: MOST_SIZE }, problems),
    encodings: readChoices(given.encoding, ENCODINGS, problems) ?? ['text'],
    payload: readChoice(given.payload, PAYLOADS, problems) ?? 'filler',
    tls: readFlag(given.tls, problems),
    auth: readChoice(given.auth, ALGORITHMS, problems) ?? null,
    url: readUrl(given.url, problems),
    plugins: given.plugin === undefined ? [] : listOf(given.plugin.value),
    durationSeconds: readNumber(given.duration, { least: 0.01, most: 86_400 }, problems) ?? usual.durationSeconds,
    warmupSeconds: readNumber(given.warmup, { least: 0, most: 3_600 }, problems) ?? usual.warmupSeconds,
    trials: readNumber(given.trials, { whole: true, least: 1, most: 10_000 }, problems) ?? usual.trials,
    seed: readNumber(given.seed, { whole: true, least: 0, most: 2 ** 31 - 1 }, problems) ?? usual.seed,
    workers: readNumber(given.workers, { whole: true, least: 1, most: 256 }, problems),
    objective: readObjective(given.objective ?? { value: usual.objective, where: '--objective' }, problems),
    link: readChoice(given.link, LINKS, problems) ?? (given.url === undefined ? usual.link : 'loopback'),
    aa: readFlag(given.aa, problems),
    profile: quick ? 'quick' : profileOf(given, asked),
  };
  if (problems.length > 0) return { problems };
  const chosen = known.filter(({ id }) => options.scenarios.includes(id));
  const wrong = [...unused(options, given, chosen), ...excess(options, given, chosen), ...foreign(options, given)];
  return wrong.length > 0 ? { problems: wrong } : { options };
}

/** A profile keeps its name only where nothing else was asked for. */
function profileOf(given: Partial<Record<Setting, Given>>, asked: Profile | undefined): RunOptions['profile'] {
  // What figures have to keep to does not change how they are measured.
  const { profile, threshold, ...others } = given;
  return Object.values(others).some((one) => one !== undefined) ? 'custom' : (asked ?? 'default');
}

/** Settings that none of the chosen scenarios would look at: a run must not seem to do what it does not. */
function unused(
  options: RunOptions,
  given: Partial<Record<Setting, Given>>,
  chosen: readonly ScenarioEntry[],
): string[] {
  const names = options.scenarios.join(', ');
  const none = (setting: Setting, has: (uses: Uses) => boolean): string[] =>
    given[setting] === undefined || chosen.some(({ kind }) => has(kind.uses))
      ? []
      : [`${given[setting].where} has no meaning for ${names}; leave it out`];
  return [
    ...none('rate', ({ rate }) => rate !== 'none'),
    ...(['size', 'encoding', 'payload'] as const).flatMap((setting) => none(setting, ({ messages }) => messages)),
    ...(options.profile === 'quick' ? [] : none('duration', ({ duration }) => duration)),
    ...none('objective', ({ objective }) => objective),
  ];
}

/** What there are not enough clients for, or what the header's digits or a machine's memory cannot hold. */
function excess(
  options: RunOptions,
  given: Partial<Record<Setting, Given>>,
  chosen: readonly ScenarioEntry[],
): string[] {
  const problems: string[] = [];
  const clientsOf = ({ defaults }: ScenarioEntry): readonly number[] => options.clients ?? [defaults.clients];
  const fewest = Math.min(...chosen.flatMap(clientsOf));
  if (options.workers !== null && options.workers > fewest) {
    problems.push(
      `${given.workers?.where} is ${options.workers}, but ${fewest} client(s) keep at most ${fewest} workers busy`,
    );
  }
  for (const scenario of chosen.filter(({ kind }) => kind.uses.rate === 'offered')) {
    const seconds = (options.durationSeconds ?? scenario.defaults.seconds) + options.warmupSeconds;
    const fastest = Math.max(...(options.rates ?? [scenario.defaults.rate]));
    if ((fastest * seconds) / Math.min(...clientsOf(scenario)) < MOST_SEQUENCE) continue;
    problems.push(
      `${fastest} msg/s for ${seconds} s are more than 268,435,455 messages a client; use a lower --rate or --duration`,
    );
    break;
  }
  const toEveryone = chosen.filter(({ reaches }) => reaches === 'everyone');
  if (toEveryone.some((scenario) => Math.max(...clientsOf(scenario)) > MOST_PAIRED_CLIENTS)) {
    const names = toEveryone.map(({ id }) => id).join(', ');
    problems.push(`--clients may be ${MOST_PAIRED_CLIENTS} at the most where each message goes to everyone (${names})`);
  }
  return problems;
}

/** What does not go with a server that is not ours. */
function foreign(
  { url, transports: names, tls, auth, link }: RunOptions,
  given: Partial<Record<Setting, Given>>,
): string[] {
  if (url === null) return [];
  const where = given.url?.where;
  return [
    ...(given.transports === undefined || names.length !== 1
      ? [`${where} takes one --transports, the one that the server at it speaks`]
      : []),
    ...(tls ? [`${where} says by its scheme whether there is TLS; leave --tls out`] : []),
    ...(auth === null
      ? []
      : [`${where}: the server has tokens of its own; set WIREBENCH_TOKEN to one, and leave --auth out`]),
    ...(link === 'veth' ? [`${where} is reached over the host's own network; leave --link veth out`] : []),
  ];
}

/** `, did you mean "graphql"?` where a known name is near, and the known names where none is. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near !== '' || known.length > 20 ? near : `; there are: ${known.join(', ')}`;
}

/** The name that may have been meant, where one is near; for what has named all there are already. */
export function nearest(name: string, known: readonly string[]): string {
  const [first] = known.toSorted((a, b) => distance(name, a) - distance(name, b));
  if (first === undefined || distance(name, first) > Math.max(2, first.length / 3)) return '';
  return `, did you mean "${first}"?`;
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly whole?: true;
}

function readNames(
  given: Given | undefined,
  kind: 'transport' | 'scenario',
  known: readonly string[],
  usual: readonly string[],
  problems: string[],
): readonly string[] {
  if (given === undefined) return usual;
  const names = listOf(given.value);
  if (names.length === 0) problems.push(`${given.where} names no ${kind}; there are: ${known.join(', ')}`);
  for (const [index, name] of names.entries()) {
    const exists = kind === 'transport' ? findTransport(name) !== undefined : known.includes(name);
    if (!exists) problems.push(`${given.where}: unknown ${kind} "${name}"${suggestion(name, known)}`);
    else if (names.indexOf(name) !== index) problems.push(`${given.where} names ${name} twice`);
  }
  return names;
}

function readNumbers(given: Given | undefined, range: Range, problems: string[]): number[] | null {
  if (given === undefined) return null;
  const texts = listOf(given.value);
  const numbers = texts.map((text) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN));
  const kind = range.whole ? 'whole numbers' : 'numbers';
  const wrong = numbers.flatMap((number, index) => (isIn(number, range) ? [] : [`"${texts[index]}"`]));
  if (wrong.length > 0 || numbers.length === 0) {
    const got = wrong.length > 0 ? wrong.join(', ') : 'nothing';
    problems.push(`${given.where} takes ${kind} from ${range.least} to ${range.most}, not ${got}`);
    return null;
  }
  if (new Set(numbers).size < numbers.length) problems.push(`${given.where} names a value twice`);
  return numbers;
}

function readNumber(given: Given | undefined, range: Range, problems: string[]): number | null {
  const numbers = readNumbers(given, range, problems);
  if (numbers === null) return null;
  if (numbers.length > 1) problems.push(`${given?.where} takes one value, not ${numbers.length}`);
  return numbers[0] ?? null;
}

/** Units to a second: dividing by a whole number keeps 800 µs what it is. */
const PER_SECOND: Readonly<Record<string, number>> = { s: 1, ms: 1e3, us: 1e6, µs: 1e6 };

function readObjective({ value, where }: Given, problems: string[]): Objective {
  const [, name, amount, unit = ''] = /^\s*p([\d.]+)\s*<=?\s*([\d.]+)\s*(s|ms|us|µs)\s*$/.exec(String(value)) ?? [];
  const percentile = PERCENTILES.find((one) => one === Number(name));
  const seconds = Number(amount) / (PER_SECOND[unit] ?? Number.NaN);
  if (percentile !== undefined && seconds > 0 && Number.isFinite(seconds)) return { percentile, seconds };
  problems.push(
    `${where} takes a percentile (${PERCENTILES.map((one) => `p${one}`).join(', ')}) and a time, such as p99<50ms, not "${value}"`,
  );
  return { percentile: 99, seconds: 0.05 };
}

function readChoice<Choice extends string>(
  given: Given | undefined,
  choices: readonly Choice[],
  problems: string[],
): Choice | undefined {
  if (given === undefined) return undefined;
  const found = choices.find((one) => one === given.value);
  if (found === undefined) problems.push(notAChoice(given, String(given.value), choices));
  return found;
}

function readChoices<Choice extends string>(
  given: Given | undefined,
  choices: readonly Choice[],
  problems: string[],
): readonly Choice[] | undefined {
  if (given === undefined) return undefined;
  const names = listOf(given.value);
  const found = choices.filter((one) => names.includes(one));
  const wrong = names.filter((name) => !choices.some((one) => one === name));
  for (const name of wrong) problems.push(notAChoice(given, name, choices));
  if (wrong.length === 0 && found.length < Math.max(1, names.length)) {
    problems.push(`${given.where} takes ${choices.join(', ')}, each once`);
  }
  return found;
}

function notAChoice({ where }: Given, value: string, choices: readonly string[]): string {
  return `${where} takes ${choices.join(', ')}, not "${value}"${nearest(value, choices)}`;
}

function readUrl(given: Given | undefined, problems: string[]): string | null {
  if (given === undefined) return null;
  const text = String(given.value);
  if (URL.canParse(text) && new URL(text).hostname !== '') return text;
  problems.push(`${given.where} takes the whole address of a server, such as ws://127.0.0.1:8080/chat, not "${text}"`);
  return null;
}

function readFlag(given: Given | undefined, problems: string[]): boolean {
  if (given === undefined || typeof given.value === 'boolean') return given?.value === true;
  problems.push(`${given.where} takes true or false, not ${JSON.stringify(given.value)}`);
  return false;
}

function isIn(number: number, { least, most, whole }: Range): boolean {
  return Number.isFinite(number) && number >= least && number <= most && (!whole || Number.isInteger(number));
}

/** The parts of a list as flags and configuration files have it. */
export function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return String(value)
    .split(',')
    .map((part) => part.trim())
    .filter((part, index, parts) => part !== '' || parts.length > 1 || index > 0);
}

function ids(entries: readonly { readonly id: string }[]): string[] {
  return entries.map(({ id }) => id);
}
