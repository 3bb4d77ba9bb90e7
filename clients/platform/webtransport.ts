import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { bufferOf } from '../../bench/codec/bytes.ts';
import type { ByteDuplex, WebTransportLike } from '../../bench/contract.ts';
import { loadBinding, OrderedWriter, type QuicClient, type QuicSession } from '../../bench/native/webtransport.ts';

const READ_BYTES = 65_536;

interface Hashes {
  readonly serverCertificateHashes?: readonly { readonly value: Uint8Array }[];
}

/** Part of the browser's WebTransport that clients use, on a native binding. */
export class WebTransport implements WebTransportLike {
  readonly ready: Promise<void>;
  readonly closed: Promise<{ closeCode: number; reason: string }>;
  readonly datagrams: WebTransportLike['datagrams'];
  readonly #opening: Promise<QuicSession>;
  #session: QuicSession | undefined;
  #goodbye: { closeCode: number; reason: string } | undefined;

  constructor(url: string, { serverCertificateHashes = [] }: Hashes = {}) {
    this.#opening = this.#open(url, serverCertificateHashes);
    this.ready = this.#opening.then(() => {});
    this.closed = this.#opening.then((session) => session.closed()).then((info) => this.#goodbye ?? info);
    this.datagrams = this.#datagrams();
    // Prevents unhandled rejections, as in a browser.
    this.ready.catch(() => {});
    this.closed.catch(() => {});
  }

  async #open(url: string, pins: NonNullable<Hashes['serverCertificateHashes']>): Promise<QuicSession> {
    const client = pins.length === 0 ? trustingClient() : pinningClient(pins.map(({ value }) => bufferOf(value)));
    const session = await client.connect(url).catch((error: Error) => {
      // The binding fails so on any status other than 200, which it does not expose.
      const refused = /unexpected end of input|status/.test(error.message) ? 'the server refused the session: ' : '';
      throw new Error(`${refused}${error.message}`);
    });
    this.#session = session;
    if (this.#goodbye !== undefined) session.close(this.#goodbye.closeCode, this.#goodbye.reason);
    return session;
  }

  async createBidirectionalStream(): Promise<ByteDuplex> {
    const pair = await (await this.#opening).openBi();
    const received = pair.takeRecv();
    const writer = new OrderedWriter(pair.takeSend());
    const reader = {
      async read() {
        const value = await received.read(READ_BYTES);
        return value === null ? { done: true } : { done: false, value };
      },
    };
    return { readable: { getReader: () => reader }, writable: { getWriter: () => writer } };
  }

  #datagrams(): WebTransportLike['datagrams'] {
    const opening = this.#opening;
    const current = (): QuicSession | undefined => this.#session;
    const reader = {
      read: async () => ({ done: false, value: await (await opening).recvDatagram() }),
    };
    const writer = {
      write: async (bytes: Uint8Array) => (current() ?? (await opening)).sendDatagram(bufferOf(bytes)),
    };
    return {
      get maxDatagramSize() {
        return current()?.maxDatagramSize() ?? 0;
      },
      readable: { getReader: () => reader },
      writable: { getWriter: () => writer },
    };
  }

  close(goodbye = { closeCode: 0, reason: '' }): void {
    this.#goodbye ??= goodbye;
    this.#session?.close(goodbye.closeCode, goodbye.reason);
  }
}

/**
 * Clients by the certificates that they trust. A client of the binding is a UDP socket, shared by all of its connections: QUIC
 * distinguishes them by their connection IDs. A client cannot be closed.
 */
const clients = new Map<string, QuicClient>();

function clientFor(trust: string, make: () => QuicClient): QuicClient {
  const known = clients.get(trust);
  if (known !== undefined) return known;
  const client = make();
  clients.set(trust, client);
  return client;
}

function pinningClient(hashes: Buffer[]): QuicClient {
  return clientFor(Buffer.concat(hashes).toString('hex'), () => loadBinding().NapiClient.withCertificateHashes(hashes));
}

/**
 * Client that trusts the authorities of this process (`tls.setDefaultCACertificates`), not those of the system: the binding reads
 * its authorities from the file that SSL_CERT_FILE names when a client is created.
 */
function trustingClient(): QuicClient {
  const authorities = getCACertificates('default').join('\n');
  const trust = createHash('sha256').update(authorities).digest('hex');
  return clientFor(`authorities ${trust}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'wirebench-authorities-'));
    const before = process.env.SSL_CERT_FILE;
    try {
      const file = join(folder, 'authorities.pem');
      writeFileSync(file, authorities);
      process.env.SSL_CERT_FILE = file;
      return loadBinding().NapiClient.withSystemRoots();
    } finally {
      if (before === undefined) delete process.env.SSL_CERT_FILE;
      else process.env.SSL_CERT_FILE = before;
      rmSync(folder, { recursive: true });
    }
  });
}
