import { createSecureContext } from 'node:tls';
import { type CallOptions, Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { decodeMessage, encodeMessage, OPEN } from '../bench/codec/messages.ts';
import type { ClientSettings, Message, Receiver, Session } from '../bench/contract.ts';
import { lifetime } from './shared/lifetime.ts';
import { bearer } from './shared/token.ts';

/** Time the server has to end the call that we have ended. */
const GOODBYE_MS = 1_000;

/** A connection of its own for each session, as for the other transports; nothing is tried again. */
const CHANNEL = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_channelz': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.max_receive_message_length': -1,
};

/** gRPC: one bidirectional stream, open once its metadata have come. */
export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { protocol, host } = new URL(url);
  // The process's own authorities: `createSsl` would rather have those that a variable of the environment names.
  const trust =
    protocol === 'grpcs:' ? credentials.createFromSecureContext(createSecureContext()) : credentials.createInsecure();
  const client = new Client(host, trust, CHANNEL);
  const metadata = new Metadata();
  try {
    for (const [name, value] of Object.entries(bearer(settings.token))) metadata.set(name, value);
  } catch {
    // Not the library's own words: they repeat the token.
    client.close();
    throw new Error('UNAUTHENTICATED: the token has characters that metadata cannot have');
  }
  const options: CallOptions = { deadline: Number.POSITIVE_INFINITY };
  const call = client.makeBidiStreamRequest<Message, Message>(OPEN, encodeMessage, decodeMessage, metadata, options);

  const life = lifetime(receiver, settings.signal, (wasUsable) => {
    if (!wasUsable) return call.cancel();
    call.end();
    goodbye = setTimeout(() => call.cancel(), GOODBYE_MS);
  });
  let goodbye: NodeJS.Timeout | undefined;

  call.once('metadata', () => life.usable((message) => void call.write(message)));
  call.on('data', (message: Message) => receiver.message(message));
  // Every call ends with a status; where that is no success there is an error before it, which says nothing more.
  call.on('error', () => {});
  call.once('status', ({ code, details }) => {
    clearTimeout(goodbye);
    client.close();
    life.over(new Error(`the call ended: ${status[code]} ${details}`));
  });
  return life.session;
}
