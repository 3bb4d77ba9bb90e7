import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import type { Message } from '../contract.ts';

/** `wirebench.Message` as protobuf's objects have it. */
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

/** `/wirebench.Messages/Open` */
export const OPEN = path;

/** As `messages.proto` has it. */
export function encodeMessage(message: Message): Buffer {
  const fields: Fields = typeof message === 'string' ? { text: message } : { bytes: message };
  return requestSerialize(fields);
}

/** A message of neither kind is an empty text. */
export function decodeMessage(encoded: Buffer): Message {
  const { text, bytes }: Fields = requestDeserialize(encoded);
  return text ?? bytes ?? '';
}

/** Most bytes that a message of so many takes: a tag and a length around it. */
export function maxEncodedBytes(messageBytes: number): number {
  let lengthBytes = 1;
  for (let rest = messageBytes; rest >= 128; rest = Math.floor(rest / 128)) lengthBytes++;
  return 1 + lengthBytes + messageBytes;
}
