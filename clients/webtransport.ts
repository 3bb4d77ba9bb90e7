import { MAX_ARRIVAL_BYTES } from '../bench/codec/unreadable.ts';
import type {
  ByteDuplex,
  ClientSettings,
  Message,
  Receiver,
  Send,
  Session,
  WebTransportLike,
} from '../bench/contract.ts';
import { withPlace, withToken } from './shared/address.ts';
import { lifetime } from './shared/lifetime.ts';

/** Time to open a session. Without a server there is no answer, and QUIC itself would wait 30 s. */
const OPENING_MS = 10_000;
const PREFIX_BYTES = 4;

/**
 * WebTransport with a browser's interface: one bidirectional stream of length-prefixed messages, of which the server's first is
 * empty. With the option `datagrams`, each later message is a datagram. A URL that ends in `#sha256=<hex>` pins the server's
 * certificate. Resumes with `?since=`; what was missed comes on the stream.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const address = new URL(url);
  const [, pin] = /^#sha256=(.+)$/.exec(address.hash) ?? [];
  address.hash = '';
  const serverCertificateHashes = pin === undefined ? [] : [{ algorithm: 'sha-256', value: fromHex(pin) }];
  const transport = new settings.platform.WebTransport(
    withPlace(withToken(address.href, settings.token), 'since', settings.resume),
    pin === undefined ? {} : { serverCertificateHashes },
  );
  const life = lifetime(receiver, settings.signal, () => transport.close({ closeCode: 1000, reason: '' }));
  const over = (reason: Error): void => {
    clearTimeout(late);
    life.over(reason);
  };
  const late = setTimeout(() => {
    over(new Error(`no WebTransport session within ${OPENING_MS / 1e3} s`));
    transport.close();
  }, OPENING_MS);
  settings.signal.addEventListener('abort', () => clearTimeout(late), { once: true });

  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const deliver = (bytes: Uint8Array): void =>
    receiver.message(settings.encoding === 'text' ? decoder.decode(bytes) : bytes);

  async function open(): Promise<void> {
    await transport.ready;
    const stream = await transport.createBidirectionalStream();
    const writer = stream.writable.getWriter();
    const write = (bytes: Uint8Array): void => void writer.write(bytes).catch(ignore);
    const byDatagram = settings.options.datagrams === true;
    const send = byDatagram ? datagramSender(transport) : (message: Message) => write(frameOf(bytesOf(message)));
    if (byDatagram) readAll(transport.datagrams, deliver).catch(ignore);
    // The server learns of a stream only when it carries something.
    write(frameOf(new Uint8Array()));
    let greeted = false;
    const onFrame = (frame: Uint8Array): void => {
      if (frame.length > 0) return deliver(frame);
      if (greeted) {
        // A heartbeat. With datagrams it asks whether the client still reads them: unread ones are dropped silently.
        if (byDatagram) write(frameOf(frame));
        return;
      }
      greeted = true;
      clearTimeout(late);
      life.usable(send);
    };
    const onTooLong = (): void => transport.close({ closeCode: 1009, reason: 'a frame is too long' });
    await readAll(stream, frameReader(onFrame, onTooLong));
  }

  open().catch(ignore);
  transport.closed.then(
    ({ closeCode = 0, reason = '' }) =>
      over(new Error(`WebTransport session closed with ${closeCode} ${reason}`.trim())),
    (error: unknown) => over(error instanceof Error ? error : new Error(String(error))),
  );
  return life.session;
}

function datagramSender({ datagrams }: WebTransportLike): Send {
  const writer = datagrams.writable.getWriter();
  return (message) => {
    const bytes = bytesOf(message);
    // A browser would drop it silently.
    if (bytes.length > datagrams.maxDatagramSize) {
      throw new Error(
        `the message is too large for a datagram: ${bytes.length} bytes of at most ${datagrams.maxDatagramSize}`,
      );
    }
    return writer.write(bytes);
  };
}

async function readAll({ readable }: ByteDuplex, take: (bytes: Uint8Array) => void): Promise<void> {
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (value !== undefined) take(value);
  }
}

const encoder = new TextEncoder();

function bytesOf(message: Message): Uint8Array {
  return typeof message === 'string' ? encoder.encode(message) : message;
}

/** Encodes a frame as `encodeFrame` of bench/codec/frame.ts does, but without Node's Buffer. */
function frameOf(bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(PREFIX_BYTES + bytes.length);
  new DataView(frame.buffer).setUint32(0, bytes.length);
  frame.set(bytes, PREFIX_BYTES);
  return frame;
}

/** Cuts a stream of bytes into frames. */
function frameReader(onFrame: (frame: Uint8Array) => void, onTooLong: () => void): (chunk: Uint8Array) => void {
  const prefix = new Uint8Array(PREFIX_BYTES);
  const length = new DataView(prefix.buffer);
  let body: Uint8Array | undefined;
  let filled = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      const part = body ?? prefix;
      const taken = Math.min(part.length - filled, chunk.length - at);
      part.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < part.length) return;
      filled = 0;
      if (body === undefined) {
        if (length.getUint32(0) > MAX_ARRIVAL_BYTES) return onTooLong();
        body = new Uint8Array(length.getUint32(0));
        if (body.length > 0) continue;
      }
      onFrame(body);
      body = undefined;
    }
  };
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

/** Ignores errors of a session that has ended: `closed` says why. */
function ignore(): void {}
