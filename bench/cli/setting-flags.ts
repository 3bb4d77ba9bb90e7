import { SETTINGS } from '../plan/options.ts';
import type { Given } from '../plan/readers.ts';
import { RUN_SETTINGS, type Setting } from '../plan/settings.ts';
import type { Flag } from './flags.ts';

/** Flag of a setting; `readOptions` reads its value. @param other texts that a command other than `run` replaces */
export function settingFlag(name: Setting, other: Partial<Pick<Flag, 'help' | 'usual'>> = {}): Flag<Given | undefined> {
  const { argument, help, usual, repeats } = RUN_SETTINGS[name];
  return {
    ...(argument === null ? {} : { argument }),
    help,
    ...(usual === null ? {} : { usual }),
    ...(repeats ? { repeats } : {}),
    ...other,
    read: (given) => given,
  };
}

/** Flags of all settings, and those that negate one. */
export const settingFlags = (): Readonly<Record<Setting, Flag<Given | undefined>>> =>
  Object.fromEntries(SETTINGS.flatMap((name) => [[name, settingFlag(name)], ...negationOf(name)])) as Record<
    Setting,
    Flag<Given | undefined>
  >;

/** Flag that gives a setting the value false, with its name. */
function negationOf(name: Setting): [string, Flag<Given | undefined>][] {
  const { negated: help } = RUN_SETTINGS[name];
  return help === undefined ? [] : [[`no-${name}`, { help, read: (given) => given }]];
}

/** Given settings among the values of a command's flags. */
export function givenOf(values: { readonly [Name in Setting]?: Given | undefined }): Partial<Record<Setting, Given>> {
  const given: Partial<Record<Setting, Given>> = {};
  for (const name of SETTINGS) {
    const value = values[name];
    // The parser gives `--no-<name>` as false of the flag itself.
    if (value !== undefined) given[name] = value.value === false ? { ...value, where: negatedPlace(value) } : value;
  }
  return given;
}

/** Place of a value that `--no-<name>` gave. */
const negatedPlace = ({ where }: Given): string => where.replace(/^--(?!no-)/, '--no-');
