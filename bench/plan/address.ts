import type { Options } from '../contract.ts';
import { addressShown } from '../security/redact.ts';
import { addressesOf, findTransport, nameOf, type TransportChoice, transportChoices } from '../transports/index.ts';
import { ADDRESS_PARTS, type AddressPart } from '../transports/shape.ts';

/** Address of a foreign server as a transport's client dials it. */
export interface Address {
  /** The address with its scheme in the client's own word, its host in ASCII, and everything else percent-encoded. */
  readonly url: string;
  /** True if its scheme means TLS; undefined if only the transport's module, from outside the repository, knows. */
  readonly tls: boolean | undefined;
}

/** Parses an address; undefined if it names no host. The host of any scheme is written as the URL standard writes that of `http:`. */
export function parseAddress(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const address = new URL(text);
  const host = `http://${address.hostname}/`;
  if (address.hostname === '' || !URL.canParse(host)) return undefined;
  address.hostname = new URL(host).hostname;
  return address;
}

/** Reads the address of a server that a transport shall be measured at. Reports all problems at once. */
export function readAddress(text: string, choice: TransportChoice): Address | { readonly problems: readonly string[] } {
  const address = parseAddress(text);
  if (address === undefined) return { problems: [`is no address of a server: ${addressShown(text)}`] };
  const addresses = addressesOf(choice);
  const malformed = isDecodable(address)
    ? []
    : ['has a % that two hexadecimal digits do not follow; write %25 for a %'];
  if (addresses === undefined) {
    return malformed.length > 0 ? { problems: malformed } : { url: address.href, tls: undefined };
  }

  const name = nameOf(choice);
  const { schemes, uses, fragment } = addresses;
  const given = address.protocol.slice(0, -1);
  const scheme = schemes.find((one) => one.name === given);
  const problems = [
    ...ADDRESS_PARTS.filter((part) => has(address, part) && !uses.includes(part)).map(
      (part) => `has a ${part}, which ${name} cannot send; leave it out`,
    ),
    ...(address.hash === '' || fragment?.pattern.test(address.hash)
      ? []
      : [
          fragment === undefined
            ? 'has a fragment (#…), which no client sends; leave it out, or write %23 for a #'
            : `has a fragment that is not ${fragment.words}`,
        ]),
    ...malformed,
    ...(address.port === '0' ? ['has port 0, at which no server can be reached'] : []),
  ];
  if (scheme === undefined) {
    problems.unshift(`has the scheme ${given}:, but ${name} takes ${listed(choice)}${others(given, choice)}`);
    return { problems };
  }
  if (scheme.as !== undefined) address.protocol = scheme.as;
  if (address.port === '' && scheme.port !== undefined) address.port = String(scheme.port);
  if (address.port === '' && !IMPLIED_PORT.has(address.protocol)) {
    problems.push(`names no port, and ${given}: has no usual one; write ${given}://${address.hostname}:<port>`);
  }
  return problems.length > 0 ? { problems } : { url: address.href, tls: scheme.tls };
}

/** Schemes to which the URL standard gives a port. */
const IMPLIED_PORT: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:']);

/** Schemes that a transport takes, such as `ws:, wss:`. */
const listed = (choice: TransportChoice): string =>
  (addressesOf(choice)?.schemes ?? []).map((scheme) => `${scheme.name}:`).join(', ');

/** Advice to use another variant of the transport that takes the scheme; empty if there is none. */
function others(scheme: string, { entry }: TransportChoice): string {
  const taking = transportChoices().filter(
    (other) => other.entry === entry && addressesOf(other)?.schemes.some(({ name }) => name === scheme),
  );
  return taking.length === 0 ? '' : `; ${scheme}: is taken by ${taking.map(nameOf).join(', ')}`;
}

function has(address: URL, part: AddressPart): boolean {
  switch (part) {
    case 'user and password':
      return address.username !== '' || address.password !== '';
    case 'path':
      return address.pathname !== '' && address.pathname !== '/';
    case 'query':
      return address.search !== '';
  }
}

/** True if user, password and path can be decoded, as clients must do. */
function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** Address of a server for one of a run's transports. Throws if it was not checked before. */
export function addressFor(url: string, choice: TransportChoice): Address {
  const read = readAddress(url, choice);
  if ('problems' in read) throw new Error(read.problems.join('; '));
  return read;
}

/** Problems of a run's address for its transports, each once. */
export function addressProblems(url: string, names: readonly string[]): string[] {
  const found = names.flatMap((name) => {
    const choice = findTransport(name);
    const read = choice === undefined ? undefined : readAddress(url, choice);
    return read !== undefined && 'problems' in read ? read.problems : [];
  });
  return [...new Set(found)];
}

/** Problems of the settings given for a foreign server. Each must be one of every transport of the run, which would ignore it otherwise. */
export function targetOptionProblems(given: Options, names: readonly string[]): string[] {
  const entries = new Set(names.flatMap((name) => findTransport(name)?.entry ?? []));
  return [...entries].flatMap(({ id, targetOptions = {} }) => {
    const known = Object.entries(targetOptions).map(([name, { help }]) => `${name} (${help})`);
    return Object.entries(given).flatMap(([name, value]) => {
      const option = Object.hasOwn(targetOptions, name) ? targetOptions[name] : undefined;
      if (option === undefined) return [`${id} has no option ${name}; it has ${known.join(', ') || 'none'}`];
      return option.pattern.test(String(value)) ? [] : [`${name} takes ${option.words}, not "${value}"`];
    });
  });
}
