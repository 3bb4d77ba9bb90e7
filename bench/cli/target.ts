import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { BlockList, isIPv6 } from 'node:net';
import { whyNot } from '../results/file.ts';
import type { Security } from '../security/security.ts';
import { UsageError } from './exit.ts';

/** What concerns a server that is not ours. */
export interface TargetFlags {
  readonly ca?: string;
  readonly yesIOwnThisHost?: boolean;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/**
 * Whether a server may be driven, and with what. Throws a `UsageError` where its host is another machine and nobody said that it
 * is theirs: the load of a benchmark is an attack on whoever did not ask for it.
 */
export async function approach(
  url: string | null,
  { ca, yesIOwnThisHost }: TargetFlags,
): Promise<Security | undefined> {
  if (url === null) {
    const without = [
      ...(ca === undefined ? [] : ['--ca has no meaning without --url; leave it out']),
      ...(yesIOwnThisHost ? ['--yes-i-own-this-host has no meaning without --url; leave it out'] : []),
    ];
    if (without.length > 0) throw new UsageError(without);
    return undefined;
  }
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const found = await lookup(host, { all: true }).catch((error: Error) => {
    throw new UsageError([`--url: ${host} cannot be found: ${error.message}`]);
  });
  const local = found.every(({ address }) => loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'));
  if (!local && !yesIOwnThisHost) {
    throw new UsageError([
      `--url: ${host} is not this machine, and a benchmark sends thousands of messages a second: to a server whose owner did ` +
        'not ask for that it is an attack. If it is yours to load, say so with --yes-i-own-this-host',
    ]);
  }
  const token = process.env.WIREBENCH_TOKEN;
  return {
    server: {},
    client: { ...(ca === undefined ? {} : { authority: readAuthority(ca) }), ...(token ? { token } : {}) },
  };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError([`--ca: cannot read ${file}: ${whyNot(error)}`]);
  }
}
