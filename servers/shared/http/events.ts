import { constants, createGzip } from 'node:zlib';
import type { WebResponse } from './http.ts';

/** Body of an answer that stays open, written event by event. */
export interface EventStream {
  write(event: Buffer): void;
  /** Bytes in this process that the peer has not taken yet. */
  readonly waiting: number;
  end(): void;
}

export function plainEvents(response: WebResponse): EventStream {
  return {
    write: (event) => void response.write(event),
    get waiting() {
      return response.writableLength;
    },
    end: () => void response.end(),
  };
}

/**
 * Compresses the body and flushes after each event, so that the reader gets it whole and at once. A full flush after the first event
 * makes the compressor forget it, because it names the session: a secret that is compressed together with other clients' text can be
 * guessed from lengths (the BREACH attack).
 */
export function gzippedEvents(response: WebResponse): EventStream {
  const gzip = createGzip();
  let packed: Buffer[] = [];
  let flushAs = constants.Z_FULL_FLUSH;
  const sendOn = (): void => {
    const chunks = packed;
    packed = [];
    if (chunks.length > 0 && !response.destroyed) response.write(Buffer.concat(chunks));
  };
  gzip.on('data', (chunk: Buffer) => packed.push(chunk));
  gzip.on('error', () => response.destroy());
  gzip.on('end', () => {
    sendOn();
    response.end();
  });
  response.once('close', () => gzip.destroy());
  return {
    write(event) {
      if (gzip.writableEnded || gzip.destroyed) return;
      gzip.write(event);
      gzip.flush(flushAs, sendOn);
      flushAs = constants.Z_SYNC_FLUSH;
    },
    get waiting() {
      return response.writableLength + gzip.writableLength;
    },
    end: () => void gzip.end(),
  };
}
