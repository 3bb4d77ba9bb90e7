import { type Given, type Range, readChoice, readNumber } from '../plan/readers.ts';

/** Flag of a command. Help, the README, validation and reproduction commands are derived from it. */
export interface Flag<Value = unknown> {
  /** Argument as help shows it, such as `<number>`; a switch has none. */
  readonly argument?: string;
  readonly help: string;
  /** Default in words. */
  readonly usual?: string;
  /** True if the flag may be given several times; its values are joined by commas. */
  readonly repeats?: true;
  /** Reads the given value and adds any problems to those found so far. */
  readonly read: (given: Given | undefined, problems: string[]) => Value;
}

/** Flags of a command by name, without the two hyphens. */
export type Flags = Readonly<Record<string, Flag>>;
export type Values<Table extends Flags> = {
  readonly [Name in keyof Table]: Table[Name] extends Flag<infer Value> ? Value : never;
};

/** Reads all flags of a command. The values are valid only if no problem was added. */
export function readFlags<Table extends Flags>(
  table: Table,
  given: Readonly<Record<string, Given>>,
  problems: string[],
): Values<Table> {
  const read = Object.entries(table).map(([name, flag]) => [name, flag.read(given[name], problems)]);
  return Object.fromEntries(read) as Values<Table>;
}

/** A flag without an argument. */
export const toggle = (help: string): Flag<boolean> => ({ help, read: (given) => given?.value === true });

interface Text {
  readonly argument: string;
  readonly help: string;
  readonly usual?: string;
}

/** A flag whose text the command reads by itself; undefined if it is not given. */
export const textFlag = (text: Text): Flag<string | undefined> => ({
  ...text,
  read: (given) => (given === undefined ? undefined : String(given.value)),
});

/** A flag with a default, which is written as a user would type it and read in the same way. */
export function flagWithDefault<Value>(
  { argument, help, usual }: Required<Text>,
  read: (given: Given, problems: string[]) => Value,
): Flag<Value> {
  return {
    argument,
    help,
    usual,
    read: (given, problems) => read(given ?? { value: usual, where: 'default' }, problems),
  };
}

export const numberFlag = (argument: string, help: string, range: Range & { readonly usual: number }): Flag<number> =>
  flagWithDefault(
    { argument, help, usual: String(range.usual) },
    (given, problems) => readNumber(given, range, problems) ?? Number.NaN,
  );

export const choiceFlag = <Choice extends string>(
  text: Text,
  choices: readonly Choice[],
): Flag<Choice | undefined> => ({ ...text, read: (given, problems) => readChoice(given, choices, problems) });

/** Help text of a flag, with its default in brackets. */
export const helpOf = ({ help, usual }: Flag): string => (usual === undefined ? help : `${help} (${usual})`);

/** A command's flags as rows of a table in a document. */
export function flagRows(table: Flags): { readonly flag: string; readonly help: string; readonly usual: string }[] {
  return Object.entries(table).map(([name, { argument, help, usual = '' }]) => ({
    flag: argument === undefined ? `--${name}` : `--${name} ${argument}`,
    help,
    usual,
  }));
}
