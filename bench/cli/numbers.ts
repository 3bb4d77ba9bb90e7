import { UsageError } from './exit.ts';

/** What a flag takes, and what it is where it is not given. */
export interface NumberFlag {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  readonly whole?: true;
}

/**
 * Reads flags that take one number each. All problems are reported at once, with those the caller found elsewhere; what
 * numbers must be to each other is checked once each of them can be read.
 */
export function readNumbers<Name extends string>(
  flags: Readonly<Partial<Record<NoInfer<Name>, string>>>,
  specification: Readonly<Record<Name, NumberFlag>>,
  {
    found = [],
    check = () => [],
  }: {
    found?: readonly string[];
    check?: (numbers: Readonly<Record<Name, number>>) => readonly string[];
  } = {},
): Record<Name, number> {
  const problems: string[] = [];
  const numbers = {} as Record<Name, number>;
  for (const name of Object.keys(specification) as Name[]) {
    const { usual, least, most, whole } = specification[name];
    const text = flags[name];
    const number = text === undefined ? usual : text.trim() === '' ? Number.NaN : Number(text);
    numbers[name] = number;
    if (number >= least && number <= most && (!whole || Number.isInteger(number))) continue;
    problems.push(`--${name} takes a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not "${text}"`);
  }
  const all = [...found, ...problems, ...(problems.length > 0 ? [] : check(numbers))];
  if (all.length > 0) throw new UsageError(all);
  return numbers;
}

/** `45 s`, `3 min`: how long something takes, said beforehand. */
export function approximately(seconds: number): string {
  return seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
