import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { application } from '../../../servers/application.ts';
import type { Identity, Listener, ServerModule, ServerSettings } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { usualLimits } from '../../limits.ts';
import { listOf, suggestion } from '../../plan/readers.ts';
import { MAX_SIZE } from '../../plan/settings.ts';
import { ALGORITHMS, RUNTIMES } from '../../results/dimensions.ts';
import { decodeText } from '../../results/text.ts';
import { loopback } from '../../run/link.ts';
import { PLUGIN_SECONDS, startServer } from '../../run/processes.ts';
import { OTHERS, type Program, usableRuntimes } from '../../run/runtimes/find.ts';
import { whyUnavailable } from '../../run/scale/available.ts';
import { openRedis } from '../../run/scale/redis.ts';
import { makeIdentity } from '../../security/identity.ts';
import { makeMint } from '../../security/tokens.ts';
import {
  findTransport,
  loadServer,
  optionsOf,
  serverModule,
  type TransportChoice,
  transportNames,
  whyNotOn,
  whyUnguarded,
} from '../../transports/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';
import { choiceFlag, flagWithDefault, numberFlag, textFlag, toggle, type Values } from '../flags.ts';
import type { Io } from '../io.ts';
import { usePlugins } from '../plugins/plugins.ts';

/** Schemes of addresses that a web page can open. */
const PAGES_REACH = /^(https?|wss?):/;

/** Validity of the token that `--auth` prints, in seconds. */
const TOKEN_SECONDS = 3_600;

/** Name of what a server has in a Redis of its own. */
const CHANNEL = 'wirebench';

/** Flags of `serve`. */
const FLAGS = {
  port: numberFlag('<number>', 'port to listen on; 0 takes any free one', {
    usual: 0,
    min: 0,
    max: 65_535,
    whole: true,
  }),
  host: flagWithDefault({ argument: '<address>', help: 'address to listen on', usual: '127.0.0.1' }, ({ value }) =>
    String(value),
  ),
  plugin: textFlag({ argument: '<files>', help: 'modules that define transports of your own' }),
  tls: toggle('use TLS, with a new certificate unless --cert and --key name one'),
  cert: textFlag({ argument: '<file>', help: 'certificate (PEM)' }),
  key: textFlag({ argument: '<file>', help: 'private key of the certificate (PEM)' }),
  auth: choiceFlag(
    { argument: '<algorithm>', help: `require a token (JWT) signed with ${ALGORITHMS.join(' or ')}, and print one` },
    ALGORITHMS,
  ),
  origin: textFlag({
    argument: '<origins>',
    help: 'origins of the pages that may connect, such as https://app.example; all other clients are refused',
  }),
  runtime: choiceFlag({ argument: '<name>', help: `runtime that it runs in: ${RUNTIMES.join(', ')}` }, RUNTIMES),
  json: toggle('print one JSON document: URL, token, certificate, settings in force'),
};

/** Names what is served; the title of a variant only adds to that of its transport. */
const served = (name: string, { entry, variant }: TransportChoice): string =>
  variant === null ? entry.title : `${name} (${variant.title})`;

/** Serves one transport until interrupted, for people and programs that talk to it by hand. */
export const command = defineCommand({
  name: 'serve',
  description: 'serve one transport, so that you can talk to it by hand',
  arguments: [{ name: 'transport' }],
  flags: FLAGS,
  graceful: true,
  async run(flags, { words: [name], problems, io, interrupted }) {
    if (name === undefined) throw new UsageError(problems);
    const { host, port, auth: algorithm, runtime = 'node' } = flags;
    if (flags.plugin !== undefined) await usePlugins(listOf(flags.plugin), io);
    const found = findTransport(name);
    const given = readIdentity(flags, io);
    const why = found === undefined ? undefined : await whyUnavailable(found);
    const others = usableRuntimes(
      OTHERS.filter((one) => one === runtime),
      io.environment,
    );
    const unsupported = found === undefined ? undefined : whyNotOn(found, runtime);
    problems.push(
      ...others.problems,
      ...(unsupported === undefined ? [] : [`${name} ${unsupported}`]),
      ...(found === undefined ? [`unknown transport "${name}"${suggestion(name, transportNames())}`] : []),
      ...(why === undefined ? [] : [`${name} is unavailable here: ${why}`]),
      ...(found === undefined ? [] : unguarded(found, flags)),
      ...originProblems(flags.origin),
      ...('problems' in given ? given.problems : []),
    );
    if (found === undefined || 'problems' in given || problems.length > 0) throw new UsageError(problems);

    const identity = given.identity ?? (flags.tls ? await makeIdentity([host]) : undefined);
    const mint = algorithm === undefined ? undefined : await makeMint(algorithm);
    const settings = {
      host,
      port,
      options: optionsOf(found),
      limits: usualLimits(MAX_SIZE),
      ...(identity === undefined ? {} : { identity }),
      ...(mint === undefined ? {} : { tokens: mint.rules }),
      ...(flags.origin === undefined ? {} : { origins: listOf(flags.origin) }),
    };
    let listener: Awaited<ReturnType<typeof listenTo>>;
    try {
      listener = await listenTo(found, settings, { program: others.runtimes[0], signal: interrupted });
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (taken) io.error(`port ${port} on ${host} is taken; name another with --port, or 0 for any free one\n`);
      else io.error(`${name} could not be served: ${errorText(error)}\n`);
      return EXIT.failed;
    }
    const token = await mint?.issue('you', TOKEN_SECONDS);
    const { url, effective } = listener;
    const certificate = identity?.certificate;
    if (flags.json) io.out(`${JSON.stringify({ url, token, certificate, effective })}\n`);
    else io.out([url, ...(token === undefined ? [] : [token]), ''].join('\n'));
    io.info(`${served(name, found)} is served at ${url}; docs/protocols.md says how to talk to it. Ctrl-C stops it.\n`);
    if (token !== undefined) {
      const where = flags.json ? 'The token is' : 'The second line is a token,';
      io.info(`${where} valid for an hour; docs/security.md says where to send it.\n`);
    }
    if (flags.origin !== undefined && !PAGES_REACH.test(url)) {
      io.info('Web pages cannot open this address, so --origin has no effect.\n');
    }
    if (flags.tls && !flags.json) {
      io.info('The certificate was made for this server; --json prints it, so that clients can trust it.\n');
    }
    if (!interrupted.aborted) await once(interrupted, 'abort');
    await listener.close();
    return EXIT.done;
  },
});

