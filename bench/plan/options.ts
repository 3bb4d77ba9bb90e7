import { distance } from 'fastest-levenshtein';
import { LEAST_SIZE, MOST_SENDERS, MOST_SEQUENCE } from '../codec/header.ts';
import { findTransport, scenarios, transportNames, transports } from '../registry.ts';

/** What a run is asked to do. Lists span the cases. */
export interface RunOptions {
  /** `transport` or `transport:variant`. */
  readonly transports: readonly string[];
  readonly scenarios: readonly string[];
  readonly clients: readonly number[];
  /** Messages a second, all clients together. Null: each scenario's own default. */
  readonly rates: readonly number[] | null;
  readonly sizes: readonly number[];
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  readonly trials: number;
  readonly seed: number;
  /** Null: one for every core that the server leaves. */
  readonly workers: number | null;
  readonly profile: 'default' | 'quick' | 'custom';
}

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
  'duration',
  'warmup',
  'trials',
  'seed',
  'workers',
  'quick',
] as const;
export type Setting = (typeof SETTINGS)[number];

export const DEFAULTS = { clients: 100, size: 128, durationSeconds: 2, warmupSeconds: 1.2, trials: 7, seed: 1 };
const QUICK = { durationSeconds: 1, warmupSeconds: 1, trials: 1 };

/** Checks everything that was given and reports all problems at once; with none, the options are complete. */
export function readOptions(given: Partial<Record<Setting, Given>>): { options: RunOptions } | { problems: string[] } {
  const problems: string[] = [];
  const quick = readFlag(given.quick, problems);
  const usual = { ...DEFAULTS, ...(quick ? QUICK : {}) };

  const everything = transports.map(({ id }) => id);
  const options: RunOptions = {
    transports: readNames(given.transports, 'transport', transportNames(), everything, problems),
    scenarios: readNames(given.scenarios, 'scenario', ids(scenarios), ids(scenarios), problems),
    clients: readNumbers(given.clients, { whole: true, least: 1, most: MOST_SENDERS }, problems) ?? [usual.clients],
    rates: readNumbers(given.rate, { least: 0.001, most: 10_000_000 }, problems),
    sizes: readNumbers(given.size, { whole: true, least: LEAST_SIZE, most: MOST_SIZE }, problems) ?? [usual.size],
    durationSeconds: readNumber(given.duration, { least: 0.01, most: 86_400 }, problems) ?? usual.durationSeconds,
    warmupSeconds: readNumber(given.warmup, { least: 0, most: 3_600 }, problems) ?? usual.warmupSeconds,
    trials: readNumber(given.trials, { whole: true, least: 1, most: 10_000 }, problems) ?? usual.trials,
    seed: readNumber(given.seed, { whole: true, least: 0, most: 2 ** 31 - 1 }, problems) ?? usual.seed,
    workers: readNumber(given.workers, { whole: true, least: 1, most: 256 }, problems),
    profile: quick ? 'quick' : Object.values(given).some((one) => one !== undefined) ? 'custom' : 'default',
  };
  if (problems.length > 0) return { problems };
  const fewest = Math.min(...options.clients);
  if (options.workers !== null && options.workers > fewest) {
    return {
      problems: [
        `${given.workers?.where} is ${options.workers}, but ${fewest} client(s) keep at most ${fewest} workers busy`,
      ],
    };
  }
  const tooMuch = excess(options);
  return tooMuch.length > 0 ? { problems: tooMuch } : { options };
}

/** What the header's digits or a machine's memory cannot hold. */
function excess(options: RunOptions): string[] {
  const { clients, scenarios: chosen, durationSeconds, warmupSeconds } = options;
  const seconds = durationSeconds + warmupSeconds;
  const fastest = Math.max(...(options.rates ?? scenarios.map(({ defaultRate }) => defaultRate)));
  const problems: string[] = [];
  if ((fastest * seconds) / Math.min(...clients) >= MOST_SEQUENCE) {
    problems.push(
      `${fastest} msg/s for ${seconds} s are more than 268,435,455 messages a client; use a lower --rate or --duration`,
    );
  }
  const toEveryone = scenarios.filter(({ id, reaches }) => reaches === 'everyone' && chosen.includes(id));
  if (toEveryone.length > 0 && Math.max(...clients) > MOST_PAIRED_CLIENTS) {
    const names = toEveryone.map(({ id }) => id).join(', ');
    problems.push(`--clients may be ${MOST_PAIRED_CLIENTS} at the most where each message goes to everyone (${names})`);
  }
  return problems;
}

/** `, did you mean "graphql"?` where a known name is near, and the known names where none is. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = known.toSorted((a, b) => distance(name, a) - distance(name, b))[0];
  if (nearest !== undefined && distance(name, nearest) <= Math.max(2, nearest.length / 3))
    return `, did you mean "${nearest}"?`;
  return known.length <= 20 ? `; there are: ${known.join(', ')}` : '';
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

function readFlag(given: Given | undefined, problems: string[]): boolean {
  if (given === undefined || typeof given.value === 'boolean') return given?.value === true;
  problems.push(`${given.where} takes true or false, not ${JSON.stringify(given.value)}`);
  return false;
}

function isIn(number: number, { least, most, whole }: Range): boolean {
  return Number.isFinite(number) && number >= least && number <= most && (!whole || Number.isInteger(number));
}

function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return String(value)
    .split(',')
    .map((part) => part.trim())
    .filter((part, index, parts) => part !== '' || parts.length > 1 || index > 0);
}

function ids(entries: readonly { readonly id: string }[]): string[] {
  return entries.map(({ id }) => id);
}
