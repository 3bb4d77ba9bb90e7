import { findRuntime, OTHER_RUNTIMES, OTHERS, type OtherRuntime, placeOf, versionOf } from '../../run/runtimes/find.ts';

/** Runtime that `--runtime` would start, with its version; or the reason why it cannot be. */
export type RuntimeReading = { readonly name: OtherRuntime; readonly title: string } & (
  | { readonly place: string; readonly version: string }
  | { readonly missing: string }
  | { readonly place: string; readonly failed: string }
);

/** Looks for the runtimes of servers besides Node, and asks each for its version. */
export const readRuntimes = (environment: NodeJS.ProcessEnv): readonly RuntimeReading[] =>
  OTHERS.map((name) => {
    const { title } = OTHER_RUNTIMES[name];
    const found = findRuntime(name, environment);
    return 'missing' in found
      ? { name, title, ...found }
      : { name, title, place: placeOf(found), ...versionOf(found.path) };
  });
