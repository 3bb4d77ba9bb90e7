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

/** Flags of all settings. */
export const settingFlags = (): Readonly<Record<Setting, Flag<Given | undefined>>> =>
  Object.fromEntries(SETTINGS.map((name) => [name, settingFlag(name)])) as Record<Setting, Flag<Given | undefined>>;

/** Given settings among the values of a command's flags. */
export function givenOf(values: { readonly [Name in Setting]?: Given | undefined }): Partial<Record<Setting, Given>> {
  const given: Partial<Record<Setting, Given>> = {};
  for (const name of SETTINGS) {
    const value = values[name];
    if (value !== undefined) given[name] = value;
  }
  return given;
}
