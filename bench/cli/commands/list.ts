import { ICONS } from '../../../reports/model/verdict.ts';
import { listing, listingOfTwo } from '../../../reports/terminal/listing.ts';
import type { Options } from '../../contract.ts';
import { listOf } from '../../plan/readers.ts';
import { RUNTIMES } from '../../results/dimensions.ts';
import { type FoundBrowser, findBrowser } from '../../run/browser/find.ts';
import { type FoundRuntime, findRuntime, OTHERS, placeOf } from '../../run/runtimes/find.ts';
import { whyUnavailable } from '../../run/scale/available.ts';
import { scenarios } from '../../scenarios/index.ts';
import type { ScenarioEntry } from '../../scenarios/shape.ts';
import {
  capabilitiesOf,
  nameOf,
  optionsOf,
  type TransportChoice,
  transports,
  whyNotOn,
  whyUnguarded,
} from '../../transports/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT, refuseIf } from '../exit.ts';
import { textFlag, toggle } from '../flags.ts';
import { usePlugins } from '../plugins/plugins.ts';

/** Reasons why transports and variants cannot be used on this machine, by name; a variant only has one of its own. */
type Unavailable = ReadonlyMap<string, string>;

/** Prints every transport, variant and scenario, and marks those that cannot be used on this machine. */
export const command = defineCommand({
  name: 'list',
  description: 'list transports, variants and scenarios',
  flags: {
    plugin: textFlag({ argument: '<files>', help: 'modules that define transports of your own' }),
    json: toggle('print one JSON document'),
  },
  async run({ plugin, json }, { problems, io }) {
    refuseIf(problems);
    if (plugin !== undefined) await usePlugins(listOf(plugin), io);
    const unavailable = new Map<string, string>();
    for (const entry of transports) {
      const why = await whyUnavailable({ entry, variant: null });
      if (why !== undefined) unavailable.set(entry.id, why);
      for (const variant of why === undefined ? entry.variants : []) {
        const choice = { entry, variant };
        const whyNot = await whyUnavailable(choice);
        if (whyNot !== undefined) unavailable.set(nameOf(choice), whyNot);
      }
    }
    const browser = findBrowser(null, io.environment);
    const runtimes = OTHERS.map((name) => ({ name, found: findRuntime(name, io.environment) }));
    io.out(
      json
        ? `${JSON.stringify(catalogue(unavailable, browser, runtimes), null, 2)}\n`
        : table(unavailable, browser, runtimes, io.width()),
    );
    return EXIT.done;
  },
});

/** Runtimes of servers besides Node. */
type Runtimes = readonly { readonly name: string; readonly found: FoundRuntime }[];

function catalogue(unavailable: Unavailable, browser: FoundBrowser, runtimes: Runtimes) {
  return {
    browser: 'path' in browser ? { available: true, ...browser } : { available: false, unavailable: browser.missing },
    runtimes: runtimes.map(({ name, found }) =>
      'path' in found ? { name, available: true, ...found } : { name, available: false, unavailable: found.missing },
    ),
    transports: transports.map((entry) => {
      const { id, title, floor = false, variants } = entry;
      return {
        id,
        title,
        floor,
        available: !unavailable.has(id),
        ...(unavailable.has(id) ? { unavailable: unavailable.get(id) } : {}),
        ...promisesOf({ entry, variant: null }),
        variants: variants.map((variant) => ({
          id: variant.id,
          title: variant.title,
          ...(unavailable.has(nameOf({ entry, variant }))
            ? { available: false, unavailable: unavailable.get(nameOf({ entry, variant })) }
            : {}),
          ...promisesOf({ entry, variant }),
        })),
      };
    }),
    scenarios: scenarios.map(({ id, title, kind, usual, defaults }) => ({
      id,
      title,
      kind: kind.id,
      usual,
      defaults,
    })),
  };
}

/** Reasons why its server cannot run in a runtime, by the runtime. */
const refusalsOf = (choice: TransportChoice) =>
  Object.fromEntries(
    RUNTIMES.flatMap((runtime) => {
      const why = whyNotOn(choice, runtime);
      return why === undefined ? [] : [[runtime, why]];
    }),
  );

