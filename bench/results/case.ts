import { type CaseDescription, DIMENSIONS, type Dimension, type DimensionValue } from './dimensions.ts';

/** Properties of a case that name its transport. */
export interface Measured {
  readonly transport: string;
  readonly variant: string | null;
  /** `a` or `b` in an A/A run. */
  readonly label?: string | undefined;
}

/** Transport as `--transports` takes it: `ws:deflate`. */
export const flagOf = ({ transport, variant }: Measured): string =>
  variant === null ? transport : `${transport}:${variant}`;

/** `ws:deflate`, and in an A/A run `ws:deflate#a`. */
export const labelledFlag = (one: Measured): string =>
  one.label === undefined ? flagOf(one) : `${flagOf(one)}#${one.label}`;

/** Name of a case within its question: `ws:deflate#a`, or `ws (nodes=2)` with values that may be compared. */
export function nameOf(one: Measured & CaseDescription): string {
  const labels = labelsOf(one, ({ comparable }) => comparable);
  return labels.length === 0 ? labelledFlag(one) : `${labelledFlag(one)} (${labels.join(', ')})`;
}

/** Value that a case has in a dimension. */
export function valueIn(dimension: Dimension, one: CaseDescription): DimensionValue {
  const read = dimension.read === undefined ? one.dimensions?.[dimension.name] : dimension.read(one);
  return read ?? defaultOf(dimension, one) ?? '';
}

/** True if the value is the dimension's default; false if each scenario has its own default. */
const isDefault = (dimension: Dimension, one: CaseDescription): boolean =>
  valueIn(dimension, one) === defaultOf(dimension, one);

const defaultOf = ({ defaultOf: usual }: Dimension, one: CaseDescription): DimensionValue | null =>
  usual === null ? null : usual(one);

/** A value by itself: `on`, `128 B`, `4g`. */
export const valueText = (dimension: Dimension, value: DimensionValue): string =>
  dimension.text?.(value) ?? writtenValue(value);

/** A value as an id or a threshold has it: `on`, `128`, `4g`. */
export const writtenValue = (value: DimensionValue): string =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);

/** Parts of an id are separated by slashes, so none may contain one. */
const assignment = ({ name }: Dimension, value: DimensionValue): string =>
  `${name}=${writtenValue(value).replaceAll('/', '%2F')}`;

type Shown = 'id' | 'key' | 'label' | 'phrase' | 'limit';

/** General forms of values other than the default, for dimensions without their own. */
const GENERAL: Readonly<Record<Shown, (dimension: Dimension, value: DimensionValue) => string | null>> = {
  id: assignment,
  key: assignment,
  label: (dimension, value) => `${dimension.name}=${writtenValue(value)}`,
  phrase: (dimension, value) => `with ${dimension.title} ${valueText(dimension, value)}`,
  limit: () => null,
};

function partOf(dimension: Dimension, shown: Shown, one: CaseDescription): string[] {
  const value = valueIn(dimension, one);
  const usual = isDefault(dimension, one);
  const form = dimension[shown] ?? (shown === 'key' ? dimension.id : undefined);
  const part = form === undefined ? (usual ? null : GENERAL[shown](dimension, value)) : form(value, usual, one);
  return part === null ? [] : [part];
}

/** `transport[:variant][#label]/scenario/c<clients>[/r<rate>][/s<size>]/<encoding>[/<payload>][/tls][/<auth>][/<name>=<value>]…` */
export function caseId(one: Measured & CaseDescription): string {
  const parts = DIMENSIONS.flatMap((dimension) => partOf(dimension, 'id', one));
  return [labelledFlag(one), one.scenario, ...parts].join('/');
}

/** Dimensions that come first in a key; the others follow in the table's order. */
const FIRST_IN_KEY = ['clients', 'rate', 'size', 'encoding', 'tls'];
/** Dimensions that come first in a title, which reads best. */
const FIRST_IN_TITLE = ['payload', 'encoding', 'tls', 'target'];

function inOrder(first: readonly string[], all: readonly Dimension[]): Dimension[] {
  const place = ({ name }: Dimension): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return all.toSorted((a, b) => place(a) - place(b));
}

/** Dimensions that make two cases answer different questions. */
const questionDimensions = (): readonly Dimension[] => DIMENSIONS.filter(({ comparable }) => !comparable);

