/** Value of a dimension in results. */
export type DimensionValue = string | number | boolean;

export const ENCODINGS = ['text', 'binary'] as const;
/** Contents of messages after their header, which decide how well they compress. */
export const PAYLOADS = ['filler', 'json', 'zeros'] as const;
/** Network of a case whose packets go through none: the link as it is. */
export const NO_NETWORK = 'none';
/** Faults of the path, of the server, or of a service that several servers are. */
export const FAULTS = ['blackhole', 'restart', 'drain', 'reset', 'rebind', 'node', 'rolling', 'backplane'] as const;
/** Policies of reconnecting: by the harness, alike for every transport, or by the client's library and its defaults. */
export const POLICIES = ['managed', 'library'] as const;
/** Some subscribers of a broadcast stop reading, or their lines carry little. */
export const READERS = ['stopped', 'slow'] as const;
/** Runtimes that a case's clients run in: Node, or a browser with Chromium's engine. */
export const CLIENTS_IN = ['node', 'chromium'] as const;
/** Heartbeats of a case that sends them at the default interval of its library, or of our server where that has none. */
export const LIBRARY_HEARTBEAT = 'library';
/** Algorithms for signing tokens. */
export const ALGORITHMS = ['HS256', 'ES256'] as const;

/** Properties of a case that describe what was measured, without its transport. */
export interface CaseDescription {
  readonly scenario: string;
  readonly kind?: string | undefined;
  readonly clients: number;
  readonly rate: number;
  readonly size: number;
  readonly encoding: string;
  readonly payload?: string | undefined;
  readonly tls: boolean;
  readonly auth?: string | undefined;
  readonly target?: string | undefined;
  readonly exec?: string | undefined;
  readonly reaches?: string | undefined;
  readonly network: string;
  /** Values of the dimensions that have no property of their own, by name; one that is missing has its default. */
  readonly dimensions?: Readonly<Record<string, DimensionValue>> | undefined;
}

/** Text for a value, or null where the value is not mentioned. */
type Form = (value: DimensionValue, isDefault: boolean, one: CaseDescription) => string | null;

/**
 * A property in which cases differ. A new one needs its row here, a row in bench/plan/settings.ts, and the place where it acts; ids,
 * titles, grouping, comparison, thresholds and CSV follow from the row.
 */
export interface Dimension {
  /** Name in ids, in thresholds (`[name=value]`) and in the results' `dimensions`. */
  readonly name: string;
  /** Name in sentences and in comparisons: `message size`. */
  readonly title: string;
  /** Value of a case that does not mention it. Null: every case mentions it, and each scenario has a default of its own. */
  readonly defaultOf: ((one: CaseDescription) => DimensionValue) | null;
  /** All known values, where they can be listed; a case with another one was written by a newer version. */
  readonly values?: readonly DimensionValue[];
  /** True if cases that differ in it share a table and may be given a verdict; false if they answer different questions. */
  readonly comparable: boolean;
  /** Reads it from its own property of a case. Left out: it is in `dimensions`. */
  readonly read?: (one: CaseDescription) => DimensionValue | undefined;
  /** Part of a case's id. Left out: `name=value`, unless the value is the default. */
  readonly id?: Form;
  /** Part of a question's key. Left out: as in the id. */
  readonly key?: Form;
  /** Beside the name of a transport. Left out: `name=value`, unless the value is the default. */
  readonly label?: Form;
  /** End of a question's title: `over TLS`. Left out: `with <title> <value>`, unless the value is the default. */
  readonly phrase?: Form;
  /** Value by itself, beside the title. Left out: the value, `on` or `off`. */
  readonly text?: (value: DimensionValue) => string;
  /** Limit of what a run with the value can show. Left out: none. */
  readonly limit?: Form;
  /** Header and cell of its CSV column. Left out: the name and the value. */
  readonly column?: { readonly header: string; readonly cell: (value: DimensionValue) => DimensionValue | null };
  /** True if a threshold that does not mention it covers every value; otherwise such a threshold covers the default only. */
  readonly everyValueInThresholds?: true;
}

