import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { application } from '../../../servers/application.ts';
import type { Identity, Listener } from '../../contract.ts';
import { usualLimits } from '../../limits.ts';
import { listOf, nearest, suggestion } from '../../plan/readers.ts';
import { MOST_SIZE } from '../../plan/settings.ts';
import { ALGORITHMS } from '../../results/dimensions.ts';
import { makeIdentity } from '../../security/identity.ts';
import { makeMint } from '../../security/tokens.ts';
import {
  findTransport,
  loadServer,
  optionsOf,
  type TransportChoice,
  transportNames,
  whyUnavailable,
  whyUnguarded,
} from '../../transports/index.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { usePlugins } from '../plugin.ts';

export interface ServeFlags {
  readonly host: string;
  readonly port: string;
  readonly tls?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly auth?: string;
  readonly origin?: string;
  readonly json?: boolean;
  readonly plugin?: string;
}

/** What a browser lets a page open. */
const PAGES_REACH = /^(https?|wss?):/;

/** How long the token is good for that `--auth` prints. */
const TOKEN_SECONDS = 3_600;

/** Serves one transport until interrupted, for a person or a program of theirs to talk to. */
export async function serveCommand(
  name: string,
  flags: ServeFlags,
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  if (flags.plugin !== undefined) await usePlugins(listOf(flags.plugin));
  const found = findTransport(name);
  const port = Number(flags.port);
  const algorithm = ALGORITHMS.find((one) => one === flags.auth);
  const given = readIdentity(flags);
  const why = found === undefined ? undefined : await whyUnavailable(found.entry);
  const problems = [
    ...(found === undefined ? [`unknown transport "${name}"${suggestion(name, transportNames())}`] : []),
    ...(why === undefined ? [] : [`${name} is unavailable here: ${why}`]),
    ...(flags.port !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535
      ? []
      : [`--port takes a whole number from 0 (any free port) to 65535, not "${flags.port}"`]),
    ...(flags.auth === undefined || algorithm !== undefined
      ? []
      : [`--auth takes ${ALGORITHMS.join(', ')}, not "${flags.auth}"${nearest(flags.auth, ALGORITHMS)}`]),
    ...(found === undefined ? [] : unguarded(found, flags)),
    ...originProblems(flags.origin),
    ...('problems' in given ? given.problems : []),
  ];
  if (found === undefined || 'problems' in given || problems.length > 0) throw new UsageError(problems);

  const identity = given.identity ?? (flags.tls ? await makeIdentity([flags.host]) : undefined);
  const mint = algorithm === undefined ? undefined : await makeMint(algorithm);
  const server = await loadServer(found.entry);
  const settings = {
    host: flags.host,
    port,
    options: optionsOf(found),
    limits: usualLimits(MOST_SIZE),
    ...(identity === undefined ? {} : { identity }),
    ...(mint === undefined ? {} : { tokens: mint.rules }),
    ...(flags.origin === undefined ? {} : { origins: listOf(flags.origin) }),
  };
  let listener: Listener;
  try {
    listener = await server.listen(application, settings);
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (taken) io.complain(`port ${port} on ${flags.host} is taken; name another with --port, or 0 for any free one\n`);
    else io.complain(`${name} could not be served: ${error instanceof Error ? error.message : error}\n`);
    return EXIT.failed;
  }
  const token = await mint?.issue('you', TOKEN_SECONDS);
  const { url, effective } = listener;
  const certificate = identity?.certificate;
  if (flags.json) io.out(`${JSON.stringify({ url, token, certificate, effective })}\n`);
  else io.out([url, ...(token === undefined ? [] : [token]), ''].join('\n'));
  io.talk(`${found.entry.title} is served at ${url}; how to talk to it: docs/protocols.md. Ctrl-C stops it.\n`);
  if (token !== undefined) {
    const where = flags.json ? 'The token is' : 'The second line is a token,';
    io.talk(`${where} valid for an hour; where it goes: docs/security.md.\n`);
  }
  if (flags.origin !== undefined && !PAGES_REACH.test(url)) {
    io.talk('No web page reaches such an address, and so nobody is refused for --origin.\n');
  }
  if (flags.tls && !flags.json) io.talk('The certificate was made for this; --json prints it, for clients to trust.\n');
  await new Promise<void>((resolve) => interrupted.addEventListener('abort', () => resolve(), { once: true }));
  await listener.close();
  return EXIT.done;
}

/** What it would be served without, though it was asked for. */
function unguarded(choice: TransportChoice, { tls, cert, auth }: ServeFlags): string[] {
  const asked = [
    { flag: tls ? '--tls' : '--cert', rules: { tls: tls === true || cert !== undefined, auth: null } },
    { flag: '--auth', rules: { tls: false, auth: auth ?? null } },
  ];
  return asked.flatMap(({ flag, rules }) => {
    const why = whyUnguarded(choice, rules);
    return why === undefined ? [] : [`${choice.entry.id} ${why}; leave ${flag} out`];
  });
}

/** The identity in the files, where any are named. */
function readIdentity({ cert, key }: ServeFlags): { identity: Identity | undefined } | { problems: string[] } {
  if (cert === undefined && key === undefined) return { identity: undefined };
  if (cert === undefined || key === undefined) return { problems: ['--cert and --key go together'] };
  try {
    const identity = { certificate: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    const isItsKey = new X509Certificate(identity.certificate).checkPrivateKey(createPrivateKey(identity.key));
    return isItsKey ? { identity } : { problems: ['--cert, --key: the key is not that of the certificate'] };
  } catch (error) {
    return { problems: [`--cert, --key: ${error instanceof Error ? error.message : error}`] };
  }
}

/** An origin as browsers send it has a scheme and a host, and nothing after them (RFC 6454 §6.2). */
function originProblems(origin: string | undefined): string[] {
  if (origin === undefined) return [];
  const listed = listOf(origin);
  return (listed.length === 0 ? [origin] : listed).flatMap((one) => {
    const sound = URL.canParse(one) && new URL(one).origin === one;
    return sound ? [] : [`--origin takes origins such as https://app.example, not "${one}"`];
  });
}
