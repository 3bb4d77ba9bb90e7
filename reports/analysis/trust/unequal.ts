import { flagOf } from '../../../bench/results/case.ts';
import type { Case, Results } from '../../../bench/results/schema.ts';
import { describe } from '../../model/group.ts';

/** Settings of a transport in force in this run. */
export type Implementation = {
  readonly name: string;
  readonly title: string;
  /** Values by setting; one that differs between a transport's cases has all its values. */
  readonly settings: ReadonlyMap<string, string>;
};

/** A setting that differs between transports: each value with its transports, and the reason. */
export type Unequal = {
  readonly setting: string;
  readonly held: readonly { readonly value: string; readonly names: readonly string[] }[];
  readonly why: string;
};

export function implementationsOf(results: Results): Implementation[] {
  const byName = Map.groupBy(results.cases, flagOf);
  return [...byName].flatMap(([name, cases]) => {
    const [first] = cases;
    return first === undefined ? [] : [{ name, title: describe(results, first).title, settings: settingsOf(cases) }];
  });
}

function settingsOf(cases: readonly Case[]): Map<string, string> {
  const values = new Map<string, Set<string>>();
  for (const [key, value] of cases.flatMap(({ effective }) => Object.entries(effective)))
    values.set(key, (values.get(key) ?? new Set()).add(String(value)));
  return new Map([...values].map(([key, those]) => [key, [...those].join(' / ')]));
}

/** Settings and promises in which the implementations differ, with the reason why they were left different. */
export function unequalIn(results: Results): Unequal[] {
  const implementations = implementationsOf(results);
  const keys = [...new Set(implementations.flatMap(({ settings }) => [...settings.keys()]))].toSorted();
  const differing = keys
    .filter((key) => key !== REPEATED)
    .flatMap((setting): Unequal[] => {
      const held = implementations.flatMap(({ name, settings }) => {
        const value = settings.get(setting);
        return value === undefined ? [] : [{ name, value }];
      });
      return unequal(setting, held, WHY.get(setting) ?? OTHERWISE);
    });
  return [...promisesIn(results, implementations), ...differing];
}

function unequal(
  setting: string,
  held: readonly { readonly name: string; readonly value: string }[],
  why: string,
): Unequal[] {
  const byValue = [...Map.groupBy(held, ({ value }) => value)];
  if (byValue.length < 2) return [];
  return [{ setting, held: byValue.map(([value, those]) => ({ value, names: those.map(({ name }) => name) })), why }];
}

function promisesIn({ transports }: Results, implementations: readonly Implementation[]): Unequal[] {
  const known = implementations.flatMap(({ name }) => {
    const info = transports.find(({ id, variant }) => flagOf({ transport: id, variant }) === name);
    return info === undefined ? [] : [{ name, promises: info.capabilities }];
  });
  const by = (setting: string, read: (of: (typeof known)[number]['promises']) => string, why: string) =>
    unequal(
      setting,
      known.map(({ name, promises }) => ({ name, value: read(promises) })),
      why,
    );
  return [
    ...by(
      'client to server',
      ({ upstream }) => (upstream === 'request' ? 'a separate request for each message' : 'the connection'),
      'A transport that only carries messages from the server sends the others by requests. It is used that way, and the cost is its own.',
    ),
    ...by(
      'delivery',
      ({ reliable }) => (reliable ? 'every message once' : 'may lose'),
      'The variant exists for this; its losses are a result, not a fault.',
    ),
    ...by(
      'order',
      ({ ordered }) => (ordered ? 'as sent' : 'any'),
      'The variant exists for this; no message waits for a late one.',
    ),
    ...by(
      'binary messages',
      ({ binary }) => (binary ? 'carried as they are' : 'not carried'),
      'The protocol decides this. Cases with binary messages leave out transports that cannot carry them, instead of scoring them zero.',
    ),
  ];
}

/** Setting that `heartbeat` repeats in words. */
const REPEATED = 'heartbeatSeconds';

const LIBRARY =
  'Each library keeps its default, because nobody runs one interval for all. Heartbeats cost little under load, but they are the cost of idle sessions.';
const VARIANT = 'The variant exists to measure this; other variants have it off or at the library’s default.';
const PROTOCOL = 'The protocol decides this: others have no such setting, or cannot do without it.';
const OTHERWISE = 'The library’s default or the protocol decides this.';

const WHY: ReadonlyMap<string, string> = new Map([
  ['heartbeat', LIBRARY],
  ['compression', VARIANT],
  ['batchMs', VARIANT],
  ['transports', VARIANT],
  ['parser', VARIANT],
  [
    'http',
    'gRPC requires HTTP/2; the other libraries speak HTTP/1.1 or plain TCP here, and some offer HTTP/2 as a variant.',
  ],
  ['qos', VARIANT],
  ['protocol', VARIANT],
  ['eventIds', VARIANT],
  ['ordered', VARIANT],
  ['reliable', VARIANT],
  ['encryption', PROTOCOL],
  ['subprotocol', PROTOCOL],
  ['flowControlWindowBytes', PROTOCOL],
  ['intervalMs', PROTOCOL],
  ['messageBytes', 'The largest message in bytes: one limit for all, except where the protocol has a lower one.'],
]);
