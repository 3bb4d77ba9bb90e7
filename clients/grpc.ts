import { isIPv6 } from 'node:net';
import { createSecureContext } from 'node:tls';
import { type CallOptions, Client, credentials, experimental, Metadata, status } from '@grpc/grpc-js';
import { keepaliveOf } from '../bench/codec/keepalive.ts';
import { decodeMessage, encodeMessage, OPEN } from '../bench/codec/messages.ts';
import { MAX_ARRIVAL_BYTES, unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, Message, Receiver, Session } from '../bench/contract.ts';
import { authorization } from './shared/address.ts';
import { GOODBYE_MS, lifetime } from './shared/lifetime.ts';

/** Settings that give each session its own connection, as the other transports have, and turn retries off. */
const CHANNEL = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_channelz': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.max_receive_message_length': MAX_ARRIVAL_BYTES,
};

/** Channel option with the source address of its connection, and the scheme of names whose resolver applies it. */
const LOCAL_ADDRESS = 'wirebench.local_address';
const BOUND = 'wirebench-bound';

/**
 * Resolver that adds a source address to the addresses of a name: the library connects with `net.connect(address)`, and has no option
 * for it.
 */
class BoundResolver implements experimental.Resolver {
  static getDefaultAuthority = ({ path }: experimental.GrpcUri): string => path;
  readonly #resolver: experimental.Resolver;

  constructor(
    target: experimental.GrpcUri,
    listener: experimental.ResolverListener,
    options: ConstructorParameters<typeof Client>[2] & object,
  ) {
    const localAddress = String(options[LOCAL_ADDRESS]);
    const bind = (endpoints: experimental.Endpoint[]): experimental.Endpoint[] =>
      endpoints.map(({ addresses }) => ({
        addresses: addresses
          .filter((address) => 'host' in address && isIPv6(address.host) === isIPv6(localAddress))
          .map((address) => ({ ...address, localAddress })),
      }));
    const bound: experimental.ResolverListener = (found, ...rest) =>
      listener(found.ok ? experimental.statusOrFromValue(bind(found.value)) : found, ...rest);
    this.#resolver = experimental.createResolver({ ...target, scheme: 'dns' }, bound, options);
  }

  updateResolution(): void {
    this.#resolver.updateResolution();
  }

  destroy(): void {
    this.#resolver.destroy();
  }
}

experimental.registerResolver(BOUND, BoundResolver);

/** Message that cannot be decoded. The library would end the call. */
class Foreign {
  readonly encoded: Buffer;

  constructor(encoded: Buffer) {
    this.encoded = encoded;
  }
}

function decode(encoded: Buffer): Message | Foreign {
  try {
    return decodeMessage(encoded);
  } catch {
    return new Foreign(encoded);
  }
}

/**
 * gRPC: one bidirectional stream, which is open once the server's metadata have arrived. The library's channel connects again by itself,
 * but a call that has ended stays ended, so a lost session is always reported. It resumes with the metadata `since`.
 */
export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { protocol, host } = new URL(url);
  // Uses the process's certificate authorities; `createSsl` would prefer those that an environment variable names.
  const trust =
    protocol === 'grpcs:' ? credentials.createFromSecureContext(createSecureContext()) : credentials.createInsecure();
  const { localAddress } = settings.platform;
  const channel = { ...CHANNEL, ...keepaliveOf(settings.options) };
  const client =
    localAddress === undefined
      ? new Client(host, trust, channel)
      : new Client(`${BOUND}:${host}`, trust, { ...channel, [LOCAL_ADDRESS]: localAddress });
  const metadata = new Metadata();
  try {
    for (const [name, value] of Object.entries(authorization(url, settings.token))) metadata.set(name, value);
  } catch {
    // Replaces the library's message, which contains the token.
    client.close();
    throw new Error('UNAUTHENTICATED: the token has characters that metadata cannot have');
  }
  if (settings.resume !== undefined) setPlace(metadata, settings.resume);
  const options: CallOptions = { deadline: Number.POSITIVE_INFINITY };
  const call = client.makeBidiStreamRequest<Message, Message | Foreign>(OPEN, encodeMessage, decode, metadata, options);

  const life = lifetime(receiver, settings.signal, (wasUsable) => {
    if (!wasUsable) return call.cancel();
    call.end();
    goodbye = setTimeout(() => call.cancel(), GOODBYE_MS);
  });
  let goodbye: NodeJS.Timeout | undefined;

  call.once('metadata', () => life.usable((message) => void call.write(message)));
  call.on('data', (arrived: Message | Foreign) => {
    if (arrived instanceof Foreign) receiver.unreadable(unreadable('a gRPC message', arrived.encoded));
    else receiver.message(arrived);
  });
  // Ignored: the status event that follows every call says the same.
  call.on('error', () => {});
  call.once('status', ({ code, details }) => {
    clearTimeout(goodbye);
    client.close();
    life.over(new Error(`the call ended: ${status[code]} ${details}`));
  });
  return life.session;
}

/** Sets the place at which a session resumes. Metadata are printable ASCII; anything else is no place that a server has given. */
function setPlace(metadata: Metadata, place: string): void {
  if (!/^[\x20-\x7e]*$/.test(place)) throw new Error('the place to resume at has characters that metadata cannot have');
  metadata.set('since', place);
}
