/** Decodes base64. @throws if the text is not base64 */
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/**
 * Inflates bytes with the platform's `DecompressionStream`. The format `deflate` is zlib's, with its header.
 * @throws if the data are cut short or altered, or inflate to more than `maxBytes`
 */
export async function inflated(
  bytes: Uint8Array<ArrayBuffer>,
  format: 'gzip' | 'deflate',
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      throw new Error(`it inflates to more than ${maxBytes} bytes`);
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
