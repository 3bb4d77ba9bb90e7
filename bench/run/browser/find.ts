import { delimiter, isAbsolute, join } from 'node:path';
import { apt, isExecutable } from '../machine/programs.ts';

/** Programs with Chromium's engine, in the order in which they are looked for on the search path. */
const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];

/** Places outside the search path of some. */
const PLACES = ['/usr/bin', '/usr/local/bin', '/opt/google/chrome', '/opt/microsoft/msedge', '/snap/bin'];

/** Browser that can be started, or the reason why there is none, with the way to get one. */
export type FoundBrowser = { readonly path: string } | { readonly missing: string };

type Values = Readonly<Record<string, string | undefined>>;

/**
 * Looks for a browser: the given one, that of WIREBENCH_CHROMIUM, or the first that the system has.
 *
 * @param given path that a user has named; null if none
 */
export function findBrowser(
  given: string | null,
  environment: Values = process.env,
  isThere: (path: string) => boolean = isExecutable,
): FoundBrowser {
  const named = given ?? environment.WIREBENCH_CHROMIUM;
  const folders = [...(environment.PATH ?? '').split(delimiter).filter(isAbsolute), ...PLACES];
  if (named !== undefined) {
    const from = given === null ? 'WIREBENCH_CHROMIUM' : '--browser';
    const paths = named.includes('/') ? [named] : folders.map((folder) => join(folder, named));
    const path = paths.find(isThere);
    return path === undefined
      ? { missing: `there is no program ${named}, which ${from} names; name a Chromium, Chrome or Edge` }
      : { path };
  }
  const path = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isThere);
  return path === undefined
    ? { missing: `no Chromium, Chrome or Edge was found (${apt('chromium')}); or name one with --browser` }
    : { path };
}
