import { flagOf } from '../../../bench/results/case.ts';
import type { Case, Results } from '../../../bench/results/schema.ts';
import { describe } from '../../model/group.ts';

/** What a transport was really set to in this run, and what it promises. */
export type Implementation = {
  readonly name: string;
  readonly title: string;
  /** A setting that differs between a transport's own cases keeps all its values. */
  readonly settings: ReadonlyMap<string, string>;
};

/** A setting that transports hold to different values, each with who holds it. */
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

/** Settings and promises in which the implementations differ, and why they were left so. */
export function unequalIn(results: Results): Unequal[] {
  const implementations = implementationsOf(results);
  const keys = [...new Set(implementations.flatMap(({ settings }) => [...settings.keys()]))].toSorted();
  const differing = keys
    .filter((key) => key !== SAID_IN_WORDS)
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
      'way up',
      ({ upstream }) => (upstream === 'request' ? 'a request of its own for each message' : 'the connection itself'),
      'A transport that only goes down takes messages up by requests: that is how it is used, and its cost belongs to it.',
    ),
    ...by(
      'delivery',
      ({ reliable }) => (reliable ? 'every message once' : 'may lose'),
      'It is what such a variant is for: its losses are a result and no fault.',
    ),
    ...by(
      'order',
      ({ ordered }) => (ordered ? 'as sent' : 'any'),
      'It is what such a variant is for: nothing waits for what is late.',
    ),
    ...by(
      'bytes',
      ({ binary }) => (binary ? 'carried as they are' : 'not carried'),
      'Of its protocol: a case of binary messages leaves out who cannot carry them, and scores nobody zero for it.',
    ),
  ];
}

/** The heartbeat's own words say it too. */
const SAID_IN_WORDS = 'heartbeatSeconds';

const LIBRARY =
  'Each library’s own default: one pace for all would be a set-up nobody runs. It costs a window of messages little; of idle sessions it is the cost.';
const VARIANT =
  'It is what the variant is measured for; without a variant of that name it is off, or as the library has it.';
const PROTOCOL = 'Of the protocol: the others have nothing like it, or cannot be without it.';
const OTHERWISE = 'By the library’s own default or by the nature of the protocol.';

const WHY: ReadonlyMap<string, string> = new Map([
  ['heartbeat', LIBRARY],
  ['compression', VARIANT],
  ['batchMs', VARIANT],
  ['transports', VARIANT],
  ['parser', VARIANT],
  [
    'http',
    'Each speaks what its library speaks over a plain socket; gRPC cannot be without HTTP/2, and elsewhere a variant has it.',
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
  ['messageBytes', 'The most bytes of a message: one limit for all but for whom the protocol sets a lower one.'],
]);
