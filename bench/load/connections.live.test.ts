import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, test } from 'vitest';
import { ECHO } from '../codec/header.ts';
import { LoadGenerator } from '../run/generator.ts';
import { makeIdentity } from '../security/identity.ts';
import { Kit } from '../testing/kit.ts';
import { clientModule, findTransport, loadServer } from '../transports/index.ts';
import type { ConnectOrder } from './protocol.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-connections-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { entry } = findTransport('tcp')!;
const client = clientModule(entry);
const identity = await makeIdentity(['127.0.0.1']);
const ways = [{ source: '127.0.0.1' }, { source: '127.0.0.2' }];

/** Writes a client that behaves differently from the repository's. */
function clientLike(name: string, text: string): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, `import { connect as like } from ${JSON.stringify(client)};\n${text}`);
  return pathToFileURL(file).href;
}

/** Opens two sessions at a server of ours. Resolves with what was opened, and with the load's bytes. */
async function open(kit: Kit, secure: boolean, order: Partial<ConnectOrder>) {
  const { url } = await kit.listen(await loadServer(entry), secure ? { identity } : {});
  const generator = kit.use(new LoadGenerator({ workers: 1, clients: 2, signal: new AbortController().signal }));
  const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender', options: {} } as const;
  const settings = { module: client, urls: [url], authority: identity.certificate, ...message, ...order };
  const opened = await generator.open(settings, { until: 2, inFlight: 1 });
  return { ...opened, bytes: (await generator.bytes())[0] };
}

const swapped = (from: string, to: string): string =>
  `export const connect = (url, receiver, settings) => like(url.replace('${from}:', '${to}:'), receiver, settings);`;
const unbound =
  'export const connect = (url, receiver, settings) => like(url, receiver, { ...settings, platform: { openStream } });\n' +
  "import { once } from 'node:events';\nimport { connect as dial } from 'node:net';\n" +
  "const openStream = async (address) => { const socket = dial(address); await once(socket, 'connect'); return socket; };";
const own =
  'export const connect = (url, receiver, settings) => like(url, receiver, { ...settings, platform: { openStream } });\n' +
  "import { once } from 'node:events';\nimport { connect as dial } from 'node:tls';\n" +
  "const openStream = async (address) => { const socket = dial(address); await once(socket, 'secureConnect'); return socket; };";

describe('a load worker looks at the connections that its clients make', () => {
  test.concurrent('what they are made with is in the answer', async ({ expect }) => {
    await using kit = new Kit();
    expect(await open(kit, true, { tls: true, ways })).toMatchObject({
      protocols: ['TLSv1.3'],
      bytes: { aboveTls: 0 },
    });
    expect(await open(kit, false, { tls: false, ways })).toMatchObject({ protocols: [] });
  });

  test.concurrent.for([
    [
      'no TLS where the address asks for it',
      false,
      { tls: true },
      swapped('tls', 'tcp'),
      /asks for TLS, but 2 connection/,
    ],
    [
      'TLS where the address asks for none',
      true,
      { tls: false },
      swapped('tcp', 'tls'),
      /asks for no TLS, but .*TLSv1.3/,
    ],
    [
      'another source address',
      false,
      { ways },
      unbound,
      /from 127.0.0.1, 127.0.0.2, but came from 127.0.0.1; a client must/,
    ],
    ['both faults', false, { tls: true, ways }, unbound, /asks for TLS/],
  ] as const)('%s is an error of the trial', async ([name, secure, order, text, why], { expect }) => {
    await using kit = new Kit();
    const module = clientLike(name.replaceAll(' ', '-'), text);
    await expect(open(kit, secure, { ...order, module })).rejects.toThrow(why);
  });

  test.concurrent('TLS that a client opens in its own way is seen, and that its bytes are not those of the network', async ({
    expect,
  }) => {
    await using kit = new Kit();
    const module = clientLike('own', own);
    expect(await open(kit, true, { tls: true, module })).toMatchObject({
      protocols: ['TLSv1.3'],
      bytes: { aboveTls: 2 },
    });
  });
});
