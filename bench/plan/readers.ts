import { distance } from 'fastest-levenshtein';
import { readLimit, secondsOf, TIME_UNIT } from '../results/time.ts';
import type { Objective } from '../scenarios/shape.ts';
import { addressShown } from '../security/redact.ts';
import { asAddress, asTemplate } from '../security/template.ts';
import { parseAddress } from './address.ts';

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

const TIME = `(\\d+\\.?\\d*|\\.\\d+)\\s*(${TIME_UNIT})`;
const TIMES = new RegExp(`^\\s*${TIME}(?:\\s*-\\s*${TIME})?\\s*$`);

/** Reads a time with its unit, such as `3s`, or a range of times, such as `2s-4s`, in seconds. @param single true if a range is refused */
export function readTimes(
  given: Given | undefined,
  { min, max }: Range,
  problems: string[],
  single = false,
): { readonly min: number; readonly max: number } | null {
  if (given === undefined) return null;
  const [, amount = '', unit = '', amountTo = amount, unitTo = unit] = TIMES.exec(String(given.value)) ?? [];
  const [from, to] = [secondsOf(amount, unit), secondsOf(amountTo, unitTo)];
  const isRange = amountTo !== amount || unitTo !== unit;
  if (from >= min && to <= max && from <= to && !(single && isRange)) return { min: from, max: to };
  const form = single ? 'a time such as 3s' : 'a time such as 3s, or a range such as 2s-4s';
  problems.push(`${given.where} takes ${form}, from ${min} s to ${max} s, not "${given.value}"`);
  return null;
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
export function readPairs(
  given: Given | undefined,
  problems: string[],
  example = 'path=/chat',
): Readonly<Record<string, string>> {
  if (given === undefined) return {};
  const { value, where } = given;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const texts = isObject ? Object.entries(value).map((pair) => pair.join('=')) : listOf(value);
  const pairs = texts.map((text) => /^([\w-]+)=(.+)$/s.exec(text)?.slice(1) ?? []);
  for (const [at, [name]] of pairs.entries()) {
    if (name === undefined) problems.push(`${where} takes a name and a value, such as ${example}, not "${texts[at]}"`);
    else if (pairs.findIndex(([other]) => other === name) !== at) problems.push(`${where} sets ${name} twice`);
  }
  return Object.fromEntries(pairs.filter(({ length }) => length > 0));
}

export function readCommand(given: Given | undefined, problems: string[]): string | null {
  if (given === undefined) return null;
  if (typeof given.value === 'string' && given.value.trim() !== '') return given.value;
  problems.push(`${given.where} takes a shell command that starts your server, such as 'node my-server.js'`);
  return null;
}

/** Reads names of environment variables. */
export function readVariables(given: Given | undefined, problems: string[]): readonly string[] {
  if (given === undefined) return [];
  const names = listOf(given.value);
  const wrong = names.filter((name) => !/^[A-Za-z_]\w*$/.test(name));
  for (const name of wrong) {
    const asked = name.includes('=') ? 'the name alone: the value is that of your environment' : 'names of variables';
    problems.push(`${given.where} takes ${asked}, such as NODE_OPTIONS, not "${name.replace(/=.*/s, '=…')}"`);
  }
  if (names.length === 0) problems.push(`${given.where} names no variable`);
  return [...new Set(names)];
}

export function readFlag(given: Given | undefined, problems: string[]): boolean {
  if (given === undefined || typeof given.value === 'boolean') return given?.value === true;
  problems.push(`${given.where} takes true or false, not ${JSON.stringify(given.value)}`);
  return false;
}

function isIn(number: number, { min, max, whole }: Range): boolean {
  return Number.isFinite(number) && number >= min && number <= max && (!whole || Number.isInteger(number));
}

/** Splits a list from a flag, with commas, or from a configuration file, as an array. A comma after a backslash belongs to its item. */
export function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  const items = [''];
  for (const part of String(value).split(/(\\*,)/)) {
    const slashes = /^(\\*),$/.exec(part)?.[1]?.length;
    const item = items.pop() ?? '';
    if (slashes === undefined) items.push(item + part);
    else if (slashes % 2 > 0) items.push(`${item}${'\\'.repeat((slashes - 1) / 2)},`);
    else items.push(`${item}${'\\'.repeat(slashes / 2)}`, '');
  }
  return items.map((part) => part.trim()).filter((part, index, parts) => part !== '' || parts.length > 1 || index > 0);
}

/** Writes a list as `listOf` reads it from a flag. */
export const listText = (items: readonly string[]): string =>
  items
    .map((item, index) => {
      const written = item.replaceAll(/(\\*),/g, '$1$1\\,');
      return index < items.length - 1 ? written.replace(/\\+$/, '$&$&') : written;
    })
    .join(',');

export function readObjective({ value, where }: Given, problems: string[]): Objective {
  const limit = readLimit(String(value));
  const percentile = PERCENTILES.find((one) => one === limit?.percentile);
  if (percentile !== undefined && limit !== undefined) return { percentile, seconds: limit.seconds };
  problems.push(
    `${where} takes a percentile (${PERCENTILES.map((one) => `p${one}`).join(', ')}) and a time, such as p99<50ms, not "${value}"`,
  );
  return { percentile: 99, seconds: 0.05 };
}
