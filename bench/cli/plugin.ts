import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { MIN_SIZE } from '../codec/header.ts';
import { errorText } from '../error-text.ts';
import { registerTransport, transports } from '../transports/index.ts';
import { ADDRESS_PARTS } from '../transports/shape.ts';
import { refuseIf } from './exit.ts';
import type { Io } from './io.ts';

const options = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const capabilities = z.strictObject({
  binary: z.boolean(),
  ordered: z.boolean(),
  reliable: z.boolean(),
  upstream: z.enum(['connection', 'request']),
  mostBytes: z.int().min(MIN_SIZE).optional(),
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
    datagrams: z.literal(true).optional(),
    sharesSocket: z.literal(true).optional(),
    browser: z.literal(false).optional(),
    variants: z
      .array(
        z.strictObject({
          id,
          title: z.string().min(1),
          options,
          capabilities: capabilities.partial().optional(),
          ...refusals,
        }),
      )
      .refine((those) => new Set(those.map((one) => one.id)).size === those.length, 'two variants have the same id')
      .default([]),
  }),
  listen: z.function(),
  connect: z.function(),
});

/**
 * Registers transports from outside the repository. Their modules export `transport`, `listen` and `connect`. Throws a
 * `UsageError` with all problems of all modules.
 */
export async function usePlugins(files: readonly string[], { resolve }: Pick<Io, 'resolve'>): Promise<void> {
  const problems: string[] = [];
  for (const file of files) problems.push(...(await usePlugin(file, resolve(file))));
  refuseIf(problems);
}

async function usePlugin(file: string, path: string): Promise<string[]> {
  if (!existsSync(path)) return [`--plugin ${file}: there is no such file`];
  const module = pathToFileURL(path).href;
  let exported: unknown;
  try {
    exported = await import(module);
  } catch (error) {
    return [`--plugin ${file}: ${errorText(error)}`];
  }
  const read = pluginSchema.safeParse({ ...(exported as object) });
  if (!read.success) {
    return read.error.issues.map(
      ({ path, message }) => `--plugin ${file}: ${path.join('.') || 'the module'}: ${message}; see docs/your-own.md`,
    );
  }
  const { transport } = read.data;
  const known = transports.find((one) => one.id === transport.id);
  // An earlier command in this process has added it.
  if (known?.module === module) return [];
  if (known !== undefined) {
    return [`--plugin ${file}: a transport "${transport.id}" exists already; give yours another id`];
  }
  const { id, title, capabilities, variants, refusal: _, unauthorized, ...optional } = transport;
  const { mostBytes, auth = unauthorized !== undefined, ...promised } = capabilities;
  registerTransport({
    id,
    title,
    family: 'other',
    capabilities: { ...promised, auth, ...(mostBytes === undefined ? {} : { mostBytes }) },
    ...definedOf(optional),
    variants: variants.map(({ id, title, options, capabilities = {}, unauthorized }) => ({
      id,
      title,
      options,
      capabilities: { ...(unauthorized === undefined ? {} : { auth: true }), ...definedOf(capabilities) },
    })),
    module,
  });
  return [];
}

/** Copies an object without its undefined properties. */
function definedOf<Value extends object>(value: Value): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };
}
