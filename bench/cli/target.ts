import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { BlockList, isIPv6 } from 'node:net';
import { isTemplate } from '../plan/template.ts';
import { whyNot } from '../results/file.ts';
import type { Security } from '../security/security.ts';
import { refuseIf, UsageError } from './exit.ts';
import { textFlag, toggle, type Values } from './flags.ts';
import type { Io } from './io.ts';

/** Flags of a run against a server that is already running. */
export const TARGET_FLAGS = {
  ca: textFlag({ argument: '<file>', help: 'certificate (PEM) with which to trust the server at --url' }),
  'yes-i-own-this-host': toggle('allow load on a host that is not this machine'),
};

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/**
 * Reads the certificate and the token for a run against a foreign server. Throws a `UsageError` if the server is on another
 * machine and the user has not stated that it is theirs: to anybody else the load of a benchmark is an attack.
 */
export async function resolveTarget(
  url: string | null,
  { ca, 'yes-i-own-this-host': owned }: Values<typeof TARGET_FLAGS>,
  { resolve, environment }: Pick<Io, 'resolve' | 'environment'>,
): Promise<Security | undefined> {
  if (url === null) {
    const without = [
      ...(ca === undefined ? [] : ['--ca has no meaning without --url; leave it out']),
      ...(owned ? ['--yes-i-own-this-host has no meaning without --url; leave it out'] : []),
    ];
    refuseIf(without);
    return undefined;
  }
  // A server that the run starts is on this machine.
  if (!isTemplate(url) && !owned && !(await isLocal(url))) {
    throw new UsageError([
      `--url: ${hostOf(url)} is not this machine. A benchmark sends thousands of messages a second, which is an attack on a server ` +
        'whose owner did not ask for it. If the server is yours, say so with --yes-i-own-this-host',
    ]);
  }
  const token = environment.WIREBENCH_TOKEN;
  return {
    server: {},
    client: { ...(ca === undefined ? {} : { authority: readAuthority(ca, resolve) }), ...(token ? { token } : {}) },
  };
}

const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** True if a URL's host is this machine. Throws a `UsageError` if it cannot be found. */
async function isLocal(url: string): Promise<boolean> {
  const host = hostOf(url);
  const found = await lookup(host, { all: true }).catch((error: Error) => {
    throw new UsageError([`--url: ${host} cannot be found: ${error.message}`]);
  });
  return found.every(({ address }) => loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'));
}

function readAuthority(file: string, resolve: Io['resolve']): string {
  try {
    return readFileSync(resolve(file), 'utf8');
  } catch (error) {
    throw new UsageError([`--ca: cannot read ${file}: ${whyNot(error)}`]);
  }
}
