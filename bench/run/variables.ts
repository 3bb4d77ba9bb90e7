import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { changesRuntime, namesAuthorities } from '../results/machine/variables.ts';
import type { Environment } from '../results/schema.ts';

/** Folder for compiled code, unless the environment names one: processes of ours then start in half the time. */
export const COMPILED_CODE = fileURLToPath(new URL('../../node_modules/.cache/wirebench', import.meta.url));

type Values = Readonly<Record<string, string | undefined>>;

/** Variables of this process's environment as the measured processes of ours get them. */
export interface Variables {
  /** Environment of every one of these processes. */
  readonly passed: Readonly<Record<string, string>>;
  /** Names of variables that are passed on because the user asks for it. */
  readonly kept: readonly string[];
  /** Names of variables that are not passed on. */
  readonly dropped: readonly string[];
}

/** Variables that every process may need and none is measured differently for: places, user, language, time zone, compiled code. */
const PASSED =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|XDG_RUNTIME_DIR|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA|NUMBER_OF_PROCESSORS|NODE_COMPILE_CACHE)$/i;

/** Variable whose value 0 makes every client of Node.js accept every certificate. */
const UNVERIFIED = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * Divides an environment. Pure.
 *
 * @param keep names of variables that are passed on as well
 * @param foreign true if clients connect to a server that is not ours
 */
export function variablesFor(
  environment: Values,
  { keep = [], foreign = false }: { readonly keep?: readonly string[]; readonly foreign?: boolean } = {},
): Variables {
  const all = Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  const isPassed = (name: string): boolean =>
    PASSED.test(name) || (foreign && namesAuthorities(name)) || keep.includes(name);
  return {
    passed: {
      NODE_COMPILE_CACHE: COMPILED_CODE,
      ...Object.fromEntries(all.flatMap(({ name, value }) => (isPassed(name) ? [[name, value]] : []))),
    },
    kept: keep.filter((name) => environment[name] !== undefined).toSorted(),
    dropped: all.flatMap(({ name }) => (isPassed(name) ? [] : [name])).toSorted(),
  };
}

/** Problems of variables that cannot be passed on, each with its fix. */
export function keepProblems(keep: readonly string[], environment: Values, where = '--keep-env'): string[] {
  return keep.flatMap((name) => {
    if (name === 'WIREBENCH_TOKEN')
      return [`${where}: sessions get the token of WIREBENCH_TOKEN by themselves; leave it out`];
    if (environment[name] === undefined) return [`${where}: ${name} is not set; set it, or leave it out`];
    if (name === UNVERIFIED && environment[name] === '0')
      return [
        `${where}: with ${UNVERIFIED}=0 clients would accept every certificate, and TLS would not be measured; name the certificate in --ca`,
      ];
    return [];
  });
}

/** Describes variables for the results: by name, and those that change a runtime by the digest of their value. */
export function describeVariables(
  { passed, kept, dropped }: Variables,
  server?: Values,
): NonNullable<Environment['variables']> {
  return {
    passed: Object.keys(passed).toSorted(),
    kept: kept.map((name) => (changesRuntime(name) ? { name, sha256: digestOf(passed[name] ?? '') } : { name })),
    dropped: [...dropped],
    ...(server === undefined
      ? {}
      : {
          server: Object.keys(server)
            .filter((name) => server[name] !== undefined)
            .toSorted(),
        }),
  };
}

/** Beginning of the value's SHA-256, which tells two values apart and is none. */
const digestOf = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 8);
