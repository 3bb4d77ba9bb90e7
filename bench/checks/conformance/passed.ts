import type { Message } from '../../contract.ts';

/** Message as it passes between the processes; bytes as base64. */
export type Passed = { readonly text: string } | { readonly bytes: string };

export const passed = (message: Message): Passed =>
  typeof message === 'string' ? { text: message } : { bytes: Buffer.from(message).toString('base64') };

export const unpassed = (message: Passed): Message =>
  'text' in message ? message.text : Uint8Array.from(Buffer.from(message.bytes, 'base64'));
