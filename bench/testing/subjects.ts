import { type Found, findTransport, transportNames, whyUnavailable } from '../transports/index.ts';

/** A transport in one of its variants, that tests run over. */
export interface TestedTransport extends Found {
  readonly name: string;
  /** Why it cannot be used on this machine; undefined where it can. */
  readonly unavailable: string | undefined;
}

/**
 * Names of transports and variants to test, as `--transports` takes them. `WIREBENCH_ONLY` narrows them down: a comma-separated list
 * of names, where a transport's name stands for all of its variants too.
 */
export function testedNames(only = process.env.WIREBENCH_ONLY): readonly string[] {
  const names = transportNames();
  if (only === undefined || only === '') return names;
  const wanted = only.split(',');
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`WIREBENCH_ONLY names no transport: ${unknown.join(', ')}`);
  return names.filter((name) => wanted.includes(name) || wanted.includes(name.split(':')[0]!));
}

/** True unless `WIREBENCH_ONLY` narrows the tests down: then what needs several transports may find none. */
export const testsAll = testedNames().length === transportNames().length;

/** Every transport and variant to test. */
export const testedTransports: readonly TestedTransport[] = await Promise.all(
  testedNames().map(async (name) => {
    const found = findTransport(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return { name, ...found, unavailable: await whyUnavailable(found.entry) };
  }),
);