const promisesOf = (choice: TransportChoice) => ({
  ...(Object.keys(refusalsOf(choice)).length === 0 ? {} : { notOn: refusalsOf(choice) }),
  capabilities: capabilitiesOf(choice),
  tls: whyUnguarded(choice, { tls: true, auth: null }) === undefined,
  tokens: capabilitiesOf(choice).auth === true,
  options: optionsOf(choice),
});

function table(unavailable: Unavailable, browser: FoundBrowser, runtimes: Runtimes, width: number): string {
  const rows = transports.flatMap((transport) => {
    const { id, title, floor, capabilities, options, variants, tls } = transport;
    const mark = (name: string): string[] =>
      [id, name].some((one) => unavailable.has(one)) ? [`${ICONS.unavailable} unavailable here`] : [];
    const lacks = [...(tls === false ? ['no TLS'] : []), ...(capabilities.auth === true ? [] : ['no tokens'])];
    return [
      entry(id, title, [
        ...mark(id),
        floor ? 'floor: the harness’s own cost' : describe(capabilities),
        ...lacks,
        ...settings(options),
        ...notOn({ entry: transport, variant: null }),
      ]),
      ...variants.map((variant) =>
        entry(`${id}:${variant.id}`, variant.title, [
          ...mark(`${id}:${variant.id}`),
          ...(variant.needs === undefined ? [] : ['over Redis']),
          ...(variant.capabilities === undefined ? [] : [describe({ ...capabilities, ...variant.capabilities })]),
          ...settings(variant.options),
          ...notOn({ entry: transport, variant }),
        ]),
      ),
    ];
  });
  const lines = [
    'Transports (--transports)',
    ...listingOfTwo(rows, width),
    ...(unavailable.size === 0 ? [] : ['', 'Unavailable here']),
    ...listing([...unavailable], width),
    '',
    'Browser (--clients-in chromium)',
    ...listing(
      [
        'path' in browser
          ? ['chromium', browser.path]
          : ['chromium', `${ICONS.unavailable} unavailable here: ${browser.missing}`],
      ],
      width,
    ),
    '',
    'Other runtimes of servers (--runtime)',
    ...listing(
      runtimes.map(({ name, found }) => [
        name,
        'path' in found ? placeOf(found) : `${ICONS.unavailable} unavailable here: ${found.missing}`,
      ]),
      width,
    ),
    '',
    'Scenarios (--scenarios)',
    ...listingOfTwo(
      scenarios.map(({ id, title, usual, defaults }) => [id, title, describeDefaults(defaults, usual)]),
      width,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Runtimes that the server cannot run in, unless those of its transport are the same. */
const notOn = (choice: TransportChoice): string[] => {
  const inherited = choice.variant !== null && choice.variant.runtimes === undefined;
  const names = inherited ? [] : Object.keys(refusalsOf(choice));
  return names.length === 0 ? [] : [`not on ${names.join(', ')}`];
};

const entry = (name: string, title: string, said: readonly string[]) => [name, title, said.join('; ')] as const;

function describe({
  binary,
  ordered,
  reliable,
  upstream,
  mostBytes,
  batches = false,
}: (typeof transports)[number]['capabilities']): string {
  const up = upstream === 'connection' ? 'upstream on the connection' : 'upstream by requests';
  return [
    binary ? 'text and binary' : 'text',
    up,
    ...(ordered ? [] : ['unordered']),
    ...(reliable ? [] : ['lossy']),
    ...(batches ? ['in batches'] : []),
    ...(mostBytes === undefined ? [] : [`at most ${mostBytes} B`]),
  ].join(', ');
}

/** Settings as text, such as `intervalMs 100`. */
function settings(options: Options = {}): string[] {
  return Object.entries(options).map(([name, value]) => `${name} ${value}`);
}

function describeDefaults({ clients, rate, sizes }: ScenarioEntry['defaults'], usual: boolean): string {
  return [
    `${clients} client${clients === 1 ? '' : 's'}`,
    ...(rate === 0 ? [] : [`${rate} msg/s`]),
    ...(sizes.length === 0 ? [] : [`${sizes.join(', ')} B`]),
    ...(usual ? [] : ['only when named']),
  ].join(', ');
}
