import { ICONS } from '../../../reports/model/verdict.ts';
import { listing, listingOfTwo } from '../../../reports/terminal/listing.ts';
import type { Options } from '../../contract.ts';
import { listOf } from '../../plan/readers.ts';
import { type FoundBrowser, findBrowser } from '../../run/browser/find.ts';
import { whyUnavailable } from '../../run/scale/available.ts';
import { scenarios } from '../../scenarios/index.ts';
import type { ScenarioEntry } from '../../scenarios/shape.ts';
import {
  capabilitiesOf,
  nameOf,
  optionsOf,
  type TransportChoice,
  transports,
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
    io.out(
      json ? `${JSON.stringify(catalogue(unavailable, browser), null, 2)}\n` : table(unavailable, browser, io.width()),
    );
    return EXIT.done;
  },
});

function catalogue(unavailable: Unavailable, browser: FoundBrowser) {
  return {
    browser: 'path' in browser ? { available: true, ...browser } : { available: false, unavailable: browser.missing },
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

const promisesOf = (choice: TransportChoice) => ({
  capabilities: capabilitiesOf(choice),
  tls: whyUnguarded(choice, { tls: true, auth: null }) === undefined,
  tokens: capabilitiesOf(choice).auth === true,
  options: optionsOf(choice),
});

function table(unavailable: Unavailable, browser: FoundBrowser, width: number): string {
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
      ]),
      ...variants.map((variant) =>
        entry(`${id}:${variant.id}`, variant.title, [
          ...mark(`${id}:${variant.id}`),
          ...(variant.needs === undefined ? [] : ['over Redis']),
          ...(variant.capabilities === undefined ? [] : [describe({ ...capabilities, ...variant.capabilities })]),
          ...settings(variant.options),
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
    'Scenarios (--scenarios)',
    ...listingOfTwo(
      scenarios.map(({ id, title, usual, defaults }) => [id, title, describeDefaults(defaults, usual)]),
      width,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

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
