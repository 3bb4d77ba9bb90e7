import { z } from 'zod';
import { MIN_SIZE } from '../../codec/header.ts';
import type { TransportEntry } from '../../transports/index.ts';
import { ADDRESS_PARTS } from '../../transports/shape.ts';

const options = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const capabilities = z.strictObject({
  binary: z.boolean(),
  ordered: z.boolean(),
  reliable: z.boolean(),
  upstream: z.enum(['connection', 'request']),
  mostBytes: z.int().min(MIN_SIZE).optional(),
  batches: z.boolean().optional(),
  auth: z.boolean().optional(),
});
const addresses = z.strictObject({
  schemes: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z][a-z0-9+.-]*$/, 'takes lower-case letters and no colon'),
        tls: z.boolean(),
        as: z.string().optional(),
        port: z.int().min(1).max(65_535).optional(),
      }),
    )
    .min(1),
  uses: z.array(z.enum(ADDRESS_PARTS)).default([]),
});
const targetOptions = z.record(
  z.string().regex(/^[\w-]+$/),
  z.strictObject({ help: z.string().min(1), pattern: z.instanceof(RegExp), words: z.string().min(1) }),
);
const roundTrips = z.array(
  z.strictObject({ step: z.string().min(1), roundTrips: z.number().positive(), source: z.string().min(1) }),
);
const id = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'takes lower-case letters, digits and hyphens');

/** Fields of plugins for earlier versions. Only checks of this repository use them; `unauthorized` also implied `auth`. */
const refusals = { refusal: z.instanceof(RegExp).optional(), unauthorized: z.instanceof(RegExp).optional() };

/** Exports of a plugin: a `TransportEntry` without the fields that only checks use, and the two functions of the contract. */
const pluginSchema = z.object({
  transport: z.strictObject({
    id,
    title: z.string().min(1),
    capabilities,
    ...refusals,
    tls: z.literal(false).optional(),
    options: options.optional(),
    addresses: addresses.optional(),
    targetOptions: targetOptions.optional(),
    roundTrips: roundTrips.optional(),
    datagrams: z.literal(true).optional(),
    port: z.literal('udp').optional(),
    sharesSocket: z.literal(true).optional(),
    browser: z.literal(false).optional(),
    variants: z
      .array(
        z.strictObject({
          id,
          title: z.string().min(1),
          options,
          capabilities: capabilities.partial().optional(),
          roundTrips: roundTrips.optional(),
          ...refusals,
        }),
      )
      .refine((those) => new Set(those.map((one) => one.id)).size === those.length, 'two variants have the same id')
      .default([]),
  }),
  listen: z.function(),
  connect: z.function(),
});

/** Description of a plugin's transport, or what is wrong with its module. Plain data, so that it can come from another thread. */
export type PluginRead = { readonly entry: TransportEntry } | { readonly problems: readonly string[] };

/** Reads the exports of a plugin. @param module URL of the plugin */
export function readPlugin(exported: object, module: string): PluginRead {
  const read = pluginSchema.safeParse({ ...exported });
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.') || 'the module'}: ${message}`);
    return { problems: problems.map((problem) => `${problem}; see docs/your-own.md`) };
  }
  const { id, title, capabilities, variants, refusal: _, unauthorized, ...optional } = read.data.transport;
  const { binary, ordered, reliable, upstream, auth = unauthorized !== undefined, ...more } = capabilities;
  const entry: TransportEntry = {
    id,
    title,
    family: 'other',
    capabilities: { binary, ordered, reliable, upstream, auth, ...definedOf(more) },
    ...definedOf(optional),
    variants: variants.map(({ id, title, options, capabilities = {}, unauthorized, roundTrips }) => ({
      id,
      title,
      options,
      capabilities: { ...(unauthorized === undefined ? {} : { auth: true }), ...definedOf(capabilities) },
      ...definedOf({ roundTrips }),
    })),
    module,
  };
  return { entry };
}

/** Copies an object without its undefined properties. */
function definedOf<Value extends object>(value: Value): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };
}
