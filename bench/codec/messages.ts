import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import type { Message } from '../contract.ts';

/** Fields of `wirebench.Message` in messages.proto. */
interface Fields {
  readonly text?: string;
  readonly bytes?: Uint8Array;
}

const definition = loadSync(fileURLToPath(new URL('./messages.proto', import.meta.url)));
const service = definition['wirebench.Messages'];
const method = service !== undefined && 'Open' in service ? service.Open : undefined;
if (method === undefined || !('requestSerialize' in method))
  throw new Error('messages.proto has no wirebench.Messages.Open');
const { requestSerialize, requestDeserialize, path } = method;

/** Path of the method: `/wirebench.Messages/Open`. */
export const OPEN = path;

/** Encodes a message as `messages.proto` defines. */
export function encodeMessage(message: Message): Buffer {
  const fields: Fields = typeof message === 'string' ? { text: message } : { bytes: message };
  return requestSerialize(fields);
}

/** Decodes a message. One with neither field is an empty text. */
export function decodeMessage(encoded: Buffer): Message {
  const { text, bytes }: Fields = requestDeserialize(encoded);
  return text ?? bytes ?? '';
}

/** Maximum encoded length of a message: its bytes, a tag and a length. */
export function maxEncodedBytes(messageBytes: number): number {
  let lengthBytes = 1;
  for (let rest = messageBytes; rest >= 128; rest = Math.floor(rest / 128)) lengthBytes++;
  return 1 + lengthBytes + messageBytes;
}