/** Serves in this process, with a Redis beside it where the server needs one. */
async function listenHere(
  server: ServerModule,
  settings: ServerSettings,
  signal: AbortSignal,
): Promise<Pick<Listener, 'url' | 'effective' | 'close'>> {
  if (server.adapts?.(settings.options) !== true) return server.listen(application, settings);
  const redis = await openRedis({ link: loopback(), core: undefined, signal });
  try {
    const backplane = { url: redis.url, channel: CHANNEL };
    const { url, effective, close } = await server.listen(application, { ...settings, backplane });
    return {
      url,
      effective,
      async close() {
        await close();
        await redis[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Serves a transport of ours in this process, and in a process of its own one of a plugin, whose module may do anything, and one in
 * another runtime.
 */
async function listenTo(
  { entry, variant }: TransportChoice,
  settings: ServerSettings,
  { program, signal }: { readonly program: Program | undefined; readonly signal: AbortSignal },
): Promise<Pick<Listener, 'url' | 'effective' | 'close'>> {
  if (entry.module === undefined && program === undefined)
    return listenHere(await loadServer(entry, variant), settings, signal);
  const server = startServer({ core: undefined, variables: process.env, program });
  try {
    const order = { order: 'listen', module: serverModule(entry, variant), ...settings } as const;
    const { url, effective } = await server.ask(order, 'listening', { seconds: PLUGIN_SECONDS, signal });
    return { url, effective, close: () => server.stop() };
  } catch (error) {
    await server.kill();
    throw error;
  }
}

/** Problems of protections that were requested and that the transport does not have. */
function unguarded(
  choice: TransportChoice,
  { tls, cert, auth }: Pick<Values<typeof FLAGS>, 'tls' | 'cert' | 'auth'>,
): string[] {
  const asked = [
    { flag: tls ? '--tls' : '--cert', rules: { tls: tls || cert !== undefined, auth: null } },
    { flag: '--auth', rules: { tls: false, auth: auth ?? null } },
  ];
  return asked.flatMap(({ flag, rules }) => {
    const why = whyUnguarded(choice, rules);
    return why === undefined ? [] : [`${choice.entry.id} ${why}; leave ${flag} out`];
  });
}

/** Reads the certificate and key, if they are named. */
function readIdentity(
  { cert, key }: Pick<Values<typeof FLAGS>, 'cert' | 'key'>,
  { resolve }: Io,
): { identity: Identity | undefined } | { problems: string[] } {
  if (cert === undefined && key === undefined) return { identity: undefined };
  if (cert === undefined || key === undefined) return { problems: ['give both --cert and --key, or neither'] };
  try {
    const identity = {
      certificate: decodeText(readFileSync(resolve(cert))),
      key: decodeText(readFileSync(resolve(key))),
    };
    const isItsKey = new X509Certificate(identity.certificate).checkPrivateKey(createPrivateKey(identity.key));
    return isItsKey ? { identity } : { problems: ['--cert, --key: the key does not belong to the certificate'] };
  } catch (error) {
    return { problems: [`--cert, --key: ${errorText(error)}`] };
  }
}

/** Problems of origins: as browsers send it, an origin has a scheme and a host and nothing after them (RFC 6454 §6.2). */
function originProblems(origin: string | undefined): string[] {
  if (origin === undefined) return [];
  const listed = listOf(origin);
  return (listed.length === 0 ? [origin] : listed).flatMap((one) => {
    const sound = URL.canParse(one) && new URL(one).origin === one;
    return sound ? [] : [`--origin takes origins such as https://app.example, not "${one}"`];
  });
}
