import { distance } from 'fastest-levenshtein';
import type { Objective } from '../scenarios/shape.ts';
import { addressShown } from '../security/redact.ts';
import { asAddress, asTemplate } from '../security/template.ts';
import { parseAddress } from './address.ts';
import { secondsOf, TIME_UNIT } from './time.ts';

/** A given value and its place, such as `--clients` or `clients in bench.json`. */
export interface Given {
  readonly value: unknown;
  readonly where: string;
}

/** Percentiles that an objective can be about. */
const PERCENTILES = [50, 90, 99, 99.9] as const satisfies readonly Objective['percentile'][];

/** Text such as `, did you mean "graphql"?` if a known name is similar, else a list of the known names. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near !== '' || known.length > 20 ? near : `; there are: ${known.join(', ')}`;
}

/** Text such as `, did you mean "graphql"?` if a known name is similar, else empty. */
export function nearest(name: string, known: readonly string[]): string {
  const [first] = known.toSorted((a, b) => distance(name, a) - distance(name, b));
  if (first === undefined || distance(name, first) > Math.max(2, first.length / 3)) return '';
  return `, did you mean "${first}"?`;
}

/** Range of numbers that a setting takes. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole?: true;
}

/** Reads names of transports or scenarios. `exists` decides which are valid; `known` are those that messages list. */
export function readNames(
  given: Given | undefined,
  { kind, known, usual, exists }: NamesToRead,
  problems: string[],
): readonly string[] {
  if (given === undefined) return usual;
  const names = listOf(given.value);
  if (names.length === 0) problems.push(`${given.where} names no ${kind}; there are: ${known.join(', ')}`);
  for (const [index, name] of names.entries()) {
    if (!exists(name)) problems.push(`${given.where}: unknown ${kind} "${name}"${suggestion(name, known)}`);
    else if (names.indexOf(name) !== index) problems.push(`${given.where} names ${name} twice`);
  }
  return names;
}

interface NamesToRead {
  readonly kind: 'transport' | 'scenario';
  readonly known: readonly string[];
  readonly usual: readonly string[];
  exists(name: string): boolean;
}

export function readNumbers(
  given: Given | undefined,
  range: Range,
  problems: string[],
  kind = range.whole ? 'whole numbers' : 'numbers',
): number[] | null {
  if (given === undefined) return null;
  const texts = listOf(given.value);
  const numbers = texts.map((text) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN));
  const wrong = numbers.flatMap((number, index) => (isIn(number, range) ? [] : [`"${texts[index]}"`]));
  if (wrong.length > 0 || numbers.length === 0) {
    const got = wrong.length > 0 ? wrong.join(', ') : 'nothing';
    problems.push(`${given.where} takes ${kind} from ${range.min} to ${range.max}, not ${got}`);
    return null;
  }
  if (new Set(numbers).size < numbers.length) problems.push(`${given.where} names a value twice`);
  return numbers;
}

export function readNumber(given: Given | undefined, range: Range, problems: string[]): number | null {
  const numbers = readNumbers(given, range, problems, range.whole ? 'a whole number' : 'a number');
  if (numbers === null) return null;
  if (numbers.length > 1) problems.push(`${given?.where} takes one value, not ${numbers.length}`);
  return numbers[0] ?? null;
}

export function readChoice<Choice extends string>(
  given: Given | undefined,
  choices: readonly Choice[],
  problems: string[],
): Choice | undefined {
  if (given === undefined) return undefined;
  const found = choices.find((one) => one === given.value);
  if (found === undefined) problems.push(notAChoice(given, String(given.value), choices));
  return found;
}

export function readChoices<Choice extends string>(
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

export function readUrl(given: Given | undefined, problems: string[]): string | null {
  if (given === undefined) return null;
  const text = String(given.value);
  const address = parseAddress(asAddress(text));
  if (address !== undefined) return asTemplate(text, address.href);
  // An address that cannot be parsed may have its password anywhere before an @.
  const shown = addressShown(text).replace(/^([a-z][a-z\d+.-]*:[/\\]*)?.*@/is, '$1[hidden]@');
  problems.push(`${given.where} takes the whole address of a server, such as ws://127.0.0.1:8080/chat, not "${shown}"`);
  return null;
}

/** Reads `name=value` pairs, separated by commas, or an object of a configuration file. */
export function readPairs(given: Given | undefined, problems: string[]): Readonly<Record<string, string>> {
  if (given === undefined) return {};
  const { value, where } = given;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const texts = isObject ? Object.entries(value).map((pair) => pair.join('=')) : listOf(value);
  const pairs = texts.map((text) => /^([\w-]+)=(.+)$/s.exec(text)?.slice(1) ?? []);
  for (const [at, [name]] of pairs.entries()) {
    if (name === undefined) problems.push(`${where} takes a name and a value, such as path=/chat, not "${texts[at]}"`);
    else if (pairs.findIndex(([other]) => other === name) !== at) problems.push(`${where} sets ${name} twice`);
  }
  return Object.fromEntries(pairs);
}

export function readCommand(given: Given | undefined, problems: string[]): string | null {
  if (given === undefined) return null;
  if (typeof given.value === 'string' && given.value.trim() !== '') return given.value;
  problems.push(`${given.where} takes a shell command that starts your server, such as 'node my-server.js'`);
  return null;
}

export function readFlag(given: Given | undefined, problems: string[]): boolean {
  if (given === undefined || typeof given.value === 'boolean') return given?.value === true;
  problems.push(`${given.where} takes true or false, not ${JSON.stringify(given.value)}`);
  return false;
}

function isIn(number: number, { min, max, whole }: Range): boolean {
  return Number.isFinite(number) && number >= min && number <= max && (!whole || Number.isInteger(number));
}

/** Splits a list from a flag, with commas, or from a configuration file, as an array. */
export function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return String(value)
    .split(',')
    .map((part) => part.trim())
    .filter((part, index, parts) => part !== '' || parts.length > 1 || index > 0);
}

/** Quotes an argument so that a shell takes it as one word. */
export const quoted = (value: string): string =>
  /^[\w.,:/@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;

const OBJECTIVE = new RegExp(`^\\s*p([\\d.]+)\\s*<=?\\s*([\\d.]+)\\s*(${TIME_UNIT})\\s*$`);

export function readObjective({ value, where }: Given, problems: string[]): Objective {
  const [, name, amount = '', unit = ''] = OBJECTIVE.exec(String(value)) ?? [];
  const percentile = PERCENTILES.find((one) => one === Number(name));
  const seconds = secondsOf(amount, unit);
  if (percentile !== undefined && seconds > 0 && Number.isFinite(seconds)) return { percentile, seconds };
  problems.push(
    `${where} takes a percentile (${PERCENTILES.map((one) => `p${one}`).join(', ')}) and a time, such as p99<50ms, not "${value}"`,
  );
  return { percentile: 99, seconds: 0.05 };
}
