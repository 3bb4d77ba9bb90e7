import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { BlockList, isIPv6 } from 'node:net';
import { addressFor } from '../plan/address.ts';
import type { RunOptions } from '../plan/options.ts';
import { quoted } from '../results/command.ts';
import { whyNot } from '../results/file.ts';
import type { Security } from '../security/security.ts';
import { asAddress, isTemplate } from '../security/template.ts';
import { addressesOf, findTransport } from '../transports/index.ts';
import { refuseIf, UsageError } from './exit.ts';
import { textFlag, toggle, type Values } from './flags.ts';
import type { Io } from './io.ts';

/** Flags of a run against a server that is already running. */
export const TARGET_FLAGS = {
  ca: textFlag({ argument: '<file>', help: 'certificate (PEM) with which to trust the server at --url' }),
  'yes-i-own-this-host': toggle('allow load on a host that is not this machine'),
};

/** Given flags of a foreign server as a command line has them, for the command that repeats the run. */
export const targetFlags = ({ ca, 'yes-i-own-this-host': owned }: Values<typeof TARGET_FLAGS>): string[] => [
  ...(ca === undefined ? [] : [`--ca ${quoted(ca)}`]),
  ...(owned ? ['--yes-i-own-this-host'] : []),
];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Security of a run against a foreign server, and what its plan should say about it. */
export interface Target {
  readonly security: Security;
  readonly notes: readonly string[];
}

/**
 * Reads the certificate and the token for a run against a foreign server. Throws a `UsageError` if the server is on another
 * machine and the user has not stated that it is theirs: to anybody else the load of a benchmark is an attack. Throws one too if the
 * token would leave this machine in plain text.
 */
export async function resolveTarget(
  { url, transports }: Pick<RunOptions, 'url' | 'transports'>,
  { ca, 'yes-i-own-this-host': owned }: Values<typeof TARGET_FLAGS>,
  { resolve, environment }: Pick<Io, 'resolve' | 'environment'>,
): Promise<Target | undefined> {
  if (url === null) {
    const without = [
      ...(ca === undefined ? [] : ['--ca has no meaning without --url; leave it out']),
      ...(owned ? ['--yes-i-own-this-host has no meaning without --url; leave it out'] : []),
    ];
    refuseIf(without);
    return undefined;
  }
  const { hostname, username, password } = new URL(asAddress(url));
  // A server that the run starts is on this machine.
  const host = isTemplate(url) ? 'HOST' : hostname.replace(/^\[|\]$/g, '');
  const local = isTemplate(url) || (await isLocal(host));
  const token = environment.WIREBENCH_TOKEN;
  const isLogin = username !== '' || password !== '';
  const plain = transports.filter((name) => !meansTls(url, name));
  refuseIf([
    ...(local || owned
      ? []
      : [
          `--url: ${host} is not this machine. A benchmark sends thousands of messages a second, which is an attack on a server ` +
            'whose owner did not ask for it. If the server is yours, say so with --yes-i-own-this-host',
        ]),
    ...(token && isLogin
      ? [
          '--url has a user and password, and WIREBENCH_TOKEN is set, but a request has room for one of them; leave one out',
        ]
      : []),
    ...(token && !local && plain.length > 0
      ? [
          `--url: the token of WIREBENCH_TOKEN would go to ${host} in plain text; ${encryptedRemedy(plain)}, or unset it`,
        ]
      : []),
  ]);
  const secret = token ? 'The token of WIREBENCH_TOKEN is' : isLogin ? 'The user and password of --url are' : undefined;
  return {
    security: {
      server: {},
      client: { ...(ca === undefined ? {} : { authority: readAuthority(ca, resolve) }), ...(token ? { token } : {}) },
    },
    notes:
      secret === undefined || plain.length === 0
        ? []
        : [`${secret} sent in plain text${local ? ', which does not leave this machine' : ''}.`],
  };
}

/** True if a host is this machine. Throws a `UsageError` if it cannot be found. */
async function isLocal(host: string): Promise<boolean> {
  const found = await lookup(host, { all: true }).catch((error: Error) => {
    throw new UsageError([`--url: ${host} cannot be found: ${error.message}`]);
  });
  return found.every(({ address }) => loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'));
}

/** True if a transport's connections to this address are encrypted for certain. */
function meansTls(url: string, name: string): boolean {
  const choice = findTransport(name);
  return choice !== undefined && addressFor(url, choice).tls === true;
}

/** Advice how to reach a server over TLS with these transports. */
function encryptedRemedy(names: readonly string[]): string {
  const choices = names.flatMap((name) => findTransport(name) ?? []);
  const schemes = choices.flatMap((choice) =>
    (addressesOf(choice)?.schemes ?? []).flatMap(({ name, tls }) => (tls ? [`${name}:`] : [])),
  );
  if (schemes.length === 0) return 'let the plugin declare its addresses with a scheme that means TLS';
  return `use a scheme that means TLS (${[...new Set(schemes)].join(', ')})`;
}

function readAuthority(file: string, resolve: Io['resolve']): string {
  try {
    return readFileSync(resolve(file), 'utf8');
  } catch (error) {
    throw new UsageError([`--ca: cannot read ${file}: ${whyNot(error)}`]);
  }
}