/** Applies a form to values other than the default. */
const unlessDefault =
  (form: (value: DimensionValue) => string): Form =>
  (value, isDefault) =>
    isDefault ? null : form(value);

const CONTENTS: Readonly<Record<string, string>> = { json: 'JSON records' };
/** Runtimes of clients as sentences have them. */
const TITLES: Readonly<Record<string, string>> = { node: 'Node', chromium: 'Chromium' };
const never: Form = () => null;
const sameCell = (value: DimensionValue): DimensionValue => value;

/** Words for the private link as it is, without a network. */
export const PERFECT_WIRE = 'a wire without delay or loss';

/** All dimensions, in the order of their parts in an id. */
export const DIMENSIONS: readonly Dimension[] = [
  {
    name: 'clients',
    title: 'clients',
    defaultOf: null,
    comparable: false,
    read: ({ clients }) => clients,
    id: (value) => `c${value}`,
    label: never,
    phrase: never,
    everyValueInThresholds: true,
  },
  {
    name: 'rate',
    title: 'rate',
    defaultOf: null,
    comparable: false,
    read: ({ rate }) => rate,
    id: (value) => (value === 0 ? null : `r${value}`),
    key: (value) => `r${value}`,
    label: never,
    phrase: never,
    text: (value) => (value === 0 ? 'none' : `${value} msg/s`),
    column: { header: 'rate_per_second', cell: sameCell },
    everyValueInThresholds: true,
  },
  {
    name: 'size',
    title: 'message size',
    defaultOf: null,
    comparable: false,
    read: ({ size }) => size,
    id: (value) => (value === 0 ? null : `s${value}`),
    key: (value) => `s${value}`,
    label: never,
    phrase: never,
    text: (value) => `${value} B`,
    column: { header: 'size_bytes', cell: sameCell },
    everyValueInThresholds: true,
  },
  {
    name: 'encoding',
    title: 'encoding',
    defaultOf: () => 'text',
    values: ENCODINGS,
    comparable: false,
    read: ({ encoding }) => encoding,
    id: String,
    label: unlessDefault(String),
    phrase: unlessDefault((value) => `as ${value}`),
    everyValueInThresholds: true,
  },
  {
    name: 'payload',
    title: 'payload',
    defaultOf: () => 'filler',
    values: PAYLOADS,
    comparable: false,
    read: ({ payload }) => payload,
    id: unlessDefault(String),
    label: unlessDefault(String),
    phrase: unlessDefault((value) => `of ${CONTENTS[String(value)] ?? value}`),
    everyValueInThresholds: true,
  },
  {
    name: 'tls',
    title: 'TLS',
    // Servers for networks that people have are deployed with TLS.
    defaultOf: ({ network }) => network !== NO_NETWORK,
    comparable: false,
    read: ({ tls }) => tls,
    // The address of somebody else's server decides it, and is not in the id either.
    id: (value, isDefault, { target }) => (isDefault || target !== undefined ? null : value ? 'tls' : 'tls=off'),
    key: (value) => (value ? 'tls' : 'plain'),
    label: unlessDefault((value) => (value ? 'TLS' : 'no TLS')),
    phrase: unlessDefault((value) => (value ? 'over TLS' : 'without TLS')),
    everyValueInThresholds: true,
  },
  {
    name: 'auth',
    title: 'token',
    defaultOf: () => 'none',
    values: ['none', ...ALGORITHMS],
    comparable: false,
    read: ({ auth }) => auth,
    id: unlessDefault((value) => String(value).toLowerCase()),
    label: unlessDefault(String),
    phrase: unlessDefault((value) => `with a token (${value})`),
    column: { header: 'auth', cell: (value) => (value === 'none' ? null : value) },
    everyValueInThresholds: true,
  },
  {
    name: 'target',
    title: 'server',
    defaultOf: () => 'ours',
    comparable: false,
    read: ({ target }) => target,
    id: never,
    key: unlessDefault(String),
    label: never,
    phrase: (value, isDefault, { exec }) => {
      if (isDefault) return null;
      return exec === undefined ? `at ${value}` : `served by “${exec}”`;
    },
    column: { header: 'target', cell: (value) => (value === 'ours' ? null : value) },
    everyValueInThresholds: true,
  },
  {
    name: 'reaches',
    title: 'receivers',
    defaultOf: ({ reaches }) => (reaches === 'others' ? 'everyone' : (reaches ?? 'everyone')),
    comparable: false,
    read: ({ reaches }) => reaches,
    label: unlessDefault(() => 'to others'),
    phrase: unlessDefault(() => 'to all but the sender'),
    text: (value) => (value === 'others' ? 'all but the sender' : String(value)),
    column: { header: 'reaches', cell: (value) => (value === 'others' ? value : null) },
    everyValueInThresholds: true,
  },
  {
    name: 'network',
    title: 'network',
    defaultOf: () => NO_NETWORK,
    comparable: false,
    read: ({ network }) => network,
    key: String,
    phrase: unlessDefault((value) => `over ${value}`),
    limit: (value, isDefault) => (isDefault ? PERFECT_WIRE : `the network ${value}`),
  },
  {
    name: 'fault',
    title: 'fault',
    defaultOf: () => 'none',
    values: ['none', ...FAULTS],
    comparable: false,
    label: unlessDefault(String),
    // The title of the kind has it in words.
    phrase: never,
    column: { header: 'fault', cell: (value) => (value === 'none' ? null : value) },
    everyValueInThresholds: true,
  },
  {
    name: 'reconnect',
    title: 'policy of reconnecting',
    defaultOf: () => 'managed',
    values: POLICIES,
    // A project chooses it beside its transport.
    comparable: true,
    label: unlessDefault(String),
    column: { header: 'reconnect', cell: (value) => (value === 'managed' ? null : value) },
  },
  {
    name: 'reader',
    title: 'slow readers',
    defaultOf: () => 'none',
    values: ['none', ...READERS],
    comparable: false,
    label: unlessDefault((value) => `${value} readers`),
    // The title of the kind has it in words.
    phrase: never,
    column: { header: 'reader', cell: (value) => (value === 'none' ? null : value) },
    everyValueInThresholds: true,
  },
  {
    name: 'heartbeat',
    title: 'heartbeat',
    defaultOf: () => LIBRARY_HEARTBEAT,
    comparable: false,
    phrase: unlessDefault((value) => `with heartbeats every ${value}`),
    text: (value) => (value === LIBRARY_HEARTBEAT ? 'the library’s' : `every ${value}`),
    column: { header: 'heartbeat', cell: (value) => (value === LIBRARY_HEARTBEAT ? null : value) },
  },
  {
    name: 'clients-in',
    title: 'where clients run',
    defaultOf: () => CLIENTS_IN[0],
    values: CLIENTS_IN,
    // One run shows what a browser adds.
    comparable: true,
    label: unlessDefault((value) => `in ${TITLES[String(value)] ?? value}`),
    text: (value) => `in ${TITLES[String(value)] ?? value}`,
    column: { header: 'clients_in', cell: (value) => (value === CLIENTS_IN[0] ? null : value) },
  },
  {
    name: 'nodes',
    title: 'nodes',
    defaultOf: () => 1,
    // One run shows what a back-plane costs.
    comparable: true,
    label: unlessDefault((value) => `${value} nodes`),
    phrase: unlessDefault((value) => `on ${value} nodes`),
    text: (value) => (value === 1 ? 'one' : String(value)),
    column: { header: 'nodes', cell: (value) => (value === 1 ? null : value) },
  },
];
