import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import { application } from '../../../servers/application.ts';
import { ECHO } from '../../codec/header.ts';
import { usualLimits } from '../../limits.ts';
import { Messages } from '../../load/messages.ts';
import { PATIENCE_MS } from '../../testing/patience.ts';
import { findTransport, loadClient, loadServer, optionsOf, surfaceOf, transports } from '../../transports/index.ts';
import type { Chain, StepName } from './chain.ts';
import { echoOf } from './measure.ts';

const SIZE = 128;
/** Transports without datagrams, which native code encodes on its own threads: no function here does. */
const names = transports.filter(({ datagrams }) => datagrams === undefined).map(({ id }) => id);

const message = String(new Messages({ seed: 1, size: SIZE, encoding: 'text', opcode: ECHO, senders: 1 }).build(0, 0));

describe('on the real wire', () => {
  const ending: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  /** Sends one echo between the real client and server, and resolves with the bytes that crossed the wire for it. */
  async function captured(name: string, message: string): Promise<{ up: Buffer; down: Buffer }> {
    const entry = transports.find(({ id }) => id === name)!;
    const limits = usualLimits(65_536);
    const options = optionsOf({ entry, variant: null });
    const { listen } = await loadServer(entry);
    const listener = await listen(application, { host: '127.0.0.1', port: 0, options, limits });
    ending.push(() => listener.close());
    const url = new URL(listener.url);
    const seen = { up: [] as Buffer[], down: [] as Buffer[] };
    const ends: Socket[] = [];
    const wiretap = createServer((client) => {
      const server = connect(Number(url.port), url.hostname);
      for (const end of [client, server]) ends.push(end.on('error', () => {}));
      client.on('data', (chunk) => seen.up.push(chunk)).pipe(server);
      server.on('data', (chunk) => seen.down.push(chunk)).pipe(client);
    });
    await new Promise<void>((resolve) => wiretap.listen(0, '127.0.0.1', resolve));
    ending.push(async () => {
      for (const end of ends) end.destroy();
      await new Promise((resolve) => wiretap.close(resolve));
    });
    const address = wiretap.address();
    if (address === null || typeof address === 'string') throw new Error('the wiretap has no port');
    const echoed = Promise.withResolvers<unknown>();
    const client = await loadClient(entry);
    const session = await client.connect(
      listener.url.replace(url.port, String(address.port)),
      { message: echoed.resolve, unreadable: echoed.reject, lost: echoed.reject },
      { options, encoding: 'text', platform, signal: AbortSignal.timeout(PATIENCE_MS) },
    );
    ending.push(() => session.close());
    seen.up.length = 0;
    seen.down.length = 0;
    await session.send(message);
    expect(await echoed.promise).toBe(message);
    return { up: Buffer.concat(seen.up), down: Buffer.concat(seen.down) };
  }

  test.each(names)('%s sends up what is encoded here', async (name) => {
    const { up } = await captured(name, message);
    const encoded = encodedBy((await echoOf(name))!.up, 'client encode', message);
    const isMasked = up[0] === 0x81 && (up[1]! & 0x80) !== 0;
    expect(surfaceOf(findTransport(name)!)?.protocol === 'websocket').toBe(isMasked);
    if (isMasked) expect(comparable(unmasked(up))).toBe(comparable(unmasked(encoded)));
    else expect(comparable(up)).toContain(comparable(encoded));
  });

  test.each(names)('%s sends down what is encoded here', async (name) => {
    const { down } = await captured(name, message);
    expect(comparable(down)).toContain(comparable(encodedBy((await echoOf(name))!.down, 'server encode', message)));
  });
});

/** Bytes that the last part of a step leaves for the wire. */
function encodedBy(chain: Chain<unknown>, step: StepName, message: string): Buffer {
  const [output] = chain.parts.findLast((part) => part.step === step)!.prepare([message])();
  if (output instanceof Uint8Array) return Buffer.from(output);
  if (Array.isArray(output) && output.every((piece) => piece instanceof Uint8Array)) return Buffer.concat(output);
  throw new Error(`${step} leaves no bytes`);
}

/** Removes the mask of a single frame. RFC 6455 §5.2 */
function unmasked(frame: Buffer): Buffer {
  const lengthBytes = [2, 8][(frame[1]! & 0x7f) - 126] ?? 0;
  const mask = frame.subarray(2 + lengthBytes, 6 + lengthBytes);
  const payload = frame.subarray(6 + lengthBytes).map((byte, index) => byte ^ mask[index % 4]!);
  return Buffer.concat([frame.subarray(0, 2 + lengthBytes), payload]);
}

/** Bytes as text without identifiers, names and times, which differ between sessions. */
function comparable(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<identifier>')
    .replaceAll(/(up|down)\/[a-z2-7]{8}/g, '$1/<name>')
    .replaceAll(/^Date: .*\r\n/gm, '')
    .replaceAll(/^Keep-Alive: timeout=65\r\n/gm, '');
}