/** Key of a question: `load/broadcast/c50/r200/s128/text/plain/none`. Cases with one key may be compared. */
export function questionKey(one: CaseDescription): string {
  const parts = inOrder(FIRST_IN_KEY, questionDimensions()).flatMap((dimension) => partOf(dimension, 'key', one));
  return [one.kind ?? 'load', one.scenario, ...parts].join('/');
}

/** Values that distinguish a case's question, of the dimensions without their own property. */
export function openDimensions(one: CaseDescription): CaseDescription['dimensions'] {
  const names = questionDimensions().map(({ name }) => name);
  const kept = Object.entries(one.dimensions ?? {}).filter(([name]) => names.includes(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** Phrases that name what is unusual about a question: `of JSON records`, `over TLS`. */
export const phrasesOf = (one: CaseDescription): string[] =>
  inOrder(FIRST_IN_TITLE, questionDimensions()).flatMap((dimension) => partOf(dimension, 'phrase', one));

/** Short labels of what is unusual about a case: `binary`, `TLS`, `network=4g`. */
export const labelsOf = (one: CaseDescription, of: (dimension: Dimension) => boolean = () => true): string[] =>
  DIMENSIONS.filter(of).flatMap((dimension) => partOf(dimension, 'label', one));

/** Limits of what a run can show that follow from the values of its question. */
export const limitsOf = (one: CaseDescription): string[] =>
  DIMENSIONS.flatMap((dimension) => partOf(dimension, 'limit', one));

/** Dimensions in which a case differs from the default, if all scenarios have the same default. */
export const unusualDimensions = (one: CaseDescription): readonly Dimension[] =>
  DIMENSIONS.filter((dimension) => dimension.defaultOf !== null && !isDefault(dimension, one));

/** Values of dimensions by name as a user writes them: `{ network: '4g-lossy' }`. */
export type Narrowing = Readonly<Record<string, string>>;

/** True if a threshold that is narrowed to some values covers the case. */
export const isCovered = (one: CaseDescription, narrowing: Narrowing): boolean =>
  DIMENSIONS.every((dimension) => isCoveredIn(dimension, one, narrowing));

/** True if nothing about this one dimension keeps the threshold from covering the case. */
export function isCoveredIn(dimension: Dimension, one: CaseDescription, narrowing: Narrowing): boolean {
  const wanted = narrowing[dimension.name];
  if (wanted !== undefined) return isWritten(valueIn(dimension, one), wanted);
  return dimension.everyValueInThresholds === true || isDefault(dimension, one);
}

/** `1024`, `es256` and `on` stand for 1024, `ES256` and true. */
function isWritten(value: DimensionValue, text: string): boolean {
  if (typeof value === 'number') return text.trim() !== '' && Number(text) === value;
  const accepted = typeof value === 'boolean' ? [writtenValue(value), String(value)] : [value];
  return accepted.some((one) => one.toLowerCase() === text.toLowerCase());
}

/** A note that may be about some values only, such as a transport left out for one encoding. */
export interface ValuesConcerned {
  readonly encoding?: string | undefined;
  readonly size?: number | undefined;
  readonly dimensions?: Readonly<Record<string, DimensionValue>> | undefined;
}

/** True if the note is about cases with these values. */
export function concerns({ encoding, size, dimensions }: ValuesConcerned, one: CaseDescription): boolean {
  const noted = Object.entries({ encoding, size, ...dimensions }).filter(([, value]) => value !== undefined);
  return noted.every(([name, value]) => {
    const dimension = DIMENSIONS.find((candidate) => candidate.name === name);
    return dimension !== undefined && valueIn(dimension, one) === value;
  });
}

/**
 * Names the dimensions (`weather`) and values (`payload=xml`) of a case in a results file that this version does not know. Its
 * argument may be as it was read, before it is checked against the schema.
 */
export function unknownDimensions(one: object): string[] {
  const fields = new Map(Object.entries(one));
  const open = new Map(Object.entries(Object(fields.get('dimensions') ?? {})));
  const known = DIMENSIONS.flatMap((dimension) => {
    const value = (dimension.read === undefined ? open : fields).get(dimension.name);
    const listed = dimension.values === undefined || dimension.values.some((each) => each === value);
    return value === undefined || listed ? [] : [`${dimension.name}=${value}`];
  });
  const names = DIMENSIONS.flatMap(({ name, read }) => (read === undefined ? [name] : []));
  return [...known, ...[...open.keys()].filter((name) => !names.includes(name))];
}
