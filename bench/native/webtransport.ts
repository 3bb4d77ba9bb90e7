import { createRequire } from 'node:module';
import { bufferOf } from '../codec/bytes.ts';
import { errorText } from '../error-text.ts';
import { command } from '../results/command.ts';

/**
 * Native part of `@moq/web-transport`: QUIC and HTTP/3 by quinn. The package's own entry point is TypeScript, whose types Node does
 * not strip inside node_modules. So this module loads the binary itself, when it is first used, never while importing.
 */
export interface Binding {
  readonly NapiServer: { bind(address: string, certificate: Buffer, key: Buffer): QuicServer };
  readonly NapiClient: {
    withSystemRoots(): QuicClient;
    withCertificateHashes(hashes: Buffer[]): QuicClient;
  };
}

export interface QuicServer {
  /** Resolves with the next session request, or null once the server is closed. */
  accept(): Promise<SessionRequest | null>;
  /** Closes the server. Blocks the process while an `accept` is in progress, so call it between two. */
  close(): void;
}

export interface SessionRequest {
  readonly url: Promise<string>;
  ok(): Promise<QuicSession>;
  reject(status: number): Promise<void>;
}

export interface QuicClient {
  connect(url: string): Promise<QuicSession>;
}

export interface QuicSession {
  acceptBi(): Promise<StreamPair>;
  acceptUni(): Promise<ReceiveStream>;
  openBi(): Promise<StreamPair>;
  /** Sends a datagram. Throws if it is larger than `maxDatagramSize`. */
  sendDatagram(data: Buffer): void;
  recvDatagram(): Promise<Buffer>;
  maxDatagramSize(): number;
  close(code: number, reason: string): void;
  closed(): Promise<{ readonly closeCode: number; readonly reason: string }>;
}

export interface StreamPair {
  /** Takes the sending half. Each half can be taken once. */
  takeSend(): SendStream;
  takeRecv(): ReceiveStream;
}

export interface SendStream {
  write(data: Buffer): Promise<void>;
  reset(code: number): Promise<void>;
}

export interface ReceiveStream {
  /** Resolves with the next bytes, or null at the stream's end. */
  read(maxBytes: number): Promise<Buffer | null>;
  stop(code: number): Promise<void>;
}

/** Suffixes of the packages that contain a binary, by Node's name of the platform. */
const BUILDS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64-gnu',
  'linux-arm64': 'linux-arm64-gnu',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-x64-msvc',
};

const require = createRequire(import.meta.url);
let loaded: { readonly binding: Binding } | { readonly why: string } | undefined;

/** Loads the binding once. Throws if it is unavailable. */
export function loadBinding(): Binding {
  loaded ??= load();
  if ('why' in loaded) throw new Error(loaded.why);
  return loaded.binding;
}

/** Says why the binary cannot be loaded on this machine and what would help; undefined if it can be. */
export function whyNoBinding(): string | undefined {
  loaded ??= load();
  return 'why' in loaded ? loaded.why : undefined;
}

function load(): NonNullable<typeof loaded> {
  const platform = `${process.platform}-${process.arch}`;
  const build = BUILDS[platform];
  if (build === undefined) return { why: `@moq/web-transport has no binary for ${platform}` };
  try {
    return { binding: require(`@moq/web-transport-${build}`) as Binding };
  } catch (error) {
    return { why: whyNot(error, build) };
  }
}

/** Explains a loading error. The system's own message names a path on this machine; a user needs the library's version. */
export function whyNot(error: unknown, build: string): string {
  const said = errorText(error);
  const [, glibc] = /GLIBC_([\d.]+)' not found/.exec(said) ?? [];
  if (glibc !== undefined) {
    const here = glibcVersion();
    const has = here === undefined ? '' : `, and this machine has ${here}`;
    return `its native binding needs glibc ${glibc} or later${has}; Debian 13 and Ubuntu 24.04 bring it`;
  }
  if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
    return `the package @moq/web-transport-${build} is not installed; ${command('npm ci')} without --omit=optional installs it`;
  }
  return `its native binding cannot be loaded: ${said.split('\n')[0]}`;
}

function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}

/**
 * Keeps writes in order: the binding runs concurrent writes in any order. Bytes that are given during a write are combined in the
 * next one.
 */
export class OrderedWriter {
  /** Bytes that QUIC has not accepted yet, because its peer reads too slowly or its buffer is full. */
  waitingBytes = 0;
  readonly #stream: SendStream;
  #queue: Uint8Array[] = [];
  #flushing: Promise<void> | undefined;

  constructor(stream: SendStream) {
    this.#stream = stream;
  }

  /** Writes bytes. Resolves once no bytes are waiting. */
  write(bytes: Uint8Array): Promise<void> {
    this.#queue.push(bytes);
    this.waitingBytes += bytes.length;
    this.#flushing ??= this.#flush();
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const batch = this.#queue.length === 1 ? bufferOf(this.#queue[0]!) : Buffer.concat(this.#queue);
        this.#queue = [];
        await this.#stream.write(batch);
        this.waitingBytes -= batch.length;
      }
    } finally {
      this.#flushing = undefined;
    }
  }
}
